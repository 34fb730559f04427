package dev.tidemark.bench;

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
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Tidemark as a contender: the launcher of this repository, in processes of their own, configured by the environment as
 * an operator would. Times are read from its ledger, so starting Java is not part of them.
 */
final class Product {

    private static final int CHUNK_LINES = 2_000;
    private static final String TOKEN = "bench-operator-token";

    private final Path launcher;
    private final Path folder;
    private final Cluster cluster;
    private final String javaOptions;

    Product(Path launcher, Path folder, Cluster cluster, String javaOptions) {
        this.launcher = launcher;
        this.folder = folder;
        this.cluster = cluster;
        this.javaOptions = javaOptions;
    }

    /** What the ledger says of a run. */
    record Outcome(String status, String failures, long accounted, long unchanged, double loadSeconds, String steps,
            double seconds, boolean advanced) {}

    void migrate(String database) throws IOException, InterruptedException {
        Process process = process(environment(database, null, 0), "migrate").redirectOutput(folder.resolve("migrate.log").toFile()).start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("tidemark migrate ended with " + process.exitValue() + "; see " + log("migrate"));
        }
    }

    /**
     * (e), (f): the file lies where a download would have put it and the run says that its load is next, as after a
     * restart between download and load; {@code sync --wait} takes it up.
     */
    Outcome load(String database, BulkFile file, Shop shop, Watch watch) throws IOException, InterruptedException, SQLException {
        UUID run = UUID.randomUUID();
        Path local = folder.resolve("tidemark/bench/shopify-orders/" + run + ".jsonl");
        Files.createDirectories(local.getParent());
        Files.createLink(local, file.path());
        insertRun(database, run, file);
        Process process = process(environment(database, shop, 0), "sync", "--store", "bench", "--stream", "shopify-orders", "--wait",
                        "-o", "json", "--progress", "none")
                .redirectOutput(folder.resolve("sync.json").toFile())
                .start();
        watch.client(process.pid());
        int exit = process.waitFor();
        Files.deleteIfExists(local);
        Outcome outcome = outcome(database, run);
        if (exit != 0 || !outcome.status().equals("completed") || outcome.accounted() != file.lines()) {
            throw new IllegalStateException("tidemark sync ended with " + exit + ": " + outcome + "; see " + log("sync"));
        }
        return outcome;
    }

    /** (g): one request to a running server; the shop and S3 are other processes. Seconds are from submit to the end. */
    Outcome wholeRun(String database, Shop shop, Watch watch) throws IOException, InterruptedException, SQLException {
        try (Server server = serve(database, shop)) {
            watch.client(server.pid());
            return server.awaitEnd(server.submit());
        }
    }

    /** Starts {@code ./tidemark serve}; it may not be ready yet. */
    Server serve(String database, Shop shop) throws IOException {
        return new Server(database, shop);
    }

    /** A running server. */
    final class Server implements AutoCloseable {

        private final String database;
        private final int port = Cluster.freePort();
        private final Process process;

        private Server(String database, Shop shop) throws IOException {
            this.database = database;
            this.process = process(environment(database, shop, port), "serve").redirectOutput(folder.resolve("serve.out").toFile()).start();
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
            HttpRequest ask = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/openapi.json"))
                    .header("Authorization", "Bearer " + TOKEN)
                    .build();
            HttpResponse<String> answer = sendWhenReady(ask, process);
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("The server answered " + answer.statusCode() + "; see " + log("serve"));
            }
        }

        /** Submits a run of the orders, as soon as somebody listens. */
        UUID submit() throws IOException, InterruptedException {
            UUID run = UUID.randomUUID();
            HttpRequest submit = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/performance-metrics/sync"))
                    .header("Authorization", "Bearer " + TOKEN)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"run_id\":\"%s\",\"initiator\":\"user\",\"requested_at\":\"%s\",\"store\":\"bench\",\"stream\":\"shopify-orders\"}"
                            .formatted(run, Instant.now())))
                    .build();
            HttpResponse<String> answer = sendWhenReady(submit, process);
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException("Submitting the run was answered " + answer.statusCode() + ": " + answer.body());
            }
            return run;
        }

        boolean isUnderWay(UUID run) throws SQLException {
            return outcome(database, run).status().matches("initiated|polling|downloading|upserting|transforming|finalizing");
        }

        /** Waits for a run's end, which must be a good one. */
        Outcome awaitEnd(UUID run) throws InterruptedException, SQLException {
            long giveUp = System.nanoTime() + TimeUnit.MINUTES.toNanos(30);
            while (isUnderWay(run)) {
                if (!process.isAlive() || System.nanoTime() > giveUp) {
                    throw new IllegalStateException("The run did not end: " + outcome(database, run) + "; see " + log("serve"));
                }
                TimeUnit.MILLISECONDS.sleep(250);
            }
            Outcome outcome = outcome(database, run);
            if (!outcome.status().equals("completed") || !outcome.advanced()) {
                throw new IllegalStateException("The run ended " + outcome + "; see " + log("serve"));
            }
            return outcome;
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private static HttpResponse<String> sendWhenReady(HttpRequest request, Process server) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        long giveUp = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        while (true) {
            try {
                HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 503 || System.nanoTime() > giveUp) {
                    return answer;
                }
            } catch (ConnectException e) {
                if (!server.isAlive() || System.nanoTime() > giveUp) {
                    throw e;
                }
            }
            TimeUnit.MILLISECONDS.sleep(100);
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

    Outcome outcome(String database, UUID run) throws SQLException {
        try (Connection connection = DriverManager.getConnection(cluster.jdbcUrl(database));
                PreparedStatement show = connection.prepareStatement(SqlText.read("show_run.sql"))) {
            show.setString(1, run.toString());
            try (ResultSet row = show.executeQuery()) {
                row.next();
                return new Outcome(row.getString("status"), row.getString("failures"), row.getLong("accounted"), row.getLong("unchanged"),
                        row.getDouble("load_seconds"), row.getString("steps"), row.getDouble("seconds"), row.getBoolean("watermark_advanced"));
            }
        }
    }

    ProcessBuilder process(Map<String, String> environment, String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = launcher.toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log(arguments[0]).toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TIDEMARK_"));
        builder.environment().putAll(environment);
        return builder;
    }

    private Path log(String command) {
        return folder.resolve("tidemark-" + command + ".log");
    }

    Map<String, String> environment(String database, Shop shop, int apiPort) throws IOException {
        Map<String, String> environment = new TreeMap<>();
        environment.put("TIDEMARK_JAVA_OPTS", javaOptions);
        environment.put("TIDEMARK_DATABASE_URL", cluster.bareJdbcUrl(database));
        environment.put("TIDEMARK_DATABASE_USER", cluster.credential("user"));
        environment.put("TIDEMARK_DATABASE_PASSWORD", cluster.credential("password"));
        environment.put("TIDEMARK_WORK_DIRECTORY", folder.resolve("tidemark").toString());
        if (shop != null) {
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
        }
        if (apiPort != 0) {
            environment.put("TIDEMARK_API_PORT", Integer.toString(apiPort));
            environment.put("TIDEMARK_API_TOKEN_OPERATOR", TOKEN);
            environment.put("TIDEMARK_MANAGEMENT_PORT", Integer.toString(Cluster.freePort()));
            environment.put("TIDEMARK_HAWTIO_PORT", "0");
        }
        return environment;
    }
}
