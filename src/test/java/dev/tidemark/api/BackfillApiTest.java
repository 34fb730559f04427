package dev.tidemark.api;

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
import dev.tidemark.simulator.Simulator;
import dev.tidemark.simulator.SimulatorOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Backfills over HTTP, in the whole application beside a simulated shop. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackfillApiTest {
    private static final String BACKFILLS = "/api/ingest/backfills";
    private static final String NOBODY = BACKFILLS + "/" + new UUID(7, 7);
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private Database database;
    private ObjectStorage s3;
    private Simulator simulator;
    private Settings settings;
    private Engine engine;

    @BeforeAll
    void start(@TempDir Path work) throws Exception {
        database = Database.start();
        s3 = ObjectStorage.start();
        SimulatorOptions shop = SimulatorOptions.builder()
                .orders(40)
                .bulkTakes(Duration.ofMillis(10), Duration.ofMillis(20))
                .build();
        simulator = Simulator.start(shop);
        Map<String, String> properties = new HashMap<>();
        properties.put("tidemark.database.url", database.jdbcUrl());
        properties.put("tidemark.s3.endpoint", s3.endpoint());
        properties.put("tidemark.s3.bucket", s3.bucket());
        properties.put("tidemark.s3.access-key", "access");
        properties.put("tidemark.s3.secret-key", "secret");
        properties.put("tidemark.api.port", TestApplication.freePort());
        properties.put("tidemark.management.port", TestApplication.freePort());
        properties.put("tidemark.hawtio.port", "0");
        properties.put("tidemark.api.token.viewer", "viewer");
        properties.put("tidemark.api.token.operator", "operator");
        properties.put("tidemark.stores.acme.shopify.url", simulator.url());
        properties.put("tidemark.stores.acme.shopify.domain", shop.domain());
        properties.put("tidemark.stores.acme.shopify.token", shop.token());
        properties.put("tidemark.outbound.allow", "127.0.0.1");
        properties.put("tidemark.shopify.bulk.poll-interval", "20ms");
        properties.put("tidemark.http.retry-delay", "10ms");
        properties.put("tidemark.work.directory", work.toString());
        settings = SettingsReader.read(properties, Map.of());
        engine = Tidemark.start(settings, new Engine.Role.Serve());
    }

    @AfterAll
    void stop() throws Exception {
        engine.close();
        simulator.close();
        s3.close();
        database.close();
    }

    @AfterEach
    void let_the_next_test_begin_its_own() throws Exception {
        stream("start");
        control("DELETE");
        database.sql()
                .update("update backfill set state = 'cancelled', finished_at = now() where state <> 'completed'");
    }

    @Test
    void a_backfill_reads_the_whole_range_and_leaves_the_mark_alone() throws Exception {
        Answer accepted =
                post("operator", body("\"from\":\"" + now.minus(130, ChronoUnit.DAYS) + "\",\"window\":\"P40D\""));

        assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
        String location = accepted.header("Location");
        assertThat(location)
                .isEqualTo(BACKFILLS + "/" + accepted.json().get("backfill_id").asText());
        await().atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(get(location).json().get("state").asText()).isEqualTo("completed"));
        JsonNode backfill = get(location).json();
        assertThat(backfill.at("/progress/completed").asInt()).isEqualTo(4);
        assertThat(backfill.at("/counts/roots").asInt()).isEqualTo(40);
        assertThat(backfill.get("windows")).hasSize(4);
        assertThat(backfill.at("/windows/0/run_id").asText()).isNotBlank();
        assertThat(backfill.at("/finished_at").asText()).isNotBlank();
        JsonNode run = get("/api/ingest/runs/"
                        + backfill.at("/windows/0/run_id").asText())
                .json();
        assertThat(run.get("job_type").asText()).isEqualTo("FULL_BACKFILL_EXECUTE");
        assertThat(run.at("/window/to").asText()).isEqualTo(backfill.get("to").asText());
        assertThat(run.at("/proof/complete").asBoolean()).isTrue();
        assertThat(run.at("/watermark/advanced").asBoolean()).isFalse();
        assertThat(run.at("/watermark/held_reason").asText()).isNotBlank();
        assertThat(database.sql().queryForObject("select count(*) from sync_watermark", Long.class))
                .isZero();
        assertThat(post("operator", "", location + "/pause").status())
                .as("nothing is left to pause")
                .isEqualTo(409);
        assertThat(post("operator", "", location + "/windows/1/retry").status())
                .as("a complete window is not read again")
                .isEqualTo(409);
    }

    @Test
    void a_plan_is_shown_before_it_is_carried_out_once() throws Exception {
        stream("stop");
        Answer planned = post(
                "operator",
                body("\"from\":\"" + now.minus(9, ChronoUnit.DAYS) + "\",\"window\":\"7d\",\"dry_run\":true"));
        String id = planned.json().get("backfill_id").asText();
        assertThat(planned.status()).as(planned.text()).isEqualTo(200);
        assertThat(planned.json().get("state").asText()).isEqualTo("planned");
        assertThat(planned.json().get("windows")).hasSize(2);
        assertThat(planned.json().at("/estimate/windows_unknown").asInt()
                        + planned.json().at("/estimate/windows_known").asInt())
                .isEqualTo(2);

        Answer started = post("operator", "{\"plan\":\"" + id + "\"}");
        Answer again = post("operator", "{\"plan\":\"" + id + "\"}");

        assertThat(started.status()).as(started.text()).isEqualTo(202);
        assertThat(again.status()).as(again.text()).isEqualTo(409);
        assertThat(again.json().get("type").asText()).endsWith("plan-used");
        assertThat(get(BACKFILLS + "?state=running")
                        .json()
                        .at("/items/0/backfill_id")
                        .asText())
                .isEqualTo(id);
    }

    @Test
    void pause_resume_and_cancel_tell_the_state() throws Exception {
        stream("stop");
        String location = post("operator", body("\"from\":\"" + now.minus(9, ChronoUnit.DAYS) + "\",\"window\":\"1d\""))
                .header("Location");

        assertThat(post("operator", "", location + "/pause").json().get("state").asText())
                .isEqualTo("paused");
        assertThat(post("operator", "", location + "/resume").status()).isEqualTo(202);
        Answer cancelled = post("operator", "", location + "/cancel");
        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.json().at("/progress/cancelled").asInt()).isEqualTo(9);
        Answer refused = post("operator", "", location + "/resume");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().get("type").asText()).endsWith("wrong-state");
    }

    @Test
    void another_backfill_of_the_stream_is_a_conflict_that_names_it() throws Exception {
        stream("stop");
        Answer first = post("operator", body("\"from\":\"" + now.minus(9, ChronoUnit.DAYS) + "\""));

        Answer second = post("operator", body("\"from\":\"" + now.minus(8, ChronoUnit.DAYS) + "\""));

        assertThat(second.status()).isEqualTo(409);
        assertThat(second.json().get("backfill_id")).isEqualTo(first.json().get("backfill_id"));
    }

    @Test
    void a_range_that_the_token_does_not_see_is_refused() throws Exception {
        control("POST", "[\"missing-scope\"]");

        Answer refused = post("operator", body("\"from\":\"" + now.minus(61, ChronoUnit.DAYS) + "\""));

        assertThat(refused.status()).as(refused.text()).isEqualTo(422);
        assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
        assertThat(refused.json().get("detail").asText()).contains("read_all_orders", "60 days");
        assertThat(post("operator", body("\"from\":\"" + now.minus(59, ChronoUnit.DAYS) + "\",\"dry_run\":true"))
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|unknown-store|",
                "{\"store\":\"acme\",\"stream\":\"none\",\"from\":\"2026-01-01\",\"to\":\"2026-02-01\"}|unknown-stream|",
                "{\"store\":\"acme\",\"stream\":\"shopify-orders\",\"to\":\"2026-02-01\"}|invalid-parameter|from",
                "{\"store\":\"acme\",\"stream\":\"shopify-orders\",\"from\":\"2026-02-01\",\"to\":\"2026-02-01\"}|invalid-parameter|from",
                "{\"store\":\"acme\",\"stream\":\"shopify-orders\",\"from\":\"2999-02-01\",\"to\":\"3000-02-01\"}|invalid-parameter|from",
                "{\"store\":\"acme\",\"stream\":\"shopify-orders\",\"from\":\"2026-02-30\",\"to\":\"3000-02-01\"}|invalid-parameter|from",
                "{\"store\":\"acme\",\"stream\":\"shopify-orders\",\"from\":\"2026-01-01\",\"to\":\"2026-02-01\",\"window\":\"P1M\"}|invalid-parameter|window",
                "{\"store\":\"acme\",\"stream\":\"shopify-orders\",\"from\":\"2026-01-01\",\"to\":\"2026-02-01\",\"window\":\"PT0S\"}|invalid-parameter|window",
                "{\"store\":\"acme\",\"stream\":\"shopify-orders\",\"from\":\"2026-01-01\",\"to\":\"2026-02-01\",\"window\":\"PT1S\"}|invalid-parameter|window",
                "{\"store\":\"acme\",\"stream\":\"shopify-orders\",\"from\":\"2026-01-01\",\"to\":\"2026-02-01\",\"parallel\":0}|invalid-parameter|parallel",
                "{\"store\":\"acme\",\"stream\":\"shopify-orders\",\"from\":\"2026-01-01\",\"to\":\"2026-02-01\",\"order\":\"up\"}|invalid-parameter|order",
                "{\"store\":\"acme\",\"stream\":\"shopify-inventory\",\"from\":\"2026-01-01\",\"to\":\"2026-02-01\"}|invalid-parameter|stream",
                "{\"store\":\"acme\",\"stream\":\"recharge-charges\",\"from\":\"2026-01-01\",\"to\":\"2026-02-01\"}|invalid-parameter|store",
                "{\"store\":\"acme\",\"plan\":\"00000000-0000-0007-0000-000000000007\"}|invalid-parameter|plan",
                "{\"window_days\":3}|invalid-parameter|window_days",
                "[]|bad-request|",
                "{|bad-request|",
            })
    void each_mistake_is_told_by_name_and_writes_nothing(String body, String problem, String parameter)
            throws Exception {
        long before = database.sql().queryForObject("select count(*) from backfill", Long.class);

        Answer answer = post("operator", body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().get("type").asText()).endsWith(":" + problem);
        assertThat(Optional.ofNullable(answer.json().get("parameter")).map(JsonNode::asText))
                .isEqualTo(Optional.ofNullable(parameter));
        assertThat(database.sql().queryForObject("select count(*) from backfill", Long.class))
                .isEqualTo(before);
    }

    @Test
    void nobody_starts_or_stops_anything_without_an_operators_token() throws Exception {
        for (String path : new String[] {
            BACKFILLS, NOBODY + "/pause", NOBODY + "/resume", NOBODY + "/cancel", NOBODY + "/windows/1/retry"
        }) {
            assertThat(post("viewer", "{}", path).status()).as(path).isEqualTo(403);
            assertThat(post("", "{}", path).status()).as(path).isEqualTo(401);
        }
        assertThat(get(BACKFILLS).status()).isEqualTo(200);
    }

    @Test
    void what_does_not_exist_is_not_found() throws Exception {
        assertThat(get(NOBODY).status()).isEqualTo(404);
        assertThat(post("operator", "", NOBODY + "/pause").status()).isEqualTo(404);
        assertThat(post("operator", "", NOBODY + "/windows/1/retry").status()).isEqualTo(404);
        assertThat(post("operator", "{\"plan\":\"" + new UUID(7, 7) + "\"}").status())
                .isEqualTo(404);
        assertThat(get(BACKFILLS + "/nonsense").status()).isEqualTo(400);
        assertThat(post("operator", "", NOBODY + "/windows/one/retry").status()).isEqualTo(400);
        assertThat(get(BACKFILLS + "?status=running").status()).isEqualTo(400);
    }

    private String body(String members) {
        return "{\"store\":\"acme\",\"stream\":\"shopify-orders\",\"to\":\"" + now + "\"," + members + "}";
    }

    /** A paused stream begins no window, so that a backfill stays as it is. */
    private void stream(String operation) throws Exception {
        if (operation.equals("stop")) {
            engine.camelContext().getRouteController().stopRoute("stream-shopify-orders");
        } else {
            engine.camelContext().getRouteController().startRoute("stream-shopify-orders");
        }
    }

    private void control(String method, String... body) throws Exception {
        http.send(
                HttpRequest.newBuilder(URI.create(simulator.url() + "/_control/faults"))
                        .method(method, HttpRequest.BodyPublishers.ofString(String.join("", body)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private Answer get(String path) throws Exception {
        return send(request("viewer", path).build());
    }

    private Answer post(String token, String body) throws Exception {
        return post(token, body, BACKFILLS);
    }

    private Answer post(String token, String body, String path) throws Exception {
        return send(request(token, path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private HttpRequest.Builder request(String token, String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + settings.api().port() + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + token);
    }

    private Answer send(HttpRequest request) throws Exception {
        return new Answer(http.send(request, HttpResponse.BodyHandlers.ofString()));
    }

    /** An answer, its body read as JSON. */
    private record Answer(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        String text() {
            return response.body();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }

        JsonNode json() throws Exception {
            return new ObjectMapper().readTree(response.body());
        }
    }
}
