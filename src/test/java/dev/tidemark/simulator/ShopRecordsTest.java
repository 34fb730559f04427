package dev.tidemark.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The records of the shop beside its orders: pages, bulk files and the truth agree about them, and they change as asked. */
class ShopRecordsTest {
    private static final Pattern DOCUMENTED = Pattern.compile("```graphql\\n(.*?)```", Pattern.DOTALL);

    private final ShopClient shop = ShopClient.start(ShopClient.options().orders(600));

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void every_documented_selection_works() throws IOException {
        Matcher documented = DOCUMENTED.matcher(Files.readString(Path.of("docs/reference/simulator.md")));
        List<String> failed = new ArrayList<>();
        int found = 0;
        for (; documented.find(); found++) {
            JsonNode answer = shop.graphql(documented.group(1));
            if (answer.has("errors") || !answer.at("/data").isObject()) {
                failed.add(answer.toString());
            }
        }
        assertThat(failed).isEmpty();
        assertThat(found).isGreaterThanOrEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource({
        "customers, customers, customer_id",
        "products, products, product_id",
        "productVariants, variants, variant_id",
        "inventoryItems, inventory-items, inventory_item_id"
    })
    void pages_bulk_files_and_the_truth_hold_the_same_records(String list, String truth, String idName) {
        TreeSet<Long> true_ids = new TreeSet<>();
        shop.truth(truth).forEach(record -> true_ids.add(record.path(idName).asLong()));
        List<Long> paged = new ArrayList<>();
        pages(list, "", "id").forEach(node -> paged.add(number(node.path("id"))));
        List<Long> bulk = new ArrayList<>();
        shop.lines(shop.run("{ " + list + " { edges { node { id } } } }"))
                .forEach(line -> bulk.add(number(ShopClient.json(line).path("id"))));
        assertThat(true_ids).isNotEmpty();
        assertThat(paged).containsExactlyElementsOf(true_ids);
        assertThat(bulk).containsExactlyElementsOf(true_ids);
    }

    @Test
    void the_customer_of_every_order_exists() {
        TreeSet<Long> customers = new TreeSet<>();
        shop.truth("customers")
                .forEach(customer -> customers.add(customer.path("customer_id").asLong()));
        assertThat(shop.truth("orders"))
                .filteredOn(order -> !order.path("customer_id").isNull())
                .hasSizeGreaterThan(400)
                .allSatisfy(order ->
                        assertThat(customers).contains(order.path("customer_id").asLong()));
    }

    @Test
    void customers_are_found_by_whole_days_only() {
        shop.control("customers", "{\"index\":3,\"updated_at\":\"2026-11-20T15:00:00Z\"}");
        assertThat(pages("customers", ", query: \"updated_at:>='2026-11-20T23:00:00Z'\"", "id updatedAt").stream()
                        .map(node -> node.path("updatedAt").asText()))
                .contains("2026-11-20T15:00:00Z");
        assertThat(pages("customers", ", query: \"updated_at:<'2026-11-20T23:00:00Z'\"", "id updatedAt").stream()
                        .map(node -> node.path("updatedAt").asText()))
                .noneMatch(time -> time.startsWith("2026-11-20T15"));
    }

    @Test
    void a_refund_is_its_lines_less_its_adjustments_and_an_order_says_the_sum() {
        List<JsonNode> lines = shop.truth("refund-line-items");
        List<JsonNode> refunds = shop.truth("refunds");
        assertThat(refunds)
                .extracting(refund -> refund.path("line_count").asInt() > 50)
                .contains(true, false);
        assertThat(refunds)
                .extracting(refund -> refund.path("line_count").asInt())
                .contains(0, 1);
        for (JsonNode refund : refunds) {
            BigDecimal total = lines.stream()
                    .filter(line -> line.path("refund_id").equals(refund.path("refund_id")))
                    .map(line -> money(line, "subtotal").add(money(line, "total_tax")))
                    .reduce(BigDecimal.ZERO, BigDecimal::add);
            for (JsonNode adjustment : refund.path("order_adjustments")) {
                total = total.subtract(money(adjustment, "amount")).subtract(money(adjustment, "tax_amount"));
            }
            assertThat(total).isEqualByComparingTo(money(refund, "total_refunded"));
            assertThat(new BigDecimal(
                            order(refund.path("order_id").asLong(), "totalRefundedSet { shopMoney { amount } }")
                                    .at("/totalRefundedSet/shopMoney/amount")
                                    .asText()))
                    .isEqualByComparingTo(total);
        }
    }

    @Test
    void the_lines_of_a_large_refund_are_read_page_by_page() {
        JsonNode large = shop.truth("refunds").stream()
                .filter(refund -> refund.path("line_count").asInt() > 50)
                .findFirst()
                .orElseThrow();
        TreeSet<String> lineItems = new TreeSet<>();
        String after = null;
        do {
            JsonNode page = shop.graphql(
                            "query($id: ID!, $after: String) { node(id: $id) { ... on Refund { refundLineItems(first: 50,"
                                    + " after: $after) { nodes { id lineItem { id } } pageInfo { hasNextPage endCursor } } } } }",
                            after == null ? Map.of("id", gid(large)) : Map.of("id", gid(large), "after", after))
                    .at("/data/node/refundLineItems");
            page.path("nodes")
                    .forEach(node -> lineItems.add(node.at("/lineItem/id").asText()));
            after = page.at("/pageInfo/hasNextPage").asBoolean()
                    ? page.at("/pageInfo/endCursor").asText()
                    : null;
        } while (after != null);
        assertThat(lineItems).hasSize(large.path("line_count").asInt());
    }

    @Test
    void a_bulk_query_may_hold_refunds_but_not_their_lines() {
        assertThat(shop.submit(
                                "{ orders { edges { node { id refunds { id refundLineItems { edges { node { id } } } } } } } }")
                        .at("/userErrors/0/message")
                        .asText())
                .isEqualTo("Queries that contain a connection field within a list field are not currently supported.");
        assertThat(shop.lines(shop.run("{ orders { edges { node { id refunds { id } } } } }")))
                .anyMatch(line -> line.contains("\"refunds\":[{\"id\":\"gid:\\/\\/shopify\\/Refund"));
    }

    @Test
    void a_refund_that_does_not_bump_its_order_leaves_it_as_it_was() {
        JsonNode before = shop.truth("orders?limit=1").get(0);
        JsonNode after = shop.control(
                        "orders",
                        "{\"action\":\"refund\",\"index\":0,\"lines\":120,\"discrepancy\":\"-5.00\",\"bump\":false}")
                .get(0);
        assertThat(after.path("updated_at")).isEqualTo(before.path("updated_at"));
        assertThat(after.path("current_total")).isEqualTo(before.path("current_total"));
        JsonNode refund = shop.truth("refunds").get(0);
        assertThat(refund.path("order_id")).isEqualTo(before.path("order_id"));
        assertThat(refund.path("total_refunded").asText()).isEqualTo("125.00");
        JsonNode bumped =
                shop.control("orders", "{\"action\":\"refund\",\"index\":0}").get(0);
        assertThat(bumped.path("updated_at").asText())
                .isGreaterThan(before.path("updated_at").asText());
        assertThat(bumped.path("financial_status").asText()).isEqualTo("PARTIALLY_REFUNDED");
    }

    @Test
    void a_level_changes_each_morning_and_its_item_does_not() {
        JsonNode level = shop.truth("inventory-levels?limit=1").get(0);
        JsonNode item = shop.truth("inventory-items?limit=1").get(0);
        shop.control("clock", "{\"advance_ms\":86400000}");
        JsonNode next = shop.truth("inventory-levels?limit=1").get(0);
        assertThat(next.path("available").asInt())
                .isLessThan(level.path("available").asInt());
        assertThat(next.path("updated_at").asText())
                .isGreaterThan(level.path("updated_at").asText());
        shop.control("inventory", "{\"action\":\"set-level\",\"index\":0,\"available\":-7}");
        assertThat(shop.truth("inventory-levels?limit=1")
                        .get(0)
                        .path("available")
                        .asInt())
                .isEqualTo(-7);
        assertThat(shop.truth("inventory-items?limit=1").get(0)).isEqualTo(item);
    }

    @Test
    void an_item_that_is_no_longer_stocked_at_a_location_stays_as_it_is() {
        JsonNode item = shop.truth("inventory-items?limit=1").get(0);
        String id = item.path("inventory_item_id").asText();
        long away = Location.ALL.get(1).id();
        shop.control(
                "inventory",
                "{\"action\":\"set-level\",\"inventory_item_id\":" + id + ",\"location_id\":" + away
                        + ",\"available\":1}");
        JsonNode gone = shop.control(
                        "inventory",
                        "{\"action\":\"disconnect\",\"inventory_item_id\":" + id + ",\"location_id\":" + away + "}")
                .get(0);

        assertThat(gone.path("location_id").asLong()).isEqualTo(away);
        assertThat(shop.truth("inventory-levels").stream()
                        .filter(level ->
                                level.path("inventory_item_id").asText().equals(id))
                        .map(level -> level.path("location_id").asLong()))
                .isNotEmpty()
                .doesNotContain(away);
        assertThat(shop.truth("inventory-items?limit=1").get(0)).isEqualTo(item);
    }

    @Test
    void products_and_variants_are_made_changed_and_deleted() {
        JsonNode made = shop.control(
                        "products", "{\"action\":\"create\",\"variants\":300,\"set\":{\"title\":\"Big one\"}}")
                .get(0);
        assertThat(made.path("handle").asText()).isEqualTo("big-one");
        assertThat(made.path("variant_ids")).hasSize(300);
        String id = "\"product_id\":" + made.path("product_id").asLong();
        JsonNode changed = shop.control(
                        "products",
                        "{\"action\":\"update-variant\"," + id + ",\"variant\":{\"price\":\"9.90\"},\"bump\":false}")
                .get(0);
        assertThat(changed.path("updated_at")).isEqualTo(made.path("updated_at"));
        List<JsonNode> variants = shop.truth("variants");
        assertThat(variants.get(variants.size() - 1).path("price").asText()).isEqualTo("9.90");
        int items = shop.truth("inventory-items").size();
        shop.control("products", "{\"action\":\"delete-variant\"," + id + "}");
        assertThat(shop.truth("variants")).hasSize(variants.size() - 1);
        assertThat(shop.truth("inventory-items")).hasSize(items - 1);
        shop.control("products", "{\"action\":\"delete\"," + id + "}");
        assertThat(shop.truth("variants")).hasSize(variants.size() - 300);
        assertThat(shop.truth("products?deleted=1"))
                .hasSize(shop.truth("products").size() + 1);
    }

    @Test
    void a_deleted_product_leaves_an_event_for_a_year_and_others_leave_nothing() {
        long product = shop.control("products", "{\"action\":\"delete\",\"index\":2}")
                .get(0)
                .path("product_id")
                .asLong();
        shop.control("customers", "{\"action\":\"delete\",\"index\":2}");
        shop.control("orders", "{\"action\":\"delete\",\"index\":2}");
        List<JsonNode> events = pages("events", "", "action createdAt ... on BasicEvent { subjectId subjectType }");
        assertThat(events).hasSize(1);
        assertThat(events.get(0).path("action").asText()).isEqualTo("destroy");
        assertThat(events.get(0).path("subjectId").asText()).isEqualTo("gid://shopify/Product/" + product);
        assertThat(shop.graphql("{ product(id: \"gid://shopify/Product/" + product + "\") { id } }")
                        .at("/data/product")
                        .isNull())
                .isTrue();
        shop.control("clock", "{\"advance_ms\":" + 366L * 86_400_000 + "}");
        assertThat(pages("events", "", "id")).isEmpty();
    }

    @Test
    void a_record_that_changes_between_two_pages_comes_again_at_the_end() {
        shop.control(
                "during-scan",
                "{\"after_pages\":2,\"list\":\"customers\",\"of\":\"customers\",\"change\":{\"index\":0}}");
        long changed =
                shop.truth("customers?limit=1").get(0).path("customer_id").asLong();
        List<JsonNode> walked = pages("customers", ", sortKey: UPDATED_AT", "id updatedAt");
        assertThat(number(walked.get(walked.size() - 1).path("id"))).isEqualTo(changed);
        assertThat(shop.read("/_control/during-scan").path("waiting").asInt()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"nul:2, 2", "bad-money:2, 2", "null-updated-at:2, 2", "orphan-children:2, 0"})
    void bulk_files_of_other_records_can_be_damaged_too(String fault, int lines) {
        String query = "{ customers { edges { node { id displayName updatedAt amountSpent { amount } } } } }";
        List<String> clean = shop.lines(shop.run(query));
        shop.control("faults", "[\"" + fault + "\"]");
        List<String> damaged = shop.lines(shop.run(query));
        assertThat(clean).filteredOn(line -> !damaged.contains(line)).hasSize(lines);
    }

    @ParameterizedTest
    @CsvSource({
        "null-updated-at, /updatedAt, null",
        "bad-money, /amountSpent/amount, twelve",
        "nul, /displayName, #nul\\u0000"
    })
    void the_first_record_of_a_page_can_be_damaged(String fault, String place, String value) {
        List<JsonNode> clean = pages("customers", "", "id displayName updatedAt amountSpent { amount }");
        shop.control("faults", "[\"page-damage:" + fault + ":1\"]");
        List<JsonNode> damaged = pages("customers", "", "id displayName updatedAt amountSpent { amount }");
        assertThat(damaged.get(0).at(place).asText()).isEqualTo(value.replace("\\u0000", "\u0000"));
        assertThat(damaged.subList(1, damaged.size())).isEqualTo(clean.subList(1, clean.size()));
    }

    @Test
    void records_that_share_a_second_are_paged_without_loss() {
        try (ShopClient crowded = ShopClient.start(
                ShopClient.options().orders(500).sameSecond(400).restoreRate(2_000))) {
            List<JsonNode> orders = pages(crowded, "orders", ", sortKey: UPDATED_AT", "id updatedAt");
            assertThat(orders).hasSize(500);
            assertThat(orders.stream().map(order -> order.path("id").asText()).distinct())
                    .hasSize(500);
            assertThat(orders.stream()
                            .filter(order -> order.path("updatedAt").asText().equals("2026-11-21T11:59:59Z")))
                    .hasSize(400);
            assertThat(crowded.truth("customers").stream()
                            .filter(one -> one.path("updated_at").asText().equals("2026-11-21T11:59:59Z")))
                    .hasSizeGreaterThan(250);
        }
    }

    @Test
    void a_page_may_come_again_and_nested_ones_may_be_short() {
        shop.control("faults", "[\"page-repeated:1\", \"page-truncated-nested\"]");
        List<JsonNode> products =
                pages(shop, "products", "", "id variants(first: 9) { nodes { id } pageInfo { hasNextPage } }", 9);
        assertThat(products).hasSize(45);
        assertThat(products.subList(0, 9)).isEqualTo(products.subList(9, 18));
        assertThat(products)
                .allSatisfy(product -> assertThat(product.at("/variants/nodes")).hasSizeLessThanOrEqualTo(1));
        assertThat(products).anyMatch(product -> product.at("/variants/pageInfo/hasNextPage")
                .asBoolean());
    }

    private JsonNode order(long id, String fields) {
        return shop.graphql("{ order(id: \"gid://shopify/Order/" + id + "\") { " + fields + " } }")
                .at("/data/order");
    }

    private List<JsonNode> pages(String list, String arguments, String fields) {
        return pages(shop, list, arguments, fields);
    }

    private static List<JsonNode> pages(ShopClient shop, String list, String arguments, String fields) {
        return pages(shop, list, arguments, fields, 70);
    }

    private static List<JsonNode> pages(ShopClient shop, String list, String arguments, String fields, int size) {
        List<JsonNode> nodes = new ArrayList<>();
        String after = null;
        do {
            JsonNode page = shop.graphql(
                            "query($after: String) { " + list + "(first: " + size + ", after: $after" + arguments
                                    + ") { edges { node { " + fields + " } } pageInfo { hasNextPage endCursor } } }",
                            after == null ? Map.of() : Map.of("after", after))
                    .at("/data/" + list);
            page.path("edges").forEach(edge -> nodes.add(edge.path("node")));
            after = page.at("/pageInfo/hasNextPage").asBoolean()
                    ? page.at("/pageInfo/endCursor").asText()
                    : null;
        } while (after != null);
        return nodes;
    }

    private static String gid(JsonNode refund) {
        return "gid://shopify/Refund/" + refund.path("refund_id").asLong();
    }

    private static BigDecimal money(JsonNode record, String name) {
        return new BigDecimal(record.path(name).asText());
    }

    private static long number(JsonNode gid) {
        return Long.parseLong(gid.asText().replaceAll(".*/", ""));
    }
}
