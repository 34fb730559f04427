package dev.tidemark.cli;

import dev.tidemark.run.Engine;
import dev.tidemark.settings.Settings;
import dev.tidemark.settings.SettingsReader;
import dev.tidemark.simulator.S3Server;
import dev.tidemark.simulator.Simulator;
import dev.tidemark.simulator.SimulatorOptions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Everything the demo needs, on this machine alone: a real PostgreSQL, an S3 server, a simulated shop, and the program
 * itself, configured as anybody would configure it. Closing it stops all of it.
 */
final class DemoPlace implements AutoCloseable {
    static final String STORE = "demo";
    static final String STREAM = "shopify-orders";
    private static final String DOMAIN = "tidemark-demo.myshopify.com";
    private static final String SHOP_TOKEN = "shpat_simulator";

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final String operatorToken = "operator-" + UUID.randomUUID();
    private final String adminToken = "admin-" + UUID.randomUUID();
    private final Path directory;
    private final int databasePort;
    private final DemoDatabase database;
    private final S3Server s3;
    private final Simulator shop;
    private final Settings settings;
    private final Engine engine;

    private DemoPlace(Engine.Starter starter, long orders, long seed, boolean keep) throws IOException {
        try {
            directory = Files.createTempDirectory("tidemark-demo-");
            open.push(() -> tidy(keep));
            CompletableFuture<S3Server> startingS3 = CompletableFuture.supplyAsync(DemoPlace::startS3);
            open.push(() -> startingS3.join().close());
            EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                    .setDataDirectory(directory.resolve("postgresql"))
                    .setCleanDataDirectory(false)
                    .start();
            open.push(postgres);
            databasePort = postgres.getPort();
            DemoDatabase superuser = new DemoDatabase(postgres.getPostgresDatabase());
            superuser.execute("create_role");
            superuser.execute("create_database");
            shop = Simulator.start(SimulatorOptions.builder()
                    .domain(DOMAIN)
                    .token(SHOP_TOKEN)
                    .orders(orders)
                    .seed(seed)
                    .build());
            open.push(shop);
            s3 = startingS3.join();
            settings = SettingsReader.read(properties(), Map.of());
            database = new DemoDatabase(PlainDataSource.of(settings.database().orElseThrow()));
            engine = starter.start(settings, new Engine.Role.Serve());
            open.push(engine);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** @param keep whether the database's folder stays when this place is closed */
    static DemoPlace open(Engine.Starter starter, long orders, long seed, boolean keep) {
        try {
            return new DemoPlace(starter, orders, seed, keep);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.ERROR,
                    "The demo's PostgreSQL, S3 server or shop could not be started: " + e.getMessage(),
                    e);
        }
    }

    DemoDatabase database() {
        return database;
    }

    Engine engine() {
        return engine;
    }

    Settings settings() {
        return settings;
    }

    String shopUrl() {
        return shop.url();
    }

    String s3Endpoint() {
        return s3.endpoint();
    }

    String apiUrl() {
        return "http://127.0.0.1:" + settings.api().port();
    }

    String operatorToken() {
        return operatorToken;
    }

    String adminToken() {
        return adminToken;
    }

    Path directory() {
        return directory;
    }

    String psql() {
        return "PGPASSWORD=tidemark psql -h 127.0.0.1 -p " + databasePort + " -U tidemark tidemark";
    }

    /** The properties an operator would write; only what would make an onlooker wait is shorter than usual. */
    private Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("tidemark.database.url", "jdbc:postgresql://127.0.0.1:" + databasePort + "/tidemark");
        properties.put("tidemark.database.user", "tidemark");
        properties.put("tidemark.database.password", "tidemark");
        properties.put("tidemark.s3.endpoint", s3.endpoint());
        properties.put("tidemark.s3.access-key", "demo");
        properties.put("tidemark.s3.secret-key", "demo");
        properties.put("tidemark.stores." + STORE + ".shopify.url", shop.url());
        properties.put("tidemark.stores." + STORE + ".shopify.domain", DOMAIN);
        properties.put("tidemark.stores." + STORE + ".shopify.token", SHOP_TOKEN);
        properties.put("tidemark.outbound.allow", "127.0.0.1");
        properties.put("tidemark.api.port", String.valueOf(freePort(8080)));
        properties.put("tidemark.management.port", String.valueOf(freePort(9876)));
        properties.put("tidemark.hawtio.port", String.valueOf(freePort(8090)));
        properties.put("tidemark.api.token.operator", operatorToken);
        properties.put("tidemark.api.token.admin", adminToken);
        properties.put("tidemark.shopify.bulk.poll-interval", "200ms");
        properties.put("tidemark.sync.lag", "1s");
        properties.put("tidemark.sync.overlap", "2s");
        properties.put("tidemark.work.directory", directory.resolve("work").toString());
        return properties;
    }

    /** The usual port, or any other where that is taken. */
    private static int freePort(int usual) {
        for (int port : new int[] {usual, 0}) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Taken: the next one.
            }
        }
        throw new CommandFailure(ExitCode.ERROR, "This machine has no free port.");
    }

    private static S3Server startS3() {
        try {
            return S3Server.start(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops everything, newest first; one that cannot be stopped keeps none of the others alive. */
    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                // The demo ends here in any case, and its folder lies under the system's temporary directory.
            }
        }
    }

    private void tidy(boolean keep) throws IOException {
        if (keep) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
