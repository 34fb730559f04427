package dev.tidemark.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The subscription app as a client sees it, in both versions, beside its truth. */
class RechargeTest {
    private static final List<String> KINDS = List.of("customers", "addresses", "subscriptions", "charges", "orders");
    private static final ZoneId EASTERN = ZoneId.of("America/New_York");

    private final ShopClient shop = ShopClient.start(ShopClient.options().orders(600));

    @BeforeEach
    void take_as_many_requests_as_come() {
        shop.control("recharge/bucket", "{\"size\":100000}");
    }

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void every_record_comes_once_in_the_order_asked_for() {
        for (String kind : KINDS) {
            List<Long> truth = shop.truth("recharge/" + kind).stream()
                    .sorted(Comparator.comparing((JsonNode record) ->
                                    record.path("updated_at").asText())
                            .thenComparing(record -> id(kind, record)))
                    .map(record -> id(kind, record))
                    .toList();
            assertThat(ids(walk(kind, "sort_by=updated_at-asc&limit=7", "2021-11")))
                    .as(kind)
                    .isEqualTo(truth)
                    .hasSizeGreaterThan(40)
                    .doesNotHaveDuplicates();
            assertThat(ids(walk(kind, "limit=250", "2021-11")))
                    .isEqualTo(truth.stream().sorted(Comparator.reverseOrder()).toList());
        }
    }

    @Test
    void a_page_leads_back_to_the_one_before() {
        JsonNode first = list("charges?limit=5&sort_by=created_at-asc", "2021-11");
        assertThat(first.path("previous_cursor").isNull()).isTrue();
        JsonNode second =
                list("charges?limit=5&cursor=" + first.path("next_cursor").asText(), "2021-11");
        assertThat(list(
                                "charges?limit=5&cursor="
                                        + second.path("previous_cursor").asText(),
                                "2021-11")
                        .path("charges"))
                .isEqualTo(first.path("charges"));
    }

    @Test
    void the_bounds_of_a_time_are_included() {
        JsonNode some = shop.truth("recharge/charges").get(30);
        String time = some.path("updated_at").asText();
        assertThat(ids(walk("charges", "updated_at_min=" + time + "&updated_at_max=" + time, "2021-11")))
                .contains(some.path("charge_id").asLong());
        long below = walk("charges", "updated_at_max=" + time, "2021-11").size();
        long above = walk("charges", "updated_at_min=" + encode(time.replace("Z", "+00:00")), "2021-11")
                .size();
        long equal = walk("charges", "updated_at_min=" + time + "&updated_at_max=" + time, "2021-01")
                .size();
        assertThat(below + above - equal)
                .isEqualTo(shop.truth("recharge/charges").size());
    }

    @Test
    void charges_and_orders_name_orders_of_the_shop_and_their_customers() {
        Map<Long, JsonNode> orders = shop.truth("orders").stream()
                .collect(Collectors.toMap(order -> order.path("order_id").asLong(), order -> order));
        int joined = 0;
        for (String kind : List.of("charges", "orders")) {
            for (JsonNode record : walk(kind, "limit=250", "2021-11")) {
                if (record.at("/external_order_id/ecommerce").isNull()) {
                    assertThat(record.path("status").asText()).isIn("queued", "skipped", "error");
                    continue;
                }
                JsonNode order =
                        orders.get(record.at("/external_order_id/ecommerce").asLong());
                assertThat(record.at("/customer/external_customer_id/ecommerce").asText())
                        .isEqualTo(order.path("customer_id").asText());
                assertThat(record.at("/customer/email").asText())
                        .isEqualTo(order.path("email").asText());
                joined++;
            }
        }
        assertThat(joined).isGreaterThan(300);
        Set<Long> subscriptions = new HashSet<>(ids(walk("subscriptions", "limit=250", "2021-11")));
        assertThat(walk("charges", "limit=250", "2021-11").stream()
                        .flatMap(charge -> elements(charge.path("line_items")).stream())
                        .map(line -> line.path("purchase_item_id").asLong()))
                .isSubsetOf(subscriptions);
    }

    @Test
    void the_older_version_writes_eastern_times_numbers_and_plain_ids() {
        Map<Long, JsonNode> modern = walk("subscriptions", "limit=250", "2021-11").stream()
                .collect(Collectors.toMap(record -> record.path("id").asLong(), record -> record));
        for (JsonNode old : walk("subscriptions", "limit=250", "2021-01")) {
            JsonNode same = modern.get(old.path("id").asLong());
            Instant truth =
                    OffsetDateTime.parse(same.path("updated_at").asText()).toInstant();
            assertThat(old.path("updated_at").asText())
                    .hasSize("2026-01-01T00:00:00".length())
                    .satisfies(text -> assertThat(LocalDateTime.parse(text))
                            .isEqualTo(truth.atZone(EASTERN).toLocalDateTime()));
            assertThat(old.path("price").isNumber()).isTrue();
            assertThat(old.path("price").decimalValue())
                    .isEqualByComparingTo(same.path("price").asText());
            assertThat(old.path("shopify_product_id").asText("null"))
                    .isEqualTo(same.at("/external_product_id/ecommerce").asText("null"));
            assertThat(old.path("status").asText())
                    .isEqualTo(same.path("status").asText().toUpperCase());
        }
        JsonNode charge = list("charges?limit=1&sort_by=id-asc", "2021-01").at("/charges/0");
        assertThat(charge.path("shopify_order_id").isIntegralNumber()).isTrue();
        assertThat(charge.path("customer_id").isIntegralNumber()).isTrue();
        assertThat(charge.at("/line_items/0/price").isNumber()).isTrue();
    }

    @Test
    void times_fall_into_both_changes_of_the_clock() {
        Map<String, Set<String>> instantsByText = shop.truth("recharge/subscriptions").stream()
                .flatMap(record -> List.of("created_at", "updated_at").stream()
                        .map(name -> record.path(name).asText()))
                .collect(Collectors.groupingBy(
                        time -> Instant.parse(time)
                                .atZone(EASTERN)
                                .toLocalDateTime()
                                .toString(),
                        Collectors.toSet()));
        assertThat(instantsByText.get("2026-11-01T01:30"))
                .containsExactlyInAnyOrder("2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z");
        assertThat(instantsByText).containsKeys("2026-03-08T01:30", "2026-03-08T03:30");
    }

    @Test
    void what_the_vendor_refuses_is_refused() {
        assertThat(send("charges", "2019-01", "rc_simulator").statusCode()).isEqualTo(426);
        assertThat(send("charges", "2021-11", "wrong").statusCode()).isEqualTo(401);
        String cursor = list("charges?limit=2", "2021-11").path("next_cursor").asText();
        assertThat(send("charges?limit=2&sort_by=id-asc&cursor=" + cursor, "2021-11", "rc_simulator"))
                .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(422))
                .satisfies(answer -> assertThat(text(answer))
                        .isEqualTo("{\"errors\":{\"sort_by\":[\"cannot be used with" + " cursor; only limit can\"]}}"));
        for (String query : List.of(
                "limit=251",
                "limit=0",
                "cursor=nonsense",
                "sort_by=price-asc",
                "updated_at_min=yesterday",
                "updated_at_min=2026-01-01T00:00:00+00:00",
                "colour=red")) {
            assertThat(send("charges?" + query, "2021-11", "rc_simulator").statusCode())
                    .as(query)
                    .isEqualTo(422);
        }
        assertThat(send("charges/1", "2021-11", "rc_simulator").statusCode()).isEqualTo(404);
        assertThat(send("teapots", "2021-11", "rc_simulator").statusCode()).isEqualTo(404);
    }

    @Test
    void one_record_is_shown_under_its_own_name() {
        JsonNode listed = list("orders?limit=1", "2021-11").at("/orders/0");
        assertThat(list("orders/" + listed.path("id").asText(), "2021-11").path("order"))
                .isEqualTo(listed);
    }

    @Test
    void a_full_bucket_answers_429_with_the_time_to_wait() {
        shop.control("recharge/bucket", "{\"size\":3,\"leak_per_second\":0.001}");
        for (int i = 0; i < 3; i++) {
            assertThat(send("charges", "2021-11", "rc_simulator").statusCode()).isEqualTo(200);
        }
        HttpResponse<byte[]> refused = send("charges", "2021-11", "rc_simulator");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("2.0");
        assertThat(refused.headers().firstValue("X-Recharge-Limit")).hasValue("3/3");
    }

    @Test
    void changes_are_listed_when_they_are_visible() {
        shop.control("clock", "{\"running\":false}");
        long before =
                list("subscriptions?limit=250", "2021-11").path("subscriptions").size();
        JsonNode made = shop.control(
                        "recharge/subscriptions",
                        "{\"action\":\"create\",\"visible_delay_ms\":5000,\"set\":{\"price\":\"12.30\"}}")
                .get(0);
        String path = "subscriptions/" + made.path("subscription_id").asText();
        assertThat(list(path, "2021-11").at("/subscription/price").asText()).isEqualTo("12.30");
        assertThat(walk("subscriptions", "sort_by=updated_at-desc&limit=250", "2021-11"))
                .hasSize((int) shop.truth("recharge/subscriptions").size() - 1);
        shop.control("clock", "{\"advance_ms\":5001}");
        assertThat(list("subscriptions?sort_by=updated_at-desc&limit=1", "2021-11")
                        .at("/subscriptions/0/id"))
                .isEqualTo(made.path("subscription_id"));
        shop.control("recharge/subscriptions", "{\"action\":\"delete\",\"id\":" + made.path("subscription_id") + "}");
        assertThat(send(path, "2021-11", "rc_simulator").statusCode()).isEqualTo(404);
        assertThat(shop.truth("recharge/subscriptions?deleted=1"))
                .hasSize(shop.truth("recharge/subscriptions").size() + 1);
        assertThat(before).isPositive();
    }

    @Test
    void a_change_is_stored_only_when_it_commits_but_bears_its_own_time() {
        shop.control("clock", "{\"running\":false}");
        JsonNode changed = shop.control("recharge/charges", "{\"index\":3,\"commit_delay_ms\":5000}")
                .get(0);
        assertThat(shop.truth("recharge/charges")).doesNotContain(changed);
        shop.control("clock", "{\"advance_ms\":6000}");
        assertThat(shop.truth("recharge/charges")).contains(changed);
        assertThat(changed.path("updated_at").asText())
                .isLessThan(changed.path("committed_at").asText());
    }

    @Test
    void many_records_share_one_time_across_pages() {
        shop.control(
                "recharge/charges",
                "[{\"action\":\"create\",\"count\":1000,\"updated_at\":\"2026-11-20T00:00:00Z\"},"
                        + "{\"sample\":100,\"updated_at\":\"2026-11-20T00:00:00Z\"}]");
        List<JsonNode> same =
                walk("charges", "sort_by=updated_at-asc&updated_at_min=2026-11-20T00:00:00Z&limit=250", "2021-11");
        assertThat(ids(same)).doesNotHaveDuplicates();
        assertThat(same.stream()
                        .filter(charge -> charge.path("updated_at").asText().equals("2026-11-20T00:00:00+00:00")))
                .hasSize(1_100);
        assertThat(ids(walk("charges", "limit=250", "2021-11")))
                .hasSize(shop.truth("recharge/charges").size())
                .doesNotHaveDuplicates();
    }

    @Test
    void lines_of_a_charge_come_and_go() {
        JsonNode before = shop.truth("recharge/charges").get(0);
        JsonNode more = shop.control("recharge/charges", "{\"action\":\"add-line\",\"index\":0}")
                .get(0);
        assertThat(more.path("line_items")).hasSize(before.path("line_items").size() + 1);
        assertThat(shop.control("recharge/charges", "{\"action\":\"remove-line\",\"index\":0}")
                        .get(0)
                        .path("line_items"))
                .isEqualTo(before.path("line_items"));
        assertThat(shop.post("/_control/recharge/customers", "", "{\"action\":\"add-line\",\"index\":0}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(shop.post("/_control/recharge/customers", "", "{\"index\":0,\"set\":{\"colour\":1}}")
                        .body())
                .contains("can: [email");
    }

    @Test
    void a_cursor_leads_back_to_its_own_page() {
        shop.control("faults", "\"recharge-cursor-loop\"");
        JsonNode first = list("charges?limit=5", "2021-11");
        JsonNode second =
                list("charges?limit=5&cursor=" + first.path("next_cursor").asText(), "2021-11");
        assertThat(second.path("charges")).isEqualTo(first.path("charges"));
        assertThat(second.path("next_cursor")).isEqualTo(first.path("next_cursor"));
    }

    @Test
    void a_page_comes_again_under_another_cursor() {
        shop.control("faults", "\"recharge-page-repeated:1\"");
        JsonNode first = list("charges?limit=5", "2021-11");
        JsonNode again =
                list("charges?limit=5&cursor=" + first.path("next_cursor").asText(), "2021-11");
        assertThat(again.path("charges")).isEqualTo(first.path("charges"));
        assertThat(again.path("next_cursor")).isNotEqualTo(first.path("next_cursor"));
        assertThat(list("charges?limit=5&cursor=" + again.path("next_cursor").asText(), "2021-11")
                        .path("charges"))
                .doesNotContainAnyElementsOf(first.path("charges"));
    }

    @Test
    void faults_of_http_strike_here_too() {
        shop.control("faults", "[\"http-503:1\",\"http-429:1:3\",\"html-200:1\"]");
        assertThat(send("charges", "2021-11", "rc_simulator").statusCode()).isEqualTo(429);
        assertThat(send("charges", "2021-11", "rc_simulator").statusCode()).isEqualTo(503);
        assertThat(text(send("charges", "2021-11", "rc_simulator"))).startsWith("<!DOCTYPE");
        assertThat(send("charges", "2021-11", "rc_simulator").statusCode()).isEqualTo(200);
        assertThat(shop.read("/_control/requests").get(0).path("path").asText()).isEqualTo("/recharge/charges");
    }

    @Test
    void the_same_seed_gives_the_same_records() {
        try (ShopClient twin = ShopClient.start(ShopClient.options().orders(600))) {
            for (String kind : KINDS) {
                assertThat(twin.truth("recharge/" + kind)).isEqualTo(shop.truth("recharge/" + kind));
            }
        }
    }

    private List<JsonNode> walk(String kind, String query, String version) {
        List<JsonNode> records = new ArrayList<>();
        String limit = query.contains("limit=") ? query.replaceFirst(".*(limit=\\d+).*", "$1") : "limit=250";
        String next = query;
        while (true) {
            JsonNode page = list(kind + "?" + next, version);
            page.path(kind).forEach(records::add);
            if (page.path("next_cursor").isNull()) {
                return records;
            }
            next = limit + "&cursor=" + page.path("next_cursor").asText();
        }
    }

    private JsonNode list(String path, String version) {
        HttpResponse<byte[]> answer = send(path, version, "rc_simulator");
        assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
        return ShopClient.json(text(answer));
    }

    private HttpResponse<byte[]> send(String path, String version, String token) {
        return shop.get(
                shop.url() + "/recharge/" + path, "X-Recharge-Access-Token", token, "X-Recharge-Version", version);
    }

    private static List<Long> ids(List<JsonNode> records) {
        return records.stream().map(record -> record.path("id").asLong()).toList();
    }

    private static List<JsonNode> elements(JsonNode array) {
        List<JsonNode> elements = new ArrayList<>();
        array.forEach(elements::add);
        return elements;
    }

    private static long id(String kind, JsonNode truth) {
        return truth.path(kind.equals("addresses") ? "address_id" : kind.substring(0, kind.length() - 1) + "_id")
                .asLong();
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
