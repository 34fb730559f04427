package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.simulator.SimulatorOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every declared stream but the orders': the tables equal the source after each run, whatever happened in between. */
@ExtendWith(Services.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamStoriesTest {
    private static final int MANY = 10_000;
    private World world;

    @BeforeAll
    void a_shop_that_was_never_read(Services services) {
        world = shop(services, 900);
    }

    @AfterAll
    void end() {
        world.close();
    }

    /** A shop with its subscription app, which lets itself be asked as often as one likes. */
    static World shop(Services services, int orders) {
        World world = World.around(
                        services,
                        SimulatorOptions.builder()
                                .orders(orders)
                                .restoreRate(2_000)
                                .bulkTakes(Duration.ofMillis(10), Duration.ofMillis(20))
                                .build())
                .withRecharge()
                // Nothing is too old to be read.
                .set("TIDEMARK_SYNC_FLOOR", "3650d")
                .set("TIDEMARK_SYNC_CHUNK_LINES", "500")
                .set("TIDEMARK_HTTP_RETRY_DELAY", "5ms");
        world.shop().change("recharge/bucket", "{\"size\":1000000,\"leak_per_second\":100000}");
        return world;
    }

    static List<String> streams() {
        return StreamTruth.streams();
    }

    @ParameterizedTest
    @MethodSource("streams")
    void the_tables_equal_the_source_after_the_first_day_and_after_the_second(String stream) {
        StreamTruth truth = new StreamTruth(world, stream);
        OrderSyncStoriesTest.completed(world, world.sync(stream));
        assertEqual(truth);
        Map<String, String> before = truth.contents();

        changesOfADay(stream).forEach(world.shop()::change);
        Outcome second = OrderSyncStoriesTest.completed(world, world.sync(stream));

        assertEqual(truth);
        Set<String> changed = truth.toBeWritten(before, truth.contents());
        assertThat(changed).as("rows that the day changed").isNotEmpty();
        assertThat(truth.writtenBy(second)).as("rows that were written").isEqualTo(changed);
        assertThat(second.count("written")).as("%s", second).isEqualTo(changed.size());
        assertThat(second.count("set_aside")).isZero();

        Outcome third = OrderSyncStoriesTest.completed(world, world.sync(stream));
        assertThat(third.count("written")).as("nothing has changed: %s", third).isZero();
        assertEqual(truth);
    }

    /** Something of each kind that can happen to a stream's records, by what is to be changed. */
    private Map<String, String> changesOfADay(String stream) {
        return switch (stream) {
            case "shopify-customers" ->
                Map.of(
                        "customers",
                        "[{\"sample\":5},{\"action\":\"create\",\"count\":3},"
                                + "{\"index\":7,\"set\":{\"note\":\"says \\\"ü\\\" – twice\\n\",\"tags\":[\"a\",\"b c\"]}},"
                                + "{\"index\":9,\"set\":{\"email\":\"\",\"phone\":\"\",\"country\":\"CH\"}}]");
            case "shopify-products" ->
                Map.of(
                        "products",
                        "[{\"sample\":3},{\"action\":\"create\",\"variants\":2},{\"action\":\"add-variant\",\"index\":4},"
                                + "{\"action\":\"update-variant\",\"index\":2,\"variant\":{\"price\":\"9.90\",\"compare_at_price\":\"12.00\"}},"
                                + "{\"action\":\"delete-variant\",\"product_id\":"
                                + some(
                                                "products",
                                                1,
                                                product -> product.path("variant_ids")
                                                                .size()
                                                        > 1)
                                        .get(0)
                                        .path("product_id")
                                + "}]");
            case "shopify-inventory" ->
                Map.of(
                        "inventory",
                        "[{\"action\":\"set-level\",\"sample\":4,\"available\":7},{\"action\":\"update\",\"index\":9},"
                                + "{\"action\":\"set-level\",\"index\":11,\"available\":-3,\"committed\":2,\"incoming\":5},"
                                + levelsLost()
                                + "]");
            case "shopify-refunds", "shopify-transactions" -> Map.of("orders", refunds());
            case "shopify-fulfillments" ->
                Map.of(
                        "orders",
                        some("fulfillments", 20, parcel -> parcel.path("delivered_at")
                                        .isNull())
                                .stream()
                                .map(parcel -> "{\"action\":\"deliver\",\"order_id\":" + parcel.path("order_id") + "}")
                                .collect(Collectors.joining(
                                        ",",
                                        "[{\"action\":\"create\",\"count\":5,\"set\":{\"fulfillment_status\":\"FULFILLED\"}},",
                                        "]")));
            case "recharge-customers" ->
                Map.of(
                        "recharge/customers",
                        "[{\"sample\":4},{\"index\":2,\"set\":{\"first_name\":\"Zoë\",\"phone\":null}},"
                                + "{\"action\":\"create\",\"count\":3}]");
            case "recharge-addresses" ->
                Map.of(
                        "recharge/addresses",
                        "[{\"sample\":4},{\"index\":2,\"set\":{\"city\":\"Łódź\",\"company\":\"\"}},"
                                + "{\"action\":\"create\",\"count\":3}]");
            case "recharge-subscriptions" ->
                Map.of(
                        "recharge/subscriptions",
                        "[{\"sample\":4},{\"action\":\"cancel\",\"index\":3},{\"index\":5,\"set\":{\"quantity\":12}},"
                                + "{\"action\":\"create\",\"count\":3}]");
            default -> {
                String kind = stream.replace('-', '/');
                List<JsonNode> two =
                        some(kind, 2, record -> record.path("line_items").size() > 1);
                String id = stream.equals("recharge-charges") ? "charge_id" : "order_id";
                yield Map.of(
                        kind,
                        "[{\"sample\":4},{\"action\":\"add-line\",\"index\":5},{\"action\":\"add-line\",\"index\":6},"
                                + "{\"action\":\"create\",\"count\":3},{\"action\":\"cancel\",\"index\":7},"
                                + "{\"action\":\"remove-line\",\"id\":"
                                + two.get(0).path(id) + "},"
                                + "{\"action\":\"remove-line\",\"id\":"
                                + two.get(1).path(id) + "}]");
            }
        };
    }

    /** One item is no longer stocked at a location, another one moves from one to another; both stay as they are. */
    private String levelsLost() {
        List<JsonNode> levels = world.shop().truth("inventory-levels");
        List<Long> places = levels.stream()
                .map(level -> level.path("location_id").asLong())
                .distinct()
                .toList();
        Map<Long, List<Long>> byItem = levels.stream()
                .collect(Collectors.groupingBy(
                        level -> level.path("inventory_item_id").asLong(),
                        TreeMap::new,
                        Collectors.mapping(level -> level.path("location_id").asLong(), Collectors.toList())));
        List<Map.Entry<Long, List<Long>>> items = byItem.entrySet().stream()
                .filter(item -> item.getValue().size() > 1 && item.getValue().size() < places.size())
                .limit(2)
                .toList();
        assertThat(items).as("items at some of %d places", places.size()).hasSize(2);
        long vacant = places.stream()
                .filter(place -> !items.get(1).getValue().contains(place))
                .findFirst()
                .orElseThrow();
        return ("{\"action\":\"disconnect\",\"inventory_item_id\":%d},{\"action\":\"disconnect\",\"inventory_item_id\":%2$d},"
                        + "{\"action\":\"set-level\",\"inventory_item_id\":%2$d,\"location_id\":%3$d,\"available\":3}")
                .formatted(items.get(0).getKey(), items.get(1).getKey(), vacant);
    }

    private String refunds() {
        List<JsonNode> paid = some(
                "orders",
                6,
                order -> order.path("financial_status").asText().equals("PAID")
                        && !order.path("line_items").isEmpty());
        return "[{\"action\":\"create\",\"count\":4},{\"action\":\"update\",\"sample\":60},"
                + refund(paid.get(0), "\"lines\":[{\"quantity\":1}],\"note\":\"broken – \\\"all\\\" of it\"")
                + refund(paid.get(1), "\"lines\":65")
                + refund(paid.get(2), "\"lines\":[],\"discrepancy\":\"-5.00\"")
                + refund(paid.get(3), "\"gateway\":\"gift_card\"")
                + refund(paid.get(4), "\"lines\":[{\"without_id\":true,\"restock_type\":\"NO_RESTOCK\"}]")
                + "{\"action\":\"cancel\",\"order_id\":" + paid.get(5).path("order_id") + "}]";
    }

    private static String refund(JsonNode order, String how) {
        return "{\"action\":\"refund\",\"order_id\":" + order.path("order_id") + "," + how + "},";
    }

    private List<JsonNode> some(String kind, int count, Predicate<JsonNode> which) {
        List<JsonNode> found =
                world.shop().truth(kind).stream().filter(which).limit(count).toList();
        assertThat(found).as("%s to be changed", kind).hasSizeGreaterThanOrEqualTo(Math.min(count, 2));
        return found;
    }

    @ParameterizedTest(name = "{0} goes on after page {1}")
    @CsvSource({"shopify-transactions, 2, graphql, transactions(first", "recharge-charges, 2, recharge/charges, 250"})
    void a_run_that_dies_between_two_pages_goes_on_with_the_next_one(
            String stream, int page, String path, String question, Services services) {
        try (World world = shop(services, 300)) {
            world.shop().change("recharge/charges", "[{\"action\":\"create\",\"count\":700}]");
            dieAfterPage(world, stream, page);
            int pages = diedWithPages(world, page);

            OrderSyncStoriesTest.completed(world, world.sync(stream));

            assertEqual(new StreamTruth(world, stream));
            List<String> read = world.sql()
                    .rows("select page_number, epoch = min(epoch) over () from sync_page order by page_number");
            assertThat(read).hasSizeGreaterThan(pages + 1);
            assertThat(read.subList(0, pages)).allMatch(each -> each.endsWith("|t"));
            assertThat(read.subList(pages, read.size())).allMatch(each -> each.endsWith("|f"));
            assertThat(world.shop().requests().stream()
                            .filter(request -> request.path("path").asText().contains(path))
                            .filter(request -> (request.path("query")
                                                    .path("limit")
                                                    .asText()
                                            + request.path("body").asText())
                                    .contains(question)))
                    .as("each page is asked for once")
                    .hasSize(read.size());
            assertThat(world.sql().value("select count(*) from sync_run")).isEqualTo("1");
        }
    }

    @Test
    void ten_thousand_records_of_one_second_survive_a_crash_between_their_pages(Services services) {
        try (World world = shop(services, 300)) {
            String stream = "recharge-customers";
            StreamTruth truth = new StreamTruth(world, stream);
            OrderSyncStoriesTest.completed(world, world.sync(stream));
            long few = truth.rows();
            String second = services.startedAt().toString();
            world.shop()
                    .change(
                            "recharge/customers",
                            "[{\"action\":\"create\",\"count\":" + MANY + ",\"updated_at\":\"" + second + "\"}]");
            dieAfterPage(world, stream, 20);

            Outcome run = OrderSyncStoriesTest.completed(world, world.sync(stream));

            assertEqual(truth);
            assertThat(truth.rows()).isEqualTo(few + MANY);
            assertThat(run.count("written")).as("%s", run).isEqualTo(MANY);
            assertThat(world.sql()
                            .value(
                                    "select sum(p.roots) from sync_page p where p.run_id = cast(? as uuid)",
                                    run.runId()))
                    .as("records on all pages, those of the overlap included")
                    .isEqualTo(Long.toString(MANY + run.count("unchanged")));
        }
    }

    private static void dieAfterPage(World world, String stream, int page) {
        HaltInside.overlayIn(world.directory()).forEach(world::overlay);
        world.set(HaltInside.VARIABLE, "after direct:fetch-commit-page " + page);
        Outcome halted = world.startSync(stream).await(Duration.ofMinutes(2));
        assertThat(halted.exitCode()).as("halted: %s", halted).isEqualTo(HaltInside.EXIT_CODE);
        world.withoutOverlay();
    }

    private static int diedWithPages(World world, int expected) {
        assertThat(world.sql().value("select count(*) from sync_page")).isEqualTo(Integer.toString(expected));
        return expected;
    }

    static void assertEqual(StreamTruth truth) {
        List<String> differences = truth.differences();
        assertThat(new TreeSet<>(differences).stream().limit(20).toList())
                .as("%d differences", differences.size())
                .isEmpty();
    }
}
