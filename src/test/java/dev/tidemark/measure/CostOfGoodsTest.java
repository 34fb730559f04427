package dev.tidemark.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.fixture.Database;
import dev.tidemark.fixture.ObjectStorage;
import dev.tidemark.measure.MeasureShop.Line;
import dev.tidemark.measure.MeasureShop.LoadedRun;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the sold units had cost, in measurement.sales, and the stock of each day, through the transform step. */
class CostOfGoodsTest {
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
    void a_day_tells_what_its_units_had_cost_and_how_many_were_oversold() {
        lot("A", 71, "2026-03-01T00:00:00Z", 2, "3.25");
        LoadedRun run = shop.run(at("2026-03-03T06:00:00Z"), "UTC");
        run.order(at("2026-03-02T10:00:00Z"), "EUR", line(7, 71, 3), line(8, 81, 1));
        shop.transform(run);

        assertThat(sales("2026-03-02"))
                .contains("\"variant_id\":71,\"currency\":\"EUR\",\"orders\":1,\"units\":3,")
                .contains("\"cogs\":\"6.5\",\"cogs_currency\":\"EUR\",\"oversold\":1}")
                .contains("\"cogs\":null,\"cogs_currency\":null,\"oversold\":null}");
    }

    @Test
    void an_older_day_that_changes_late_writes_the_later_days_again() {
        lot("A", 71, "2026-03-01T00:00:00Z", 2, "1");
        lot("B", 71, "2026-03-01T01:00:00Z", 5, "9");
        LoadedRun first = shop.run(at("2026-03-04T06:00:00Z"), "UTC");
        first.order(at("2026-03-03T10:00:00Z"), "EUR", line(7, 71, 2));
        shop.transform(first);
        shop.complete(first);
        assertThat(sales("2026-03-03")).contains("\"cogs\":\"2\"");

        LoadedRun second = shop.run(at("2026-03-05T06:00:00Z"), "UTC");
        second.order(at("2026-03-02T10:00:00Z"), "EUR", line(7, 71, 1));
        shop.beforeNextSalesPut(() -> {
            throw new IllegalStateException("the process ends here");
        });
        assertThat(shop.tryTransform(second)).isNotNull();
        assertThat(sales("2026-03-03")).as("not written yet").contains("\"cogs\":\"2\"");

        shop.transform(second);
        assertThat(sales("2026-03-02")).contains("\"cogs\":\"1\"");
        assertThat(sales("2026-03-03")).contains("\"cogs\":\"10\"");
        assertThat(due()).isEmpty();
    }

    @Test
    void a_receipt_that_comes_late_is_measured_by_the_next_run() {
        LoadedRun first = shop.run(at("2026-03-03T06:00:00Z"), "UTC");
        first.order(at("2026-03-02T10:00:00Z"), "EUR", line(7, 71, 2));
        shop.transform(first);
        shop.complete(first);
        shop.end(first, "completed");
        lot("A", 71, "2026-03-01T00:00:00Z", 9, "4");
        assertThat(due()).containsExactly("2026-03-02");

        shop.transform(shop.run(at("2026-03-04T06:00:00Z"), "UTC"));
        assertThat(sales("2026-03-02")).contains("\"cogs\":\"8\"");
        assertThat(due()).isEmpty();
    }

    @Test
    void a_receipt_while_days_are_written_is_seen_before_the_step_ends() {
        LoadedRun run = shop.run(at("2026-03-03T06:00:00Z"), "UTC");
        run.order(at("2026-03-02T10:00:00Z"), "EUR", line(7, 71, 2));
        shop.beforeNextSalesPut(() -> lot("A", 71, "2026-03-01T00:00:00Z", 9, "4"));
        shop.transform(run);
        assertThat(sales("2026-03-02")).contains("\"cogs\":\"8\"");
        assertThat(due()).isEmpty();
    }

    @Test
    void the_days_levels_are_kept_once() {
        shop.sql.update("delete from inventory_level");
        shop.sql.update(
                "insert into inventory_level (store_id, inventory_item_id, location_id, available, on_hand,"
                        + " committed, incoming, run_number)"
                        + " values ('acme', 1, 1, 5, 6, 1, 0, 0), ('acme', 2, 1, 7, 7, 0, 3, 0), ('other', 1, 1, 9, 9, 0, 0, 0)");
        LoadedRun run = shop.run("shopify-inventory", at("2026-03-03T03:00:00Z"), "America/New_York");
        shop.transform(run);
        List<Map<String, Object>> first = snapshot();
        shop.transform(run);
        assertThat(snapshot()).isEqualTo(first).hasSize(2);
        assertThat(first.get(0)).containsEntry("source_ref_id", 20260302).containsEntry("available", 5L);

        shop.sql.update("update inventory_level set available = 4 where inventory_item_id = 1");
        shop.transform(run);
        assertThat(snapshot()).hasSize(2);
        assertThat(snapshot().get(0)).containsEntry("available", 4L);
        assertThat(snapshot().get(1)).isEqualTo(first.get(1));
    }

    private static List<Map<String, Object>> snapshot() {
        return shop.sql.queryForList("select * from inventory_snapshot order by inventory_item_id");
    }

    private static List<String> due() {
        return shop.sql.queryForList(
                "select day::text from lot_day where revision <> measured_revision order by day", String.class);
    }

    private static void lot(String id, long variant, String receivedAt, int quantity, String cost) {
        shop.sql.queryForList("select * from import_lots('acme', cast(? as jsonb))", """
                [{"line": 1, "lot_id": "%s", "variant_id": %d, "received_at": "%s", "quantity": %d, "unit_cost": %s,
                  "currency": "EUR"}]""".formatted(
                        id, variant, receivedAt, quantity, cost));
    }

    private static Line line(long product, long variant, int quantity) {
        return new Line(product, variant, "Thing", quantity, "10", null);
    }

    private static String sales(String day) {
        return storage.text("measurement/sales/acme/" + day + ".jsonl");
    }

    private static Instant at(String time) {
        return Instant.parse(time);
    }
}
