package dev.tidemark.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Steering the shop: changes to orders, when they are seen, the clock, and changes during a scan. */
class ControlTest {
    private ShopClient shop = ShopClient.start(ShopClient.options());

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void a_change_is_true_at_once_and_kept_with_its_versions() {
        JsonNode changed = shop.control("orders", "{\"action\":\"update\",\"index\":3,\"set\":{\"note\":\"gift\"}}")
                .get(0);
        long id = changed.path("order_id").asLong();
        assertThat(Instant.parse(changed.path("updated_at").asText())).isAfterOrEqualTo(ShopClient.START);
        List<JsonNode> versions = shop.truth("versions?order_id=" + id);
        assertThat(versions).hasSizeGreaterThan(1);
        assertThat(versions.get(versions.size() - 1)).isEqualTo(changed);
        assertThat(shop.truth("orders?after=" + (id - 1) + "&limit=1").get(0)).isEqualTo(changed);
    }

    @Test
    void orders_are_made_changed_cancelled_and_deleted() {
        JsonNode made = shop.control(
                "orders",
                "{\"action\":\"create\",\"count\":2,\"lines\":[{\"variant\":1,\"quantity\":2},"
                        + "{\"variant\":2,\"unit_price\":\"9.90\"}]}");
        assertThat(made).hasSize(2);
        assertThat(made.get(0).path("name").asText()).isEqualTo("#1041");
        String id = "\"order_id\":" + made.get(0).path("order_id").asLong();
        assertThat(change("{\"action\":\"add-line\"," + id + ",\"line\":{\"variant\":5}}")
                        .path("line_items"))
                .hasSize(3);
        assertThat(change("{\"action\":\"remove-line\"," + id + "}").path("line_items"))
                .hasSize(2);
        assertThat(change("{\"action\":\"update-line\"," + id + ",\"line\":{\"quantity\":7}}")
                        .at("/line_items/1/quantity")
                        .asInt())
                .isEqualTo(7);
        assertThat(change("{\"action\":\"cancel\"," + id + "}")
                        .path("cancelled_at")
                        .isNull())
                .isFalse();
        change("{\"action\":\"delete\"," + id + "}");
        assertThat(shop.truth("orders")).hasSize(41);
        assertThat(shop.read("/_truth/summary").path("deleted_orders").asInt()).isEqualTo(1);
        assertThat(shop.run(ShopClient.ALL_ORDERS).path("rootObjectCount").asText())
                .isEqualTo("41");
    }

    @Test
    void a_batch_shares_its_second() {
        JsonNode changed = shop.control("orders", "[{\"sample\":5,\"updated_at\":\"2026-11-21T12:34:56Z\"}]");
        assertThat(changed).hasSize(5);
        assertThat(changed.findValuesAsText("updated_at")).containsOnly("2026-11-21T12:34:56Z");
        assertThat(changed.findValuesAsText("order_id")).doesNotHaveDuplicates();
    }

    @Test
    void a_change_is_searchable_only_when_the_index_has_caught_up() {
        shop.control("clock", "{\"running\":false}");
        shop.control("orders", "{\"action\":\"create\",\"visible_delay_ms\":60000}");
        assertThat(shop.run(ShopClient.ALL_ORDERS).path("rootObjectCount").asText())
                .isEqualTo("40");
        assertThat(shop.truth("orders")).hasSize(41);
        shop.control("clock", "{\"advance_ms\":61000}");
        assertThat(shop.run(ShopClient.ALL_ORDERS).path("rootObjectCount").asText())
                .isEqualTo("41");
    }

    @Test
    void a_change_is_stored_only_when_it_commits_but_bears_its_own_time() {
        shop.control("clock", "{\"running\":false}");
        shop.control("orders", "{\"action\":\"create\",\"commit_delay_ms\":5000}");
        assertThat(shop.truth("orders")).hasSize(40);
        shop.control("clock", "{\"advance_ms\":6000}");
        JsonNode late = shop.truth("orders").get(40);
        assertThat(Instant.parse(late.path("committed_at").asText()))
                .isEqualTo(Instant.parse(late.path("updated_at").asText())
                        .plusMillis(Instant.parse(late.path("committed_at").asText())
                                                .toEpochMilli()
                                        % 1_000
                                + 5_000));
    }

    @Test
    void the_clock_is_the_shops_own() {
        shop.control("clock", "{\"set\":\"2030-01-02T03:04:05Z\",\"running\":false}");
        assertThat(shop.run(ShopClient.ALL_ORDERS).path("createdAt").asText()).isEqualTo("2030-01-02T03:04:05Z");
        assertThat(shop.ask("{shop{id}}", java.util.Map.of()).headers().firstValue("Date"))
                .hasValue("Wed, 02 Jan 2030 03:04:05 GMT");
    }

    @Test
    void an_order_changes_after_it_was_written_and_another_before_it_is_reached() {
        List<JsonNode> orders = shop.truth("orders");
        long first = orders.get(0).path("order_id").asLong();
        long last = orders.get(39).path("order_id").asLong();
        shop.control("during-scan", """
                [{"after_order": %d, "change": [{"action":"update","order_id": %d}]},
                 {"at_percent": 50, "change": {"action":"update","order_id": %d}}]""".formatted(first, first, last));
        List<String> lines = shop.lines(shop.run(ShopClient.ALL_ORDERS));
        String before = orders.get(0).path("updated_at").asText();
        assertThat(lines.get(0)).contains("Order\\/" + first).contains(before);
        String reached = shop.truth("versions?order_id=" + last).stream()
                .reduce((a, b) -> b)
                .orElseThrow()
                .path("updated_at")
                .asText();
        assertThat(lines)
                .filteredOn(line -> line.startsWith("{\"id\":\"gid:\\/\\/shopify\\/Order\\/" + last))
                .singleElement()
                .asString()
                .contains(reached);
        assertThat(shop.truth("orders").get(0).path("updated_at").asText()).isNotEqualTo(before);
    }

    @Test
    void requests_and_operations_are_told() {
        shop.run(ShopClient.ALL_ORDERS);
        assertThat(shop.read("/_control/operations").get(0).path("status").asText())
                .isEqualTo("COMPLETED");
        assertThat(shop.read("/_control/requests").get(0).path("token_present").asBoolean())
                .isTrue();
    }

    @Test
    void the_timing_of_operations_can_be_changed() {
        shop.control("timing", "{\"created_ms\":60000}");
        assertThat(shop.submit(ShopClient.ALL_ORDERS)
                        .at("/bulkOperation/status")
                        .asText())
                .isEqualTo("CREATED");
        assertThat(shop.control("timing", "{}").path("running_ms").asLong())
                .isEqualTo(Duration.ofMillis(20).toMillis());
    }

    @Test
    void what_makes_no_sense_is_refused() {
        assertThat(shop.post("/_control/orders", "", "{\"action\":\"paint\",\"index\":1}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(shop.post("/_control/orders", "", "{}").body()).contains("order_id, index or sample");
        assertThat(shop.post("/_control/faults", "", "{\"name\":\"gremlins\"}").body())
                .contains("http-503");
        assertThat(shop.post("/_control/clock", "", "nonsense").statusCode()).isEqualTo(400);
    }

    private JsonNode change(String body) {
        return shop.control("orders", body).get(0);
    }
}
