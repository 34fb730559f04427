package dev.tidemark.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Tidemark as a contender: the launcher of this repository, in processes of their own, configured by the environment as
 * an operator would. Times are read from its ledger, so starting Java is not part of them.
 */
final class Product {

    /** What each of its processes gets, the simulator's aside. */
    static final String HEAP = "-Xmx256m";

    private static final int CHUNK_LINES = 4_000;
    private static final String TOKEN = "bench-operator-token";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path launcher = Path.of("../tidemark").toRealPath();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    private final Cluster cluster;

    /** @param folder where its logs go, and its work directory */
    Product(Path folder, Cluster cluster) throws IOException {
        this.folder = folder;
        this.cluster = cluster;
    }

    /** What the ledger says of a run. */
    record Outcome(UUID run, String status, String failures, long accounted, long unchanged, double loadSeconds,
            String steps, double seconds, boolean advanced) {

        /** Of a run that had something new to read. */
        Outcome requireAdvanced() {
            if (!advanced) {
                throw new IllegalStateException("The run completed, but the watermark stayed: " + this);
            }
            return this;
        }
    }

    void migrate(String database) throws IOException, InterruptedException {
        Process process = process(environment(database), "migrate")
                .redirectOutput(folder.resolve("migrate.log").toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(
                    "tidemark migrate ended with " + process.exitValue() + "; see " + log("migrate"));
        }
    }

    /** Starts {@code ./tidemark simulator}: a shop of so many orders, and S3. */
    Shop shop(long orders, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("simulator", "--port", "0", "--s3-port", "0", "--orders", Long.toString(orders)));
        arguments.addAll(List.of(more));
        return Shop.start(process(Map.of(), arguments.toArray(String[]::new)), log("simulator"));
    }

    /**
     * (e), (f): the file lies where a download would have put it and the run says that its load is next, as after a
     * restart between download and load; {@code sync --wait} takes it up.
     */
    Outcome load(String database, BulkFile file, Shop shop, Watch watch)
            throws IOException, InterruptedException, SQLException {
        UUID run = UUID.randomUUID();
        Path local = folder.resolve("tidemark/bench/shopify-orders/" + run + ".jsonl");
        Files.createDirectories(local.getParent());
        Files.createLink(local, file.path());
        try {
            insertRun(database, run, file);
            // Of the same file again nothing is newer than the watermark; then it stays.
            Outcome outcome = sync(database, shop, "shopify-orders", Map.of(), watch);
            if (!outcome.run().equals(run) || outcome.accounted() != file.lines()) {
                throw new IllegalStateException("The file was not loaded by the run " + run + " but " + outcome);
            }
            return outcome;
        } finally {
            Files.deleteIfExists(local);
        }
    }

    /**
     * One {@code ./tidemark sync --wait}, whose run must have completed.
     *
     * @param more  settings besides those of the database and the shop
     * @param watch looks at its process
     */
    Outcome sync(String database, Shop shop, String stream, Map<String, String> more, Watch watch)
            throws IOException, InterruptedException, SQLException {
        Path answer = folder.resolve("sync.json");
        Process process = process(environment(database, shop, more), "sync", "--store", "bench", "--stream", stream,
                        "--wait", "-o", "json", "--progress", "none")
                .redirectOutput(answer.toFile())
                .start();
        watch.client(process.pid());
        int exit = process.waitFor();
        if (exit != 0) {
            throw new IllegalStateException(
                    "tidemark sync ended with " + exit + "; see " + answer + " and " + log("sync"));
        }
        String run = JSON.readTree(answer.toFile()).path("run_id").asText();
        return requireCompleted(outcome(database, UUID.fromString(run)));
    }

    /** (g): one request to a running server; the shop and S3 are other processes. Seconds are from submit to end. */
    Outcome wholeRun(String database, Shop shop, Watch watch) throws IOException, InterruptedException, SQLException {
        try (Server server = serve(database, shop, Map.of())) {
            watch.client(server.pid());
            return server.awaitEnd(server.submit()).requireAdvanced();
        }
    }

    /**
     * Starts {@code ./tidemark serve}; it may not be ready yet.
     *
     * @param more settings besides those of the database and the shop
     */
    Server serve(String database, Shop shop, Map<String, String> more) throws IOException {
        return new Server(database, shop, more);
    }

    /** A running server. */
    final class Server implements AutoCloseable {

        private final String database;
        private final int port = Cluster.freePort();
        private final Process process;

        private Server(String database, Shop shop, Map<String, String> more) throws IOException {
            this.database = database;
            Map<String, String> environment = environment(database, shop, more);
            environment.put("TIDEMARK_API_PORT", Integer.toString(port));
            environment.put("TIDEMARK_API_TOKEN_OPERATOR", TOKEN);
            environment.put("TIDEMARK_MANAGEMENT_PORT", Integer.toString(Cluster.freePort()));
            environment.put("TIDEMARK_HAWTIO_PORT", "0");
            process = process(environment, "serve").redirectOutput(folder.resolve("serve.out").toFile()).start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        }

        int port() {
            return port;
        }

        long pid() {
            return process.pid();
        }

        /** Waits until it answers. */
        void awaitReady() throws IOException, InterruptedException {
            send("/openapi.json", HttpRequest.newBuilder());
        }

        /** Posts to the API, as soon as somebody listens; an answer that is not 2xx is thrown. */
        void post(String path, String body) throws IOException, InterruptedException {
            send(path, HttpRequest.newBuilder()
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body)));
        }

        /** Submits a run of the orders. */
        UUID submit() throws IOException, InterruptedException {
            UUID run = UUID.randomUUID();
            post("/api/performance-metrics/sync", """
                    {"run_id":"%s","initiator":"user","requested_at":"%s","store":"bench","stream":"shopify-orders"}"""
                    .formatted(run, Instant.now()));
            return run;
        }

        boolean isUnderWay(UUID run) throws SQLException {
            return outcome(database, run).status()
                    .matches("initiated|polling|downloading|upserting|transforming|finalizing");
        }

        /** Waits for a run's end; it must have completed. */
        Outcome awaitEnd(UUID run) throws InterruptedException, SQLException {
            long giveUp = System.nanoTime() + TimeUnit.MINUTES.toNanos(30);
            while (isUnderWay(run)) {
                if (!process.isAlive() || System.nanoTime() > giveUp) {
                    throw new IllegalStateException(
                            "The run did not end: " + outcome(database, run) + "; see " + log("serve"));
                }
                TimeUnit.MILLISECONDS.sleep(250);
            }
            return requireCompleted(outcome(database, run));
        }

        private void send(String path, HttpRequest.Builder unaddressed) throws IOException, InterruptedException {
            HttpRequest request = unaddressed.uri(URI.create("http://127.0.0.1:" + port + path))
                    .header("Authorization", "Bearer " + TOKEN)
                    .build();
            HttpResponse<String> answer = sendWhenReady(request);
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException(
                        path + " was answered " + answer.statusCode() + ": " + answer.body() + "; see " + log("serve"));
            }
        }

        private HttpResponse<String> sendWhenReady(HttpRequest request) throws IOException, InterruptedException {
            long giveUp = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
            while (true) {
                try {
                    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                    if (answer.statusCode() != 503 || System.nanoTime() > giveUp) {
                        return answer;
                    }
                } catch (ConnectException e) {
                    if (!process.isAlive() || System.nanoTime() > giveUp) {
                        throw e;
                    }
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }

        @Override
        public void close() throws InterruptedException {
            Bench.end(process);
        }
    }

    private void insertRun(String database, UUID run, BulkFile file) throws SQLException {
        try (Connection connection = DriverManager.getConnection(cluster.jdbcUrl(database));
                PreparedStatement insert = connection.prepareStatement(SqlText.read("insert_archived_run.sql"))) {
            insert.setString(1, run.toString());
            insert.setString(2, "archive/bench/shopify-orders/" + run + ".jsonl");
            insert.setString(3, file.sha256());
            insert.setLong(4, file.bytes());
            insert.setLong(5, file.lines());
            insert.setLong(6, file.roots());
            insert.setInt(7, CHUNK_LINES);
            insert.executeUpdate();
        }
    }

    private Outcome requireCompleted(Outcome outcome) {
        if (!outcome.status().equals("completed")) {
            throw new IllegalStateException("The run ended " + outcome + "; see the logs in " + folder);
        }
        return outcome;
    }

    private Outcome outcome(String database, UUID run) throws SQLException {
        try (Connection connection = DriverManager.getConnection(cluster.jdbcUrl(database));
                PreparedStatement show = connection.prepareStatement(SqlText.read("show_run.sql"))) {
            show.setString(1, run.toString());
            try (ResultSet row = show.executeQuery()) {
                row.next();
                return new Outcome(run, row.getString("status"), row.getString("failures"), row.getLong("accounted"),
                        row.getLong("unchanged"), row.getDouble("load_seconds"), row.getString("steps"),
                        row.getDouble("seconds"), row.getBoolean("watermark_advanced"));
            }
        }
    }

    private ProcessBuilder process(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log(arguments[0]).toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TIDEMARK_"));
        builder.environment().putAll(environment);
        return builder;
    }

    private Path log(String command) {
        return folder.resolve("tidemark-" + command + ".log");
    }

    private Map<String, String> environment(String database) {
        return new TreeMap<>(Map.of(
                "TIDEMARK_JAVA_OPTS", HEAP,
                "TIDEMARK_DATABASE_URL", cluster.bareJdbcUrl(database),
                "TIDEMARK_DATABASE_USER", cluster.credential("user"),
                "TIDEMARK_DATABASE_PASSWORD", cluster.credential("password"),
                "TIDEMARK_WORK_DIRECTORY", folder.resolve("tidemark").toString()));
    }

    private Map<String, String> environment(String database, Shop shop, Map<String, String> more) {
        Map<String, String> environment = environment(database);
        environment.put("TIDEMARK_S3_ENDPOINT", shop.s3Endpoint());
        environment.put("TIDEMARK_S3_BUCKET", "bench");
        environment.put("TIDEMARK_S3_ACCESS_KEY", "bench");
        environment.put("TIDEMARK_S3_SECRET_KEY", "bench");
        environment.put("TIDEMARK_STORES_BENCH_SHOPIFY_URL", shop.url());
        environment.put("TIDEMARK_STORES_BENCH_SHOPIFY_DOMAIN", shop.domain());
        environment.put("TIDEMARK_STORES_BENCH_SHOPIFY_TOKEN", shop.token());
        environment.put("TIDEMARK_STORES_BENCH_SHOPIFY_WEBHOOK_SECRET", shop.webhookSecret());
        environment.put("TIDEMARK_OUTBOUND_ALLOW", URI.create(shop.url()).getAuthority());
        // The vendor's 16 s would only measure waiting.
        environment.put("TIDEMARK_SHOPIFY_BULK_POLL_INTERVAL", "200ms");
        environment.putAll(more);
        return environment;
    }
}
