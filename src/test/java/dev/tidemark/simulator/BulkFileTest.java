package dev.tidemark.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of bulk operations: their form, their order, and that they say what is true. */
class BulkFileTest {

    @Test
    void lines_have_the_vendors_form() {
        try (ShopClient shop = ShopClient.start(ShopClient.options())) {
            List<String> lines = shop.lines(shop.run(ShopClient.ALL_ORDERS));
            assertThat(lines.get(0)).startsWith("{\"id\":\"gid:\\/\\/shopify\\/Order\\/900500");
            assertThat(lines)
                    .filteredOn(line -> line.contains("__parentId"))
                    .isNotEmpty()
                    .allSatisfy(line -> {
                        assertThat(line).startsWith("{\"id\":\"gid:\\/\\/shopify\\/LineItem\\/");
                        assertThat(line).matches(".*,\"__parentId\":\"gid:\\\\/\\\\/shopify\\\\/Order\\\\/\\d+\"}");
                    });
        }
    }

    @Test
    void the_file_says_what_is_true() {
        try (ShopClient shop = ShopClient.start(ShopClient.options().orders(500))) {
            Map<String, List<JsonNode>> children = new HashMap<>();
            Map<Long, JsonNode> roots = new HashMap<>();
            for (String line : shop.lines(shop.run(ShopClient.ALL_ORDERS))) {
                JsonNode record = ShopClient.json(line);
                if (record.has("__parentId")) {
                    children.computeIfAbsent(record.path("__parentId").asText(), id -> new ArrayList<>())
                            .add(record);
                } else {
                    roots.put(number(record.path("id")), record);
                }
            }
            List<JsonNode> truth = shop.truth("orders");
            assertThat(truth).hasSize(500).hasSize(roots.size());
            for (JsonNode order : truth) {
                JsonNode root = roots.get(order.path("order_id").asLong());
                assertThat(root.path("updatedAt")).isEqualTo(order.path("updated_at"));
                assertMoney(root.at("/totalPriceSet/shopMoney/amount"), order.path("total"));
                assertMoney(root.at("/totalPriceSet/presentmentMoney/amount"), order.path("presentment_total"));
                assertThat(root.at("/totalPriceSet/presentmentMoney/currencyCode"))
                        .isEqualTo(order.path("presentment_currency"));
                List<JsonNode> lines = children.get(root.path("id").asText());
                assertThat(lines.stream()
                                .map(line -> number(line.path("id")))
                                .sorted()
                                .toList())
                        .isEqualTo(order.path("line_items").findValues("line_item_id").stream()
                                .map(JsonNode::asLong)
                                .sorted()
                                .toList());
            }
        }
    }

    @Test
    void grouped_children_follow_their_parent_and_ungrouped_ones_come_later() {
        try (ShopClient shop = ShopClient.start(ShopClient.options().orders(300))) {
            assertThat(strayChildren(shop.lines(shop.run(ShopClient.ALL_ORDERS, ", groupObjects: true"))))
                    .isZero();
            List<String> ungrouped = shop.lines(shop.run(ShopClient.ALL_ORDERS));
            assertThat(strayChildren(ungrouped)).isPositive();
            assertThat(childrenBeforeTheirParent(ungrouped)).isZero();
            assertThat(strayChildren(shop.asking("2024-04").lines(shop.run(ShopClient.ALL_ORDERS))))
                    .isZero();
        }
    }

    @Test
    void the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        assertThat(file(7)).isEqualTo(file(7)).isNotEqualTo(file(8));
    }

    @Test
    void only_what_is_selected_appears_under_its_alias() {
        try (ShopClient shop = ShopClient.start(ShopClient.options())) {
            String query = "{ orders { edges { node { __typename id number: name ...more } } } }"
                    + " fragment more on Order { test }";
            assertThat(shop.lines(shop.run(query)).get(0))
                    .isEqualTo("{\"__typename\":\"Order\",\"id\":\"gid:\\/\\/shopify\\/Order\\/" + firstId(shop)
                            + "\",\"number\":\"#1001\",\"test\":false}");
        }
    }

    @Test
    void a_sort_key_leaves_records_out() {
        try (ShopClient shop = ShopClient.start(ShopClient.options().orders(300))) {
            JsonNode operation = shop.run("{ orders(sortKey: UPDATED_AT) { edges { node { id } } } }");
            assertThat(operation.path("rootObjectCount").asInt()).isBetween(290, 299);
        }
    }

    @Test
    void a_signed_url_expires_after_seven_days_and_serves_no_other_name() {
        try (ShopClient shop = ShopClient.start(ShopClient.options())) {
            String url = shop.run(ShopClient.ALL_ORDERS).path("url").asText();
            assertThat(shop.get(url).headers().firstValue("Content-Type")).hasValue("application/jsonl");
            assertThat(shop.get(url, "Range", "bytes=10-19").body()).hasSize(10);
            assertThat(shop.get(url.replaceAll("Signature=.", "Signature=x")).statusCode())
                    .isEqualTo(403);
            shop.control("clock", "{\"advance_ms\":" + 8L * 86_400_000 + "}");
            assertThat(shop.get(url).statusCode()).isEqualTo(400);
        }
    }

    @Test
    void a_client_that_accepts_gzip_gets_it() throws IOException {
        try (ShopClient shop = ShopClient.start(ShopClient.options())) {
            JsonNode operation = shop.run(ShopClient.ALL_ORDERS);
            var zipped = shop.get(operation.path("url").asText(), "Accept-Encoding", "gzip");
            assertThat(zipped.headers().firstValue("Content-Encoding")).hasValue("gzip");
            assertThat(new GZIPInputStream(new ByteArrayInputStream(zipped.body())).readAllBytes())
                    .isEqualTo(shop.download(operation));
        }
    }

    @Test
    void a_million_lines_are_written_without_keeping_them(@TempDir Path folder) throws Exception {
        SimulatorOptions options = ShopClient.options().orders(260_000).build();
        ShopClock clock = new ShopClock(options.startsAt());
        SimulatedShop shop = new SimulatedShop(options, clock);
        ShopRoots roots = new ShopRoots(shop, new ShopTypes(shop), () -> Long.MIN_VALUE);
        Path path = folder.resolve("all.jsonl");
        LineFile file = new LineFile(path, false, true);
        BulkScan scan = new BulkScan(
                "2026-10",
                file,
                new LineOrder(LineOrder.Kind.UNGROUPED, file, new Dice(1)),
                new RecordFaults(List.of()),
                new ScanChanges(),
                () -> false);
        long before = usedBytes();
        try (file) {
            scan.run(BulkQuery.parse(
                    ShopClient.ALL_ORDERS, AdminSchema.of("2026-10", environment -> null, node -> "Order"), roots));
        }
        assertThat(usedBytes() - before).isLessThan(16L * 1024 * 1024);
        assertThat(scan.roots()).isEqualTo(260_000);
        assertThat(scan.lines()).isGreaterThan(1_000_000);
        assertThat(Files.size(path)).isEqualTo(file.bytes());
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static String file(long seed) {
        try (ShopClient shop = ShopClient.start(ShopClient.options().seed(seed))) {
            return String.join("\n", shop.lines(shop.run(ShopClient.ALL_ORDERS)));
        }
    }

    private static long firstId(ShopClient shop) {
        return shop.truth("orders?limit=1").get(0).path("order_id").asLong();
    }

    /** Children whose line does not stand in the block under their parent. */
    static long strayChildren(List<String> lines) {
        String root = "";
        long stray = 0;
        for (String line : lines) {
            JsonNode record = ShopClient.json(line);
            if (!record.has("__parentId")) {
                root = record.path("id").asText();
            } else if (!record.path("__parentId").asText().equals(root)) {
                stray++;
            }
        }
        return stray;
    }

    static long childrenBeforeTheirParent(List<String> lines) {
        List<String> seen = new ArrayList<>();
        return lines.stream()
                .map(ShopClient::json)
                .filter(record -> {
                    seen.add(record.path("id").asText());
                    return record.has("__parentId")
                            && !seen.contains(record.path("__parentId").asText());
                })
                .count();
    }

    private static void assertMoney(JsonNode shown, JsonNode truth) {
        assertThat(new BigDecimal(shown.asText())).isEqualByComparingTo(new BigDecimal(truth.asText()));
    }

    private static long number(JsonNode gid) {
        return Long.parseLong(gid.asText().replaceAll(".*/", ""));
    }
}
