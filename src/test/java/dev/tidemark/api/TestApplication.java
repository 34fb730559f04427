package dev.tidemark.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.fixture.Database;
import dev.tidemark.run.UnknownStore;
import dev.tidemark.run.UnknownStream;
import dev.tidemark.settings.Settings;
import dev.tidemark.settings.SettingsReader;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.webhook.IntakeMeters;
import dev.tidemark.webhook.WebhookIntake;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;

/**
 * The REST API on a real port over a real database. The engine is played by a route that makes the row of a run and
 * leaves it there; a test moves it on by SQL.
 */
public final class TestApplication implements AutoCloseable {
    public static final String VIEWER = "viewer-token-1";
    public static final String OPERATOR = "operator-token-2";
    public static final String ADMIN = "admin-token-3";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Main main = new Main();
    private final Settings settings;
    private final Database database;

    public TestApplication(Map<String, String> properties) throws Exception {
        this(properties, Database::start);
    }

    /** @param started the database it is to use, which it closes */
    TestApplication(Map<String, String> properties, Supplier<Database> started) throws Exception {
        Map<String, String> all = new HashMap<>(Map.of(
                "tidemark.api.port",
                freePort(),
                "tidemark.management.port",
                freePort(),
                "tidemark.hawtio.port",
                freePort(),
                "tidemark.api.token.viewer",
                VIEWER,
                "tidemark.api.token.operator",
                OPERATOR,
                "tidemark.api.token.admin",
                ADMIN,
                "tidemark.database.url",
                "jdbc:postgresql://localhost/made-by-the-test",
                "tidemark.stores.acme.shopify.domain",
                "acme.myshopify.com",
                "tidemark.stores.acme.shopify.token",
                "shpat_1"));
        all.putAll(properties);
        settings = SettingsReader.read(all, Map.of());
        main.addInitialProperty(
                "camel.main.routesIncludePattern",
                "classpath:routes/queries.camel.yaml,classpath:routes/api.camel.yaml,"
                        + "classpath:routes/webhooks-intake.camel.yaml");
        Api.install(main, settings, Clock.systemUTC());
        database = started.get();
        main.bind("dataSource", database.dataSource());
        main.bind("webhookDataSource", database.dataSource());
        main.bind(
                "webhookIntake",
                new WebhookIntake(
                        settings,
                        StreamCatalog.load(),
                        new IntakeMeters(new SimpleMeterRegistry()),
                        Clock.systemUTC()));
        main.configure()
                .addRoutesBuilder(new PlayedEngine(
                        database.dataSource(), settings.stores().keySet()));
    }

    public TestApplication start() throws Exception {
        main.start();
        return this;
    }

    public Main main() {
        return main;
    }

    public Database database() {
        return database;
    }

    public Settings settings() {
        return settings;
    }

    /** Sends a request with a token and a JSON body; null leaves either away. */
    public Answer send(String method, String path, String token, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + settings.api().port() + path))
                .timeout(Duration.ofSeconds(30))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body != null && !List.of(headers).contains("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return new Answer(http.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    }

    public Answer get(String path) throws Exception {
        return send("GET", path, VIEWER, null);
    }

    public Answer post(String body, String... headers) throws Exception {
        return send("POST", "/api/performance-metrics/sync", OPERATOR, body, headers);
    }

    @Override
    public void close() throws Exception {
        main.stop();
        database.close();
    }

    static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return String.valueOf(socket.getLocalPort());
        }
    }

    /** An answer, its body read as JSON. */
    public record Answer(HttpResponse<String> response) {
        public int status() {
            return response.statusCode();
        }

        public String body() {
            return response.body();
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }

        public JsonNode json() throws IOException {
            return new ObjectMapper().readTree(response.body());
        }
    }

    private static final class PlayedEngine extends RouteBuilder {
        private final DataSource dataSource;
        private final Set<String> stores;

        PlayedEngine(DataSource dataSource, Set<String> stores) {
            this.dataSource = dataSource;
            this.stores = stores;
        }

        @Override
        public void configure() {
            from("direct:sync-start")
                    .routeId("sync-start")
                    .errorHandler(noErrorHandler())
                    .process(this::startRun);
        }

        private void startRun(Exchange exchange) throws Exception {
            Map<?, ?> request = exchange.getMessage().getBody(Map.class);
            if (!stores.contains(request.get("store"))) {
                throw new UnknownStore((String) request.get("store"), stores);
            }
            if (!"shopify-orders".equals(request.get("stream"))) {
                throw new UnknownStream((String) request.get("stream"), Set.of("shopify-orders"));
            }
            UUID runId = UUID.fromString((String) request.get("run_id"));
            try (Connection connection = dataSource.getConnection()) {
                if (found(connection, "select run_id from sync_run where run_id = '" + runId + "'") != null) {
                    exchange.getMessage().setBody(Map.of("outcome", "existing", "run_id", runId));
                    return;
                }
                UUID active = found(connection, "select run_id from sync_run where finished_at is null");
                if (active != null) {
                    exchange.getMessage().setBody(Map.of("outcome", "conflict", "run_id", active));
                    return;
                }
                try (PreparedStatement insert = connection.prepareStatement(
                        "insert into sync_run (run_id, store_id, stream, job_type, initiator, requested_at, give_up_at)"
                                + " values (?, ?, ?, 'DAILY_SYNC_EXECUTE', ?, cast(? as timestamptz), now() + interval '12 h')")) {
                    insert.setObject(1, runId);
                    insert.setString(2, (String) request.get("store"));
                    insert.setString(3, (String) request.get("stream"));
                    insert.setString(4, (String) request.get("initiator"));
                    insert.setString(5, (String) request.get("requested_at"));
                    insert.executeUpdate();
                }
                exchange.getMessage().setBody(Map.of("outcome", "accepted", "run_id", runId));
            }
        }

        private static UUID found(Connection connection, String query) throws Exception {
            try (PreparedStatement select = connection.prepareStatement(query);
                    ResultSet row = select.executeQuery()) {
                return row.next() ? row.getObject(1, UUID.class) : null;
            }
        }
    }
}
