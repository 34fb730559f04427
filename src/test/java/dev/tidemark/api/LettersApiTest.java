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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters over HTTP, and what vendors ask about persons, in the whole application. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LettersApiTest {
    private static final String LETTERS = "/api/dead-letters";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
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
        properties.put("tidemark.api.port", TestApplication.freePort());
        properties.put("tidemark.management.port", TestApplication.freePort());
        properties.put("tidemark.hawtio.port", "0");
        properties.put("tidemark.api.token.viewer", "viewer");
        properties.put("tidemark.api.token.operator", "operator");
        properties.put("tidemark.stores.acme.shopify.domain", "acme.myshopify.com");
        properties.put("tidemark.stores.acme.shopify.token", "shpat_1");
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

    @BeforeEach
    void three_letters() {
        database.sql()
                .execute("truncate dead_letter, dead_letter_preview, dead_letter_audit restart identity;"
                        + " insert into dead_letter (store_id, stream, record_key, reason_code, reason, raw, raw_sha256)"
                        + " select 'acme', 'shopify-orders', 'order_header:' || n, 'refused', 'why', '\\x7b07ff7d', '\\x00'"
                        + " from generate_series(1, 3) n");
    }

    @Test
    void letters_are_listed_page_by_page_and_shown_with_their_bytes() throws Exception {
        JsonNode first = json(send("GET", LETTERS + "?state=open&limit=2", "viewer", null));
        assertThat(first.path("items")).hasSize(2);
        assertThat(first.at("/items/0/id").asInt()).isEqualTo(3);
        assertThat(first.at("/items/0/next").asText()).contains("retry");
        JsonNode second = json(send(
                "GET",
                LETTERS + "?state=open&limit=2&before=" + first.path("next").asText(),
                "viewer",
                null));
        assertThat(second.at("/items/0/id").asInt()).isEqualTo(1);
        assertThat(second.path("next").isNull()).isTrue();

        JsonNode letter = json(send("GET", LETTERS + "/2", "viewer", null));
        assertThat(letter.path("raw_base64").asText()).isEqualTo("ewf/fQ==");
        assertThat(letter.at("/watermark/sentence").asText())
                .isEqualTo("the mark of acme/shopify-orders is held: 3 letter(s) left");
        assertThat(send("GET", LETTERS + "/99", "viewer", null).statusCode()).isEqualTo(404);
        assertThat(send("GET", LETTERS + "?sate=open", "viewer", null).statusCode())
                .isEqualTo(400);
    }

    @Test
    void a_discard_needs_an_operator_and_a_reason_and_is_audited_with_the_role() throws Exception {
        assertThat(send("POST", LETTERS + "/1/discard", "viewer", "{\"reason\":\"x\"}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(send("POST", LETTERS + "/1/discard", "operator", "{}").statusCode())
                .isEqualTo(400);

        HttpResponse<String> done = send("POST", LETTERS + "/1/discard", "operator", "{\"reason\":\"agreed\"}");

        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        assertThat(json(done).at("/marks/0/sentence").asText()).contains("2 letter(s) left");
        assertThat(database.sql().queryForObject("select actor || ' ' || reason from dead_letter_audit", String.class))
                .isEqualTo("api/operator agreed");
        assertThat(send("POST", LETTERS + "/1/discard", "operator", "{\"reason\":\"agreed\"}")
                        .statusCode())
                .as("it is settled")
                .isEqualTo(404);
    }

    @Test
    void an_act_on_many_is_refused_when_it_would_meet_others_than_the_preview_showed() throws Exception {
        String filter = "{\"filter\":{\"store\":\"acme\",\"reason\":\"refused\"}}";
        JsonNode preview = json(send("POST", LETTERS + "/discard", "operator", filter));
        assertThat(preview.path("count").asInt()).isEqualTo(3);
        database.sql().execute("update dead_letter set state = 'resolved' where dead_letter_id = 2");
        String act = "{\"token\":\"" + preview.path("token").asText() + "\",\"reason\":\"agreed\"}";

        HttpResponse<String> refused = send("POST", LETTERS + "/discard", "operator", act);

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
        assertThat(json(refused).path("type").asText()).endsWith("selection-changed");
        assertThat(database.sql().queryForObject("select count(*) from dead_letter where state = 'open'", Long.class))
                .isEqualTo(2);
        JsonNode again = json(send("POST", LETTERS + "/discard", "operator", filter));
        HttpResponse<String> done = send(
                "POST",
                LETTERS + "/discard",
                "operator",
                "{\"token\":\"" + again.path("token").asText() + "\",\"reason\":\"agreed\"}");
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        assertThat(json(done).at("/states/discarded").asInt()).isEqualTo(2);
    }

    @Test
    void what_the_vendor_delivers_about_a_person_makes_one_request_each_and_is_carried_out() {
        database.sql()
                .execute(
                        "truncate customer; insert into customer (store_id, customer_id, email, note, run_number)"
                                + " values ('acme', 88, 'Jon@Example.com', 'calls often', 1), ('acme', 89, 'ann@example.com', 'x', 1)");
        String person =
                "{\"shop_id\":1,\"customer\":{\"id\":88,\"email\":\"jon@example.com\"},\"orders_to_redact\":[7001]}";
        Map<?, ?> told = ask("d1", "customers/data_request", person);
        await().atMost(Duration.ofSeconds(60)).until(() -> "done".equals(state(told)));
        assertThat(database.sql()
                        .queryForObject("select receipt #>> '{tables,customer}' from erasure_request", String.class))
                .isEqualTo("1");

        Map<?, ?> first = ask("d2", "customers/redact", person);
        Map<?, ?> again = ask("d2", "customers/redact", person);

        assertThat(again.get("request_id")).hasToString(first.get("request_id").toString());
        await().atMost(Duration.ofSeconds(60)).until(() -> "done".equals(state(first)));
        assertThat(database.sql()
                        .queryForObject(
                                "select string_agg(concat_ws(' ', customer_id, email, note, redacted_at is not null), ', '"
                                        + " order by customer_id) from customer",
                                String.class))
                .isEqualTo("88 t, 89 ann@example.com x f");
        assertThat(database.sql()
                        .queryForObject("select string_agg(kind, ' ' order by kind) from erasure_person", String.class))
                .isEqualTo("customer email order");
        assertThat(database.sql()
                        .queryForObject(
                                "select receipt ->> 'exports' from erasure_request where kind = 'person'",
                                String.class))
                .as("what was told of the person is gone, too")
                .isEqualTo("1");
    }

    private Map<?, ?> ask(String delivery, String topic, String payload) {
        return engine.request(
                "erasure-request",
                Map.of(
                        "store_id",
                        "acme",
                        "delivery_id",
                        delivery,
                        "topic",
                        topic,
                        "payload",
                        payload.getBytes(StandardCharsets.UTF_8)),
                Map.class);
    }

    private String state(Map<?, ?> request) {
        return database.sql()
                .queryForObject(
                        "select state from erasure_request where request_id = '" + request.get("request_id") + "'",
                        String.class);
    }

    private HttpResponse<String> send(String method, String path, String token, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + settings.api().port() + path))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .header("Tidemark-Actor", "somebody else")
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return new ObjectMapper().readTree(answer.body());
    }
}
