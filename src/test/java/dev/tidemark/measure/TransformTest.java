package dev.tidemark.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.fixture.Database;
import dev.tidemark.fixture.ObjectStorage;
import dev.tidemark.measure.MeasureShop.Line;
import dev.tidemark.measure.MeasureShop.LoadedRun;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;

class TransformTest {
    private static Database database;
    private static ObjectStorage storage;
    private static MeasureShop shop;

    @BeforeAll
    static void open() throws Exception {
        database = Database.start();
        storage = ObjectStorage.start();
        shop = new MeasureShop(database, storage, storage.bucket());
    }

    @AfterAll
    static void close() throws Exception {
        shop.close();
        storage.close();
        database.close();
    }

    @BeforeEach
    void clear() {
        shop.clear();
    }

    @Test
    void sales_are_exact_per_product_variant_and_currency() {
        LoadedRun run = shop.run(at("2026-03-03T06:00:00Z"), "UTC");
        run.order(at("2026-03-02T10:00:00Z"), "EUR", line(7, 71, 2, "19.90", "35.80"), line(7, 72, 1, "5.00", "5.00"));
        run.order(at("2026-03-02T11:00:00Z"), "EUR", line(7, 71, 1, "19.90", "19.90"));
        run.order(at("2026-03-02T12:00:00Z"), "USD", line(7, 71, 1, "0.10", "0.07"), line(6, 61, 1, "1", "1"));
        run.order(at("2026-03-02T13:00:00Z"), "EUR", new Line(null, null, "Tip", 1, "2.00", null));

        Map<String, Object> outcome = shop.transform(run);

        assertThat(sales("2026-03-02")).isEqualTo("""
                {"store":"acme","day":"2026-03-02","product_id":6,"variant_id":61,"currency":"USD","orders":1,"units":1,"gross":"1","discounts":"0","returns":"0","net":"1","cogs":null,"cogs_currency":null,"oversold":null}
                {"store":"acme","day":"2026-03-02","product_id":7,"variant_id":71,"currency":"EUR","orders":2,"units":3,"gross":"59.7","discounts":"4","returns":"0","net":"55.7","cogs":null,"cogs_currency":null,"oversold":null}
                {"store":"acme","day":"2026-03-02","product_id":7,"variant_id":71,"currency":"USD","orders":1,"units":1,"gross":"0.1","discounts":"0.03","returns":"0","net":"0.07","cogs":null,"cogs_currency":null,"oversold":null}
                {"store":"acme","day":"2026-03-02","product_id":7,"variant_id":72,"currency":"EUR","orders":1,"units":1,"gross":"5","discounts":"0","returns":"0","net":"5","cogs":null,"cogs_currency":null,"oversold":null}
                {"store":"acme","day":"2026-03-02","product_id":null,"variant_id":null,"currency":"EUR","orders":1,"units":1,"gross":"2","discounts":"0","returns":"0","net":"2","cogs":null,"cogs_currency":null,"oversold":null}
                """);
        assertThat(outcome)
                .containsEntry("next_status", "finalizing")
                .containsEntry("counts", Map.of("products", 2L, "sales_days", 1L, "performance_days", 2L));
    }

    @Test
    void what_comes_back_lessens_the_day_it_came_back_on() {
        LoadedRun run = shop.run(at("2026-03-05T06:00:00Z"), "UTC");
        long order = run.order(at("2026-03-02T10:00:00Z"), "EUR", line(7, 71, 2, "19.90", "35.80"));
        shop.refund(order, at("2026-03-03T12:00:00Z"), "17.90");

        shop.transform(run);

        assertThat(sales("2026-03-02"))
                .contains("\"gross\":\"39.8\",\"discounts\":\"4\",\"returns\":\"0\",\"net\":\"35.8\"");
        assertThat(sales("2026-03-03"))
                .contains("\"product_id\":7,\"variant_id\":71,\"currency\":\"EUR\",\"orders\":0,\"units\":0,"
                        + "\"gross\":\"0\",\"discounts\":\"0\",\"returns\":\"17.9\",\"net\":\"-17.9\"");
    }

    @Test
    void a_day_that_a_delivery_touched_is_measured_by_the_next_run() {
        LoadedRun loaded = shop.run(at("2026-03-03T06:00:00Z"), "UTC");
        long order = loaded.order(at("2026-03-02T10:00:00Z"), "EUR", line(7, 71, 2, "19.90", "35.80"));
        shop.refund(order, at("2026-02-20T12:00:00Z"), "17.90");
        shop.transform(loaded);
        shop.complete(loaded);
        // What a delivery does: it cancels the order, adds one that mentions a product, and notes their day.
        shop.sql.update("update order_header set cancelled_at = now(), run_number = 1000 where order_id = ?", order);
        shop.sql.execute("insert into order_header (store_id, order_id, processed_at, updated_at, currency, run_number)"
                + " values ('acme', 77, '2026-03-02T11:00:00Z', '2026-03-02T11:00:00Z', 'EUR', 1001)");
        shop.sql.execute(
                "insert into order_line_item (store_id, line_item_id, order_id, product_id, title, quantity, currency,"
                        + " unit_price, total, run_number) values ('acme', 771, 77, 9, 'Tea', 1, 'EUR', 3, 3, 1001)");
        shop.sql.execute(
                "insert into webhook_day (store_id, stream, day) values ('acme', 'shopify-orders', '2026-03-02')");

        shop.transform(shop.run(at("2026-03-04T06:00:00Z"), "UTC"));

        assertThat(sales("2026-03-02")).contains("\"product_id\":9").doesNotContain("\"product_id\":7");
        assertThat(sales("2026-02-20"))
                .as("what came back of the cancelled order")
                .isEmpty();
        assertThat(shop.sql.queryForObject("select title from product where product_id = 9", String.class))
                .isEqualTo("Tea");
    }

    @Test
    void the_same_input_gives_the_same_bytes() {
        LoadedRun run = shop.run(at("2026-03-03T06:00:00Z"), "UTC");
        for (int product = 1; product <= 50; product++) {
            run.order(
                    at("2026-03-02T10:00:00Z").plusSeconds(product), "EUR", line(product, product, 1, "1.10", "1.10"));
        }

        shop.transform(run);
        Map<String, String> first = objects();
        shop.sql.execute("update order_line_item set unit_price = unit_price + 0.00, total = total + 0.0000");
        shop.transform(run);

        assertThat(objects()).isEqualTo(first).hasSize(3);
    }

    @Test
    void only_touched_days_are_written_again() {
        storage.put("measurement/sales/acme/2026-03-01.jsonl", "untouched");
        LoadedRun run = shop.run(at("2026-03-02T06:00:00Z"), "UTC");
        run.order(at("2026-03-02T01:00:00Z"), "EUR", line(1, 1, 1, "1", "1"));

        shop.transform(run);

        assertThat(sales("2026-03-01")).isEqualTo("untouched");
        assertThat(sales("2026-03-02")).isNotEmpty();
    }

    @Test
    void test_cancelled_and_deleted_orders_and_removed_lines_are_no_sales() {
        LoadedRun first = shop.run(at("2026-03-03T06:00:00Z"), "UTC");
        List<Long> orders = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            orders.add(first.order(at("2026-03-02T10:00:00Z"), "EUR", line(1, 1, 1, "1", "1")));
        }
        shop.transform(first);
        assertThat(sales("2026-03-02")).contains("\"orders\":4");
        shop.complete(first);

        LoadedRun second = shop.run(at("2026-03-04T06:00:00Z"), "UTC");
        second.change(orders.get(0), "cancelled_at = now()");
        second.change(orders.get(1), "test = true");
        second.change(orders.get(2), "deleted_at = now()");
        shop.sql.update("update order_line_item set removed_at = now() where order_id = ?", orders.get(3));
        shop.transform(second);

        assertThat(sales("2026-03-02"))
                .as("an empty object replaces what is no longer so")
                .isEmpty();
        assertThat(performance("2026-03-02")).isEmpty();
    }

    @Test
    void a_sale_belongs_to_the_day_in_the_shops_time_zone() {
        LoadedRun run = shop.run(at("2026-03-31T06:00:00Z"), "Europe/Berlin");
        // Clocks go forward on 29 March 2026: that day has 23 hours, from 23:00Z to 22:00Z.
        run.order(at("2026-03-28T22:59:59Z"), "EUR", line(1, 1, 1, "1", "1"));
        run.order(at("2026-03-28T23:00:00Z"), "EUR", line(1, 1, 2, "1", "2"));
        run.order(at("2026-03-29T21:59:59Z"), "EUR", line(1, 1, 4, "1", "4"));
        run.order(at("2026-03-29T22:00:00Z"), "EUR", line(1, 1, 8, "1", "8"));

        shop.transform(run);

        assertThat(sales("2026-03-28")).contains("\"units\":1,");
        assertThat(sales("2026-03-29")).contains("\"units\":6,");
        assertThat(sales("2026-03-30")).contains("\"units\":8,");
    }

    @Test
    void performance_counts_seven_and_thirty_days_as_of_each_day() {
        Random random = new Random(42);
        LocalDate begin = LocalDate.parse("2026-01-01");
        LoadedRun run = shop.run(at("2026-03-20T06:00:00Z"), "UTC");
        Map<LocalDate, int[]> units = new TreeMap<>();
        Map<LocalDate, BigDecimal[]> net = new TreeMap<>();
        for (int i = 0; i < 120; i++) {
            LocalDate day = begin.plusDays(random.nextInt(40));
            int product = random.nextInt(3);
            int quantity = 1 + random.nextInt(5);
            BigDecimal total = BigDecimal.valueOf(random.nextInt(10_000), 2);
            run.order(
                    day.atTime(12, 0).toInstant(ZoneOffset.UTC),
                    "EUR",
                    line(product + 1, 9, quantity, "100", total.toPlainString()));
            units.computeIfAbsent(day, none -> new int[3])[product] += quantity;
            BigDecimal[] sums = net.computeIfAbsent(
                    day, none -> new BigDecimal[] {BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO});
            sums[product] = sums[product].add(total);
        }

        shop.transform(run);

        for (LocalDate day = begin.plusDays(1); day.isBefore(begin.plusDays(69)); day = day.plusDays(1)) {
            StringBuilder expected = new StringBuilder();
            for (int product = 0; product < 3; product++) {
                int units7 = 0;
                int units30 = 0;
                BigDecimal sales7 = BigDecimal.ZERO;
                BigDecimal sales30 = BigDecimal.ZERO;
                for (LocalDate past = day.minusDays(29); !past.isAfter(day); past = past.plusDays(1)) {
                    if (units.containsKey(past)) {
                        boolean recent = past.isAfter(day.minusDays(7));
                        units30 += units.get(past)[product];
                        sales30 = sales30.add(net.get(past)[product]);
                        units7 += recent ? units.get(past)[product] : 0;
                        sales7 = recent ? sales7.add(net.get(past)[product]) : sales7;
                    }
                }
                if (units30 > 0) {
                    expected.append(
                            ("{\"store\":\"acme\",\"day\":\"%s\",\"product_id\":%d,\"currency\":\"EUR\",\"units_7d\":%d,"
                                            + "\"sales_7d\":\"%s\",\"units_30d\":%d,\"sales_30d\":\"%s\"}\n")
                                    .formatted(
                                            day, product + 1, units7, canonical(sales7), units30, canonical(sales30)));
                }
            }
            assertThat(performance(day.toString())).as("performance of %s", day).isEqualTo(expected.toString());
        }
    }

    @Test
    void performance_is_not_written_for_days_after_the_scan_began() {
        LoadedRun run = shop.run(at("2026-03-10T23:30:00Z"), "Europe/Berlin");
        run.order(at("2026-03-09T10:00:00Z"), "EUR", line(1, 1, 1, "1", "1"));

        shop.transform(run);

        assertThat(storage.keys("measurement/performance/"))
                .containsExactly(
                        "measurement/performance/acme/2026-03-09.jsonl",
                        "measurement/performance/acme/2026-03-10.jsonl",
                        "measurement/performance/acme/2026-03-11.jsonl");
    }

    @Test
    void days_without_an_order_get_their_performance_from_the_next_run() {
        LoadedRun first = shop.run(at("2026-03-10T06:00:00Z"), "UTC");
        first.order(at("2026-03-10T01:00:00Z"), "EUR", line(1, 1, 1, "1", "1"));
        shop.transform(first);
        shop.complete(first);

        shop.transform(shop.run(at("2026-03-12T06:00:00Z"), "UTC"));

        assertThat(performance("2026-03-11")).contains("\"units_7d\":1,");
        assertThat(performance("2026-03-12")).contains("\"units_7d\":1,");
    }

    @Test
    void products_take_the_title_of_the_newest_order() {
        LoadedRun first = shop.run(at("2026-03-10T06:00:00Z"), "UTC");
        first.order(at("2026-03-05T00:00:00Z"), "EUR", titled(1, "Iron"));
        first.order(at("2026-03-09T00:00:00Z"), "EUR", titled(1, "Iron forte"));
        first.order(at("2026-03-07T00:00:00Z"), "EUR", titled(1, "Iron plus"), titled(2, "Zinc"));
        shop.transform(first);
        shop.complete(first);

        LoadedRun older = shop.run(at("2026-03-11T06:00:00Z"), "UTC");
        older.order(at("2026-03-01T00:00:00Z"), "EUR", titled(1, "Old iron"));
        Map<String, Object> outcome = shop.transform(older);

        assertThat(shop.sql.queryForList(
                        "select product_id || ' ' || title || ' ' || utc_text(first_ordered_at) || ' '"
                                + " || utc_text(last_ordered_at) from product order by product_id",
                        String.class))
                .containsExactly(
                        "1 Iron forte 2026-03-01T00:00:00Z 2026-03-09T00:00:00Z",
                        "2 Zinc 2026-03-07T00:00:00Z 2026-03-07T00:00:00Z");
        assertThat(outcome.get("counts")).asString().contains("products=1");
        assertThat(shop.transform(older).get("counts"))
                .as("products that stay as they were are not rewritten")
                .asString()
                .contains("products=0");
    }

    @Test
    void what_a_failed_run_loaded_is_transformed_by_the_next_run() {
        LoadedRun failed = shop.run(at("2026-03-10T06:00:00Z"), "UTC");
        failed.order(at("2026-03-08T10:00:00Z"), "EUR", titled(1, "Iron"));
        shop.end(failed, "failed");

        LoadedRun next = shop.run(at("2026-03-11T06:00:00Z"), "UTC");
        shop.transform(next);
        shop.complete(next);

        assertThat(sales("2026-03-08")).isNotEmpty();
        assertThat(shop.sql.queryForObject("select title from product", String.class))
                .isEqualTo("Iron");

        LoadedRun third = shop.run(at("2026-03-11T07:00:00Z"), "UTC");
        assertThat(shop.transform(third).get("counts"))
                .as("once is enough")
                .isEqualTo(Map.of("products", 0L, "sales_days", 0L, "performance_days", 0L));
    }

    @Test
    void an_older_claim_writes_nothing() {
        LoadedRun run = shop.run(at("2026-03-10T06:00:00Z"), "UTC");
        run.order(at("2026-03-08T10:00:00Z"), "EUR", titled(1, "Iron"));
        shop.sql.update("update sync_lease set epoch = nextval('sync_epoch')");

        shop.transform(run);

        assertThat(storage.keys("measurement/")).isEmpty();
        assertThat(shop.sql.queryForObject("select count(*) from product", Long.class))
                .isZero();
    }

    @Test
    void a_slow_writer_does_not_put_back_what_a_later_run_replaced() {
        LoadedRun slow = shop.run(at("2026-03-10T06:00:00Z"), "UTC");
        slow.order(at("2026-03-08T10:00:00Z"), "EUR", line(1, 1, 1, "1", "1"));
        shop.beforeNextSalesPut(() -> {
            // While this process stands still, another one takes the run over and ends it, and the next run comes and
            // goes.
            shop.complete(slow);
            LoadedRun later = shop.run(at("2026-03-10T07:00:00Z"), "UTC");
            later.order(at("2026-03-08T11:00:00Z"), "EUR", line(1, 1, 10, "1", "10"));
            shop.step(later, "upserting", "done", null);
            shop.transform(later);
            shop.complete(later);
        });

        shop.transform(slow);

        assertThat(sales("2026-03-08")).contains("\"units\":11,");
        assertThat(performance("2026-03-09")).contains("\"units_7d\":11,");
    }

    @Test
    void a_refused_object_fails_the_step() throws Exception {
        try (MeasureShop broken = new MeasureShop(database, storage, "no-such-bucket")) {
            LoadedRun run = broken.run(at("2026-03-10T06:00:00Z"), "UTC");
            run.order(at("2026-03-08T10:00:00Z"), "EUR", titled(1, "Iron"));

            assertThat(broken.tryTransform(run)).rootCause().isInstanceOf(NoSuchBucketException.class);
            assertThat(broken.completed).isEmpty();
        }
    }

    private static Instant at(String time) {
        return Instant.parse(time);
    }

    private static Line line(long productId, long variantId, int quantity, String unitPrice, String total) {
        return new Line(productId, variantId, "Product " + productId, quantity, unitPrice, total);
    }

    private static Line titled(long productId, String title) {
        return new Line(productId, productId, title, 1, "1", "1");
    }

    private static String canonical(BigDecimal amount) {
        return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
    }

    private static String sales(String day) {
        return storage.text("measurement/sales/acme/" + day + ".jsonl");
    }

    private static String performance(String day) {
        return storage.text("measurement/performance/acme/" + day + ".jsonl");
    }

    private static Map<String, String> objects() {
        Map<String, String> contents = new TreeMap<>();
        storage.keys("measurement/").forEach(key -> contents.put(key, storage.text(key)));
        return contents;
    }
}
