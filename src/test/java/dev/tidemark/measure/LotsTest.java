package dev.tidemark.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.fixture.AtOnce;
import dev.tidemark.fixture.Database;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Days use up lots first in, first out, whatever came first to the computer. */
class LotsTest {
    private static final LocalDate FIRST_DAY = LocalDate.parse("2026-03-01");
    private static Database database;
    private static JdbcTemplate sql;

    private long ids = 1;

    @BeforeAll
    static void open() {
        database = Database.start();
        sql = database.sql();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void clear() {
        sql.execute("truncate order_header, order_line_item, inventory_lot, lot_depletion, lot_day cascade");
    }

    @Test
    void the_oldest_lot_goes_first() {
        imports(lot("B", 1, "2026-03-02T08:00:00Z", 10, "3.00"), lot("A", 1, "2026-03-01T08:00:00Z", 4, "2.50"));
        sell(1, "2026-03-02", 3);
        sell(1, "2026-03-03", 3);
        deplete("2026-03-02", "2026-03-03");

        assertThat(depletion())
                .containsExactly("2026-03-02 1 A 3 7.50 EUR", "2026-03-03 1 A 1 2.50 EUR", "2026-03-03 1 B 2 6.00 EUR");
        assertThat(remaining()).containsExactly("A 0", "B 8");
        assertThat(sql.queryForList("select distinct source_ref_id from lot_depletion order by 1", Integer.class))
                .containsExactly(20260302, 20260303);
    }

    @Test
    void what_was_not_there_is_oversold_and_a_later_receipt_does_not_hide_it() {
        imports(lot("A", 1, "2026-03-01T08:00:00Z", 2, "1"), lot("B", 1, "2026-03-05T08:00:00Z", 10, "1"));
        sell(1, "2026-03-03", 5);
        sell(1, "2026-03-06", 1);
        deplete("2026-03-03", "2026-03-06");

        assertThat(depletion())
                .containsExactly("2026-03-03 1 A 2 2 EUR", "2026-03-03 1 - 3 - -", "2026-03-06 1 B 1 1 EUR");
        assertThat(remaining()).containsExactly("A 0", "B 9");
    }

    @Test
    void a_backdated_sale_moves_what_later_days_used() {
        imports(lot("A", 1, "2026-03-01T08:00:00Z", 5, "1"), lot("B", 1, "2026-03-01T09:00:00Z", 5, "2"));
        sell(1, "2026-03-04", 4);
        deplete("2026-03-04");
        assertThat(depletion()).containsExactly("2026-03-04 1 A 4 4 EUR");

        sell(1, "2026-03-02", 3);
        assertThat(deplete("2026-03-02")).isEqualTo(2);
        assertThat(depletion())
                .containsExactly("2026-03-02 1 A 3 3 EUR", "2026-03-04 1 A 2 2 EUR", "2026-03-04 1 B 2 4 EUR");
    }

    @Test
    void a_backdated_receipt_moves_what_later_days_used() {
        imports(lot("B", 1, "2026-03-03T08:00:00Z", 5, "2"));
        sell(1, "2026-03-02", 1);
        sell(1, "2026-03-04", 2);
        deplete("2026-03-02", "2026-03-04");
        assertThat(depletion()).containsExactly("2026-03-02 1 - 1 - -", "2026-03-04 1 B 2 4 EUR");

        imports(lot("A", 1, "2026-03-01T08:00:00Z", 2, "1"));
        assertThat(depletion())
                .containsExactly("2026-03-02 1 A 1 1 EUR", "2026-03-04 1 A 1 1 EUR", "2026-03-04 1 B 1 2 EUR");
    }

    @Test
    void a_doubled_trigger_changes_nothing() {
        imports(lot("A", 1, "2026-03-01T08:00:00Z", 5, "1"));
        sell(1, "2026-03-02", 2);
        assertThat(deplete("2026-03-02")).isEqualTo(1);
        List<Map<String, Object>> before = sql.queryForList("select xmin::text, * from lot_depletion");
        List<Map<String, Object>> lots = sql.queryForList("select xmin::text, * from inventory_lot");

        assertThat(deplete("2026-03-02")).isZero();
        assertThat(imports(lot("A", 1, "2026-03-01T08:00:00Z", 5, "1.00"))).containsExactly("1 A unchanged");
        assertThat(sql.queryForList("select xmin::text, * from lot_depletion")).isEqualTo(before);
        assertThat(sql.queryForList("select xmin::text, * from inventory_lot")).isEqualTo(lots);
    }

    @Test
    void many_triggers_at_once_end_as_one() {
        imports(lot("A", 1, "2026-03-01T08:00:00Z", 50, "1"), lot("B", 2, "2026-03-01T08:00:00Z", 5, "1"));
        for (int day = 2; day < 10; day++) {
            sell(1, "2026-03-0" + day, day);
            sell(2, "2026-03-0" + day, 1);
        }
        CompletableFuture.allOf(IntStream.range(2, 10)
                        .mapToObj(day -> CompletableFuture.runAsync(
                                () -> deplete("2026-03-0" + day, "2026-03-02"), AtOnce.THREADS))
                        .toArray(CompletableFuture[]::new))
                .join();
        assertThat(remaining()).containsExactly("A 6", "B 0");
        assertThat(depletion()).hasSize(16);
    }

    @Test
    void a_cancelled_order_gives_its_lots_back() {
        imports(lot("A", 1, "2026-03-01T08:00:00Z", 5, "1"));
        long order = sell(1, "2026-03-02", 2);
        deplete("2026-03-02");
        sql.update("update order_header set cancelled_at = now() where order_id = ?", order);
        deplete("2026-03-02");
        assertThat(depletion()).isEmpty();
        assertThat(remaining()).containsExactly("A 5");
    }

    @Test
    void a_corrected_lot_is_computed_again_and_another_currency_is_refused() {
        imports(lot("A", 1, "2026-03-01T08:00:00Z", 5, "1"));
        sell(1, "2026-03-02", 4);
        deplete("2026-03-02");
        assertThat(imports(lot("A", 1, "2026-03-01T08:00:00Z", 3, "1.25"))).containsExactly("1 A corrected");
        assertThat(depletion()).containsExactly("2026-03-02 1 A 3 3.75 EUR", "2026-03-02 1 - 1 - -");
        assertThat(imports(lot("B", 1, "2026-03-01T08:00:00Z", 3, "1").replace("EUR", "USD")))
                .containsExactly("1 B refused the lots of variant 1 are in EUR, this one is in USD");
        assertThat(imports(lot("A", 2, "2026-03-01T08:00:00Z", 3, "1.25"))).containsExactly("1 A corrected");
        assertThat(depletion()).as("variant 1 has no lots any more").isEmpty();
    }

    @Test
    void variants_without_lots_are_left_alone() {
        sell(1, "2026-03-02", 4);
        assertThat(deplete("2026-03-02")).isZero();
        assertThat(depletion()).isEmpty();
    }

    @Test
    void days_are_the_shops() {
        imports(lot("A", 1, "2026-03-10T08:00:00Z", 5, "1"));
        sell(1, Instant.parse("2026-03-12T02:00:00Z"), 1);
        sql.queryForObject("select deplete_lots('acme', 'America/New_York', array['2026-03-11'::date])", Integer.class);
        assertThat(depletion()).containsExactly("2026-03-11 1 A 1 1 EUR");
    }

    @Test
    void a_write_off_by_hand_takes_from_its_lot() {
        imports(lot("A", 1, "2026-03-01T08:00:00Z", 5, "1"), lot("B", 1, "2026-03-02T08:00:00Z", 5, "2"));
        sql.update("insert into lot_depletion (store_id, day, variant_id, lot_id, quantity)"
                + " values ('acme', '2026-03-01', 1, 'A', 2), ('acme', '2026-03-01', 1, 'A', 2)");
        sell(1, "2026-03-03", 2);
        deplete("2026-03-03");
        assertThat(depletion()).contains("2026-03-03 1 A 1 1 EUR", "2026-03-03 1 B 1 2 EUR");
        assertThat(remaining()).containsExactly("A 0", "B 4");
    }

    /** Lots, orders, cancellations and triggers in any order end in what a walk from day to day gives. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void any_order_of_days_gives_the_same_lots(long seed) {
        Random random = new Random(seed);
        List<String> lots = new ArrayList<>();
        List<LotOfTest> known = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            LotOfTest lot = new LotOfTest(
                    "L" + i, 1 + random.nextInt(3), random.nextInt(20), random.nextInt(24), 1 + random.nextInt(9));
            known.add(lot);
            lots.add(lot(lot.id(), lot.variant(), lot.receivedAt().toString(), lot.quantity(), "" + (i + 1)));
        }
        List<Runnable> events = new ArrayList<>();
        Map<Integer, TreeMap<LocalDate, Integer>> sold = new TreeMap<>();
        for (int i = 0; i < 40; i++) {
            int variant = 1 + random.nextInt(4);
            LocalDate day = FIRST_DAY.plusDays(random.nextInt(20));
            int units = 1 + random.nextInt(3);
            boolean cancelled = random.nextInt(5) == 0;
            if (!cancelled) {
                sold.computeIfAbsent(variant, none -> new TreeMap<>()).merge(day, units, Integer::sum);
            }
            events.add(() -> {
                long order = sell(variant, day.toString(), units);
                if (random.nextBoolean()) {
                    deplete(day.toString());
                }
                if (cancelled) {
                    sql.update("update order_header set cancelled_at = now() where order_id = ?", order);
                }
            });
        }
        lots.forEach(lot -> events.add(() -> imports(lot)));
        Collections.shuffle(events, random);
        events.forEach(Runnable::run);
        List<String> days = new ArrayList<>(IntStream.range(0, 20)
                .mapToObj(i -> FIRST_DAY.plusDays(i).toString())
                .toList());
        Collections.shuffle(days, random);
        deplete(days.get(0), days.get(1));
        days.forEach(this::deplete);

        assertThat(sql.queryForList(
                        "select day || ' ' || variant_id || ' ' || coalesce(lot_id, '-') || ' ' || quantity"
                                + " from lot_depletion",
                        String.class))
                .containsExactlyInAnyOrderElementsOf(walk(known, sold));
    }

    private record LotOfTest(String id, int variant, int day, int hour, int quantity) {
        Instant receivedAt() {
            return FIRST_DAY.plusDays(day).atTime(hour, 0).toInstant(ZoneOffset.UTC);
        }
    }

    private static List<String> walk(List<LotOfTest> lots, Map<Integer, TreeMap<LocalDate, Integer>> sold) {
        List<String> depletion = new ArrayList<>();
        Map<String, Integer> left = new TreeMap<>();
        lots.forEach(lot -> left.put(lot.id(), lot.quantity()));
        List<LotOfTest> fifo = lots.stream()
                .sorted(Comparator.comparing(LotOfTest::receivedAt).thenComparing(LotOfTest::id))
                .toList();
        sold.forEach((variant, days) -> {
            if (lots.stream().noneMatch(lot -> lot.variant() == variant)) {
                return;
            }
            days.forEach((day, units) -> {
                int open = units;
                for (LotOfTest lot : fifo) {
                    boolean there = lot.variant() == variant
                            && !FIRST_DAY.plusDays(lot.day()).isAfter(day);
                    int taken = there ? Math.min(open, left.get(lot.id())) : 0;
                    if (taken > 0) {
                        left.merge(lot.id(), -taken, Integer::sum);
                        open -= taken;
                        depletion.add(day + " " + variant + " " + lot.id() + " " + taken);
                    }
                }
                if (open > 0) {
                    depletion.add(day + " " + variant + " - " + open);
                }
            });
        });
        return depletion;
    }

    private long sell(int variant, String day, int units) {
        return sell(variant, LocalDate.parse(day).atTime(12, 0).toInstant(ZoneOffset.UTC), units);
    }

    private long sell(int variant, Instant at, int units) {
        long order = ids++;
        sql.update(
                "insert into order_header (store_id, order_id, processed_at, run_number) values ('acme', ?, ?, 1)",
                order,
                Timestamp.from(at));
        sql.update(
                "insert into order_line_item (store_id, line_item_id, order_id, product_id, variant_id, quantity,"
                        + " unit_price, currency, run_number) values ('acme', ?, ?, 7, ?, ?, 10, 'EUR', 1)",
                order,
                order,
                variant,
                units);
        return order;
    }

    private static String lot(String id, int variant, String receivedAt, int quantity, String cost) {
        return """
                {"line": 1, "lot_id": "%s", "product_id": 7, "variant_id": %d, "received_at": "%s", "quantity": %d,
                 "unit_cost": %s, "currency": "EUR"}""".formatted(id, variant, receivedAt, quantity, cost);
    }

    private List<String> imports(String... lots) {
        return sql.queryForList(
                "select concat_ws(' ', line, lot_id, outcome, reason) from import_lots('acme', cast(? as jsonb))",
                String.class,
                "[" + String.join(",", lots) + "]");
    }

    private int deplete(String... days) {
        return sql.queryForObject(
                "select deplete_lots('acme', 'UTC', cast(? as date[]))",
                Integer.class,
                "{" + String.join(",", days) + "}");
    }

    private static List<String> depletion() {
        return sql.queryForList(
                "select concat_ws(' ', day, variant_id, coalesce(lot_id, '-'), quantity, coalesce(cost::text, '-'),"
                        + " coalesce(currency, '-')) from lot_depletion order by day, variant_id, lot_id nulls last",
                String.class);
    }

    private static List<String> remaining() {
        return sql.queryForList("select lot_id || ' ' || remaining from inventory_lot order by lot_id", String.class);
    }
}
