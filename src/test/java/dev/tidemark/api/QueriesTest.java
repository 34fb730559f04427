package dev.tidemark.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.fixture.Database;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The query routes against a real database: what they list, how pages turn, what they refuse. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueriesTest {
    private static final String RUN = "00000000-0000-7000-8000-00000000000";

    private final ObjectMapper json = new ObjectMapper();
    private Database database;
    private Main main;
    private ProducerTemplate routes;

    @BeforeAll
    void start() throws Exception {
        database = Database.start();
        database.run("/sql/api/seed_runs.sql");
        main = new Main();
        main.bind("dataSource", database.dataSource());
        main.addInitialProperty("camel.main.routesIncludePattern", "classpath:routes/queries.camel.yaml");
        main.start();
        routes = main.getCamelTemplate();
    }

    @AfterAll
    void stop() throws Exception {
        main.stop();
        database.close();
    }

    @Test
    void runs_come_newest_first_with_their_whole_document() throws Exception {
        JsonNode page = ask("query-run-list", Map.of());

        assertThat(ids(page)).containsExactly(RUN + 5, RUN + 4, RUN + 3, RUN + 2, RUN + 1);
        assertThat(page.get("next").isNull()).isTrue();
        JsonNode partial = page.get("items").get(0);
        assertThat(partial.at("/counts/written").asInt()).isEqualTo(37);
        assertThat(partial.at("/counts/set_aside").asInt()).isEqualTo(3);
        assertThat(partial.at("/watermark/held_reason").asText()).isEqualTo("3 of 40 records are set aside.");
        assertThat(partial.at("/failures")).hasSize(3);
    }

    @Test
    void turning_pages_shows_every_run_once_even_within_one_instant() throws Exception {
        for (int limit = 1; limit <= 6; limit++) {
            List<String> seen = new ArrayList<>();
            Map<String, Object> asked = new HashMap<>(Map.of("limit", limit));
            JsonNode page;
            do {
                page = ask("query-run-list", asked);
                seen.addAll(ids(page));
                asked.put("before", page.get("next").asText(null));
            } while (!page.get("next").isNull());
            assertThat(seen).as("limit %d", limit).containsExactly(RUN + 5, RUN + 4, RUN + 3, RUN + 2, RUN + 1);
        }
    }

    @Test
    void filters_narrow_the_list() throws Exception {
        assertThat(ids(ask("query-run-list", Map.of("store", "beta")))).containsExactly(RUN + 4, RUN + 3);
        assertThat(ids(ask("query-run-list", Map.of("status", "partial")))).containsExactly(RUN + 5, RUN + 3);
        assertThat(ids(ask("query-run-list", Map.of("job_type", "FULL_BACKFILL_EXECUTE"))))
                .containsExactly(RUN + 2);
        assertThat(ids(ask("query-run-list", Map.of("stream", "no-such")))).isEmpty();
        assertThat(ids(ask("query-run-list", Map.of("since", "2026-02-01T09:00:00+01:00"))))
                .containsExactly(RUN + 5, RUN + 4, RUN + 3);
        assertThat(ids(ask("query-run-list", Map.of("store", "x' or '1'='1")))).isEmpty();
    }

    @Test
    void what_cannot_be_meant_is_refused_by_name() {
        refused("query-run-list", Map.of("limit", "0"), "limit must be a whole number from 1 to 200, not '0'");
        refused("query-run-list", Map.of("limit", "201"), "limit must be");
        refused("query-run-list", Map.of("limit", "ten"), "limit must be");
        refused("query-run-list", Map.of("status", "running"), "status is one of completed");
        refused("query-run-list", Map.of("since", "yesterday"), "since must be a time with an offset");
        refused("query-run-list", Map.of("since", "2026-02-01T06:00:00"), "since must be a time with an offset");
        refused("query-run-list", Map.of("before", "'"), "before is not a cursor of this list");
        refused("query-run-list", Map.of("before", RUN + 9), "before is not a cursor of this list");
        refused("query-run-list", Map.of("stor", "acme"), "There is no parameter stor");
        refused("query-run-list", Map.of("store", "a\0b"), "NUL");
        refused("query-run-show", Map.of(), "run_id is missing");
        refused("query-run-show", Map.of("run_id", "1-1-1-1-1"), "run_id must be a UUID");
    }

    @Test
    void one_run_is_shown_and_an_unknown_one_is_null() throws Exception {
        assertThat(ask("query-run-show", Map.of("run_id", RUN + 1))
                        .get("status")
                        .asText())
                .isEqualTo("completed");
        assertThat(routes.requestBody("direct:query-run-show", Map.of("run_id", RUN + 9)))
                .isNull();
    }

    @Test
    void watermarks_tell_how_far_each_stream_is_and_why_it_is_held() throws Exception {
        JsonNode items = ask("query-watermark-list", Map.of()).get("items");

        assertThat(items).hasSize(2);
        JsonNode acme = items.get(0);
        assertThat(acme.get("value").asText()).isEqualTo("2026-02-01T05:30:00Z");
        assertThat(acme.get("run_id").asText()).isEqualTo(RUN + 1);
        assertThat(acme.get("behind").asLong()).isPositive();
        assertThat(acme.get("held_reason").asText()).isEqualTo("3 of 40 records are set aside.");
        assertThat(acme.get("open_dead_letters").asInt()).isEqualTo(3);
        assertThat(acme.get("open_gaps").asInt()).isEqualTo(1);
        JsonNode beta = items.get(1);
        assertThat(beta.get("store").asText()).isEqualTo("beta");
        assertThat(beta.get("value").isNull()).isTrue();
        assertThat(beta.get("behind").isNull()).isTrue();
        assertThat(ask("query-watermark-list", Map.of("store", "beta")).get("items"))
                .hasSize(1);
    }

    @Test
    void the_history_lists_every_move() throws Exception {
        JsonNode items = ask("query-watermark-history", Map.of("store", "acme", "stream", "shopify-orders"))
                .get("items");

        assertThat(items).hasSize(1);
        assertThat(items.get(0).get("kind").asText()).isEqualTo("advance");
        assertThat(items.get(0).get("value").asText()).isEqualTo("2026-02-01T05:30:00Z");
        assertThat(ask("query-watermark-history", Map.of("store", "beta")).get("items"))
                .isEmpty();
    }

    private JsonNode ask(String route, Map<String, Object> asked) throws Exception {
        return json.readTree(routes.requestBody("direct:" + route, asked, String.class));
    }

    private void refused(String route, Map<String, Object> asked, String message) {
        assertThatThrownBy(() -> routes.requestBody("direct:" + route, asked))
                .isInstanceOf(CamelExecutionException.class)
                .cause()
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining(message);
    }

    private static List<String> ids(JsonNode page) {
        List<String> ids = new ArrayList<>();
        page.get("items").forEach(run -> ids.add(run.get("run_id").asText()));
        return ids;
    }
}
