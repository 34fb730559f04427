package dev.tidemark.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.Tidemark;
import dev.tidemark.fixture.Database;
import dev.tidemark.fixture.ObjectStorage;
import dev.tidemark.run.Engine;
import dev.tidemark.settings.Settings;
import dev.tidemark.settings.SettingsReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The whole application as {@code serve} starts it, with a shop that cannot be reached: every port does its part. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServedApplicationTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private Database database;
    private ObjectStorage s3;
    private Settings settings;
    private Engine engine;

    @BeforeAll
    void start(@TempDir Path work) throws Exception {
        database = Database.start();
        s3 = ObjectStorage.start();
        Map<String, String> properties = new HashMap<>();
        properties.put("tidemark.database.url", database.jdbcUrl());
        properties.put("tidemark.s3.endpoint", s3.endpoint());
        properties.put("tidemark.s3.bucket", s3.bucket());
        properties.put("tidemark.s3.access-key", "access");
        properties.put("tidemark.s3.secret-key", "secret");
        properties.put("tidemark.api.port", freePort());
        properties.put("tidemark.management.port", freePort());
        properties.put("tidemark.hawtio.port", freePort());
        properties.put("tidemark.api.token.viewer", "viewer");
        properties.put("tidemark.api.token.operator", "operator");
        properties.put("tidemark.api.token.admin", "admin");
        properties.put("tidemark.stores.acme.shopify.url", "http://127.0.0.1:" + freePort());
        properties.put("tidemark.stores.acme.shopify.token", "shpat_1");
        properties.put("tidemark.outbound.allow", "127.0.0.1");
        properties.put("tidemark.http.retry-delay", "10ms");
        properties.put("tidemark.work.directory", work.toString());
        settings = SettingsReader.read(properties, Map.of());
        engine = Tidemark.start(settings, new Engine.Role.Serve());
    }

    @AfterAll
    void stop() throws Exception {
        engine.close();
        s3.close();
        database.close();
    }

    @Test
    void a_run_whose_shop_is_away_fails_loudly_everywhere() throws Exception {
        HttpResponse<String> answer = api("POST", "/api/performance-metrics/sync", "operator", "Prefer", "wait=60");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(502);
        JsonNode run = new ObjectMapper().readTree(answer.body()).get("run");
        assertThat(run.get("status").asText()).isEqualTo("failed");
        assertThat(run.get("failures")).isNotEmpty();
        assertThat(run.at("/watermark/held_reason").asText()).isNotBlank();
        assertThat(answer.headers().firstValue("Location"))
                .contains("/api/ingest/runs/" + run.get("run_id").asText());
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(metrics())
                        .contains(
                                "tidemark_watermark_held{store=\"acme\",stream=\"shopify-orders\"} 1.0",
                                "tidemark_runs_total{status=\"failed\",store=\"acme\",stream=\"shopify-orders\"} 1.0"));
    }

    @Test
    void an_unknown_stream_is_the_callers_mistake() throws Exception {
        HttpResponse<String> answer = http.send(
                request(settings.api().port(), "/api/performance-metrics/sync")
                        .header("Authorization", "Bearer operator")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"stream\":\"no-such\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("unknown-stream", "shopify-orders");
    }

    @Test
    void every_port_serves_its_own_and_nothing_else() throws Exception {
        assertThat(api("GET", "/api/ingest/watermarks", "viewer").statusCode()).isEqualTo(200);
        assertThat(api("GET", "/observe/health/live", "viewer").statusCode()).isEqualTo(404);
        assertThat(management("/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(management("/observe/health/ready").statusCode()).isEqualTo(200);
        assertThat(management("/api/ingest/watermarks").statusCode()).isEqualTo(404);
    }

    @Test
    void an_operator_pauses_a_stream_and_freezes_the_mark_in_hawtio() throws Exception {
        for (String route : new String[] {"stream-shopify-orders", "sync-advance"}) {
            assertThat(operate(route, "stop")).isEqualTo(200);
            assertThat(engine.camelContext()
                            .getRouteController()
                            .getRouteStatus(route)
                            .isStarted())
                    .isFalse();
            assertThat(management("/observe/health/ready").statusCode())
                    .as("a pause is no outage")
                    .isEqualTo(200);
            assertThat(operate(route, "start")).isEqualTo(200);
            assertThat(engine.camelContext()
                            .getRouteController()
                            .getRouteStatus(route)
                            .isStarted())
                    .isTrue();
        }
    }

    private int operate(String route, String operation) throws Exception {
        String name = "org.apache.camel:context=tidemark,name=\"" + route + "\",type=routes";
        HttpResponse<String> answer = http.send(
                request(settings.hawtioPort(), "/hawtio/jolokia/")
                        .header(
                                "Authorization",
                                "Basic "
                                        + Base64.getEncoder()
                                                .encodeToString("admin:admin".getBytes(StandardCharsets.UTF_8)))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(new ObjectMapper()
                                .writeValueAsString(
                                        Map.of("type", "exec", "mbean", name, "operation", operation + "()"))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return new ObjectMapper().readTree(answer.body()).path("status").asInt();
    }

    private String metrics() throws Exception {
        return management("/observe/metrics").body();
    }

    private HttpResponse<String> management(String path) throws Exception {
        return http.send(request(settings.managementPort(), path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> api(String method, String path, String token, String... headers) throws Exception {
        HttpRequest.Builder request = request(settings.api().port(), path)
                .header("Authorization", "Bearer " + token)
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(90));
    }

    private static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return String.valueOf(socket.getLocalPort());
        }
    }
}
