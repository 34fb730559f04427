package dev.tidemark.load;

import static dev.tidemark.load.Lines.line;
import static dev.tidemark.load.Lines.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.run.FencedException;
import dev.tidemark.run.Run;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The load step through its routes, on a real PostgreSQL. */
class LoadRouteTest {
    private static final String V1 = "2026-05-02T00:00:00Z";
    private static final String V2 = "2026-05-03T00:00:00Z";

    @TempDir
    static Path folder;

    private static LoadFixture app;

    @BeforeAll
    static void start() throws Exception {
        app = new LoadFixture(folder, 2);
    }

    @AfterAll
    static void stop() throws Exception {
        app.close();
    }

    @BeforeEach
    void clear() throws Exception {
        app.clear();
    }

    @Test
    void an_order_and_its_lines_arrive_exactly() throws Exception {
        Map<String, Object> counts = app.loaded(order(9007199254740991L, V1), line(5, 9007199254740991L));

        assertThat(counts).hasToString("{lines=2, roots=1, written=2, unchanged=0, stale=0, set_aside=0}");
        assertThat(app.value("select to_jsonb(h) - 'run_number' from order_header h"))
                .isEqualTo("""
                {"name": "#9007199254740991", "test": false, "email": "a@example.com", "total": 19.90, "currency": "EUR", \
                "order_id": 9007199254740991, "store_id": "acme", "subtotal": 16.72, "closed_at": null, "total_tax": 3.18, \
                "created_at": "2026-05-01T03:00:00+00:00", "deleted_at": null, "updated_at": "2026-05-02T00:00:00+00:00", \
                "customer_id": 7, "cancelled_at": null, "processed_at": "2026-05-01T03:00:00+00:00", "current_total": 19.90, \
                "total_discounts": 0.0, "financial_status": "PAID", "presentment_total": 19.90, "fulfillment_status": "UNFULFILLED", \
                "presentment_currency": "USD", "presentment_subtotal": 16.72, "presentment_total_tax": 3.18}""");
        assertThat(app.value("select to_jsonb(l) - 'run_number' from order_line_item l"))
                .isEqualTo("""
                {"sku": "MG-120", "title": "Magnesium é", "total": 19.90, "currency": "EUR", "order_id": 9007199254740991, \
                "quantity": 2, "store_id": "acme", "product_id": 11, "removed_at": null, "unit_price": 9.95, "variant_id": 12, \
                "line_item_id": 5, "variant_title": "120 caps", "current_quantity": 2, \
                "order_updated_at": "2026-05-02T00:00:00+00:00", "presentment_total": 19.90, "presentment_currency": "USD", "presentment_unit_price": 9.95}""");
        assertThat(app.completed).hasSize(1);
        assertThat(app.completed.get(0).get("next_status")).isEqualTo("transforming");
        assertThat(app.value("select touched_days from sync_chunk")).isEqualTo("{2026-04-30}");
    }

    @Test
    void twice_is_once_and_writes_no_row_version() throws Exception {
        String[] lines = {order(1, V1), line(11, 1), line(12, 1), order(2, V1), line(21, 2)};
        app.loaded(lines);
        String tables = app.tables();
        String versions = app.rows(
                        "select xmin, xmax from order_header union all select xmin, xmax from order_line_item")
                .toString();

        assertThat(app.loaded(lines)).hasToString("{lines=5, roots=2, written=0, unchanged=5, stale=0, set_aside=0}");
        assertThat(app.tables()).isEqualTo(tables);
        assertThat(app.rows("select xmin, xmax from order_header union all select xmin, xmax from order_line_item"))
                .hasToString(versions);
        // Neither reading was judged record by record: the statement that does so would have met the roots again.
        assertThat(app.value("select sum(replaced) from sync_chunk")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update order_header set total = total + 0.01 where order_id = 2",
                "update order_header set email = null where order_id = 1",
                "update order_header set deleted_at = updated_at where order_id = 2",
                "delete from order_header where order_id = 2",
                "update order_line_item set quantity = 3 where line_item_id = 21",
                "update order_line_item set removed_at = order_updated_at where line_item_id = 12",
                "update order_line_item set order_id = 1 where line_item_id = 21",
                "update order_line_item set run_number = run_number - 1 where line_item_id = 11",
                "delete from order_line_item where line_item_id = 21"
            })
    void a_chunk_of_which_one_row_is_not_as_it_was_is_made_good(String damage) throws Exception {
        String[] lines = {order(1, V1), line(11, 1), line(12, 1), order(2, V1), line(21, 2)};
        app.loaded(lines);
        String tables = app.tables();
        app.execute(damage);

        Map<String, Object> counts = app.loaded(lines);

        assertThat((Long) counts.get("written")).as("%s", counts).isPositive();
        assertThat(app.tables()).isEqualTo(tables);
        assertThat(app.loaded(lines)).hasToString("{lines=5, roots=2, written=0, unchanged=5, stale=0, set_aside=0}");
    }

    @Test
    void an_older_version_never_overwrites() throws Exception {
        app.loaded(order(1, V2, "30.00"), line(11, 1, 3));
        String tables = app.tables();

        assertThat(app.loaded(order(1, V1, "20.00"), line(11, 1, 2), line(12, 1)))
                .hasToString("{lines=3, roots=1, written=0, unchanged=0, stale=3, set_aside=0}");
        assertThat(app.tables()).isEqualTo(tables);
    }

    @Test
    void other_content_at_the_same_time_is_written() throws Exception {
        app.loaded(order(1, V1, "20.00"), line(11, 1), line(12, 1));

        assertThat(app.loaded(order(1, V1, "21.00"), line(11, 1)))
                .hasToString("{lines=2, roots=1, written=2, unchanged=0, stale=0, set_aside=0}");
        assertThat(app.value("select total from order_header")).isEqualTo("21.00");
        assertThat(
                        app.value(
                                "select string_agg(line_item_id || ':' || (removed_at is not null), ' ' order by line_item_id) from order_line_item"))
                .isEqualTo("11:false 12:true");
    }

    @Test
    void the_same_order_twice_in_a_chunk_keeps_the_newer() throws Exception {
        assertThat(app.loaded(order(1, V2, "30.00"), order(1, V1, "20.00"), order(1, V2, "30.00")))
                .hasToString("{lines=3, roots=3, written=1, unchanged=1, stale=1, set_aside=0}");
        assertThat(app.value("select total from order_header")).isEqualTo("30.00");
    }

    @Test
    void a_line_that_left_its_order_is_removed_and_may_come_back() throws Exception {
        app.loaded(order(1, V1), line(11, 1), line(12, 1));

        app.loaded(order(1, V2), line(11, 1));
        assertThat(app.value("select utc_text(removed_at) from order_line_item where line_item_id = 12"))
                .isEqualTo(V2);
        assertThat(app.value("select removed_at from order_line_item where line_item_id = 11"))
                .isEqualTo("null");
        assertThat(app.value("select touched_days from sync_chunk where phase = 'removal'"))
                .isEqualTo("{2026-04-30}");

        app.loaded(order(1, "2026-05-04T00:00:00Z"), line(11, 1), line(12, 1));
        assertThat(app.value("select count(*) from order_line_item where removed_at is null"))
                .isEqualTo("2");
    }

    @Test
    void a_line_that_left_its_order_within_the_same_second_is_removed_too() throws Exception {
        app.loaded(order(1, V1), line(11, 1), line(12, 1), order(2, V1), line(21, 2));

        assertThat(app.loaded(order(1, V1), line(11, 1), order(2, V1), line(21, 2)))
                .hasToString("{lines=4, roots=2, written=2, unchanged=2, stale=0, set_aside=0}");
        assertThat(app.rows("select line_item_id from order_line_item where removed_at is null order by 1"))
                .hasToString("[{line_item_id=11}, {line_item_id=21}]");

        app.loaded(order(1, V1), order(2, V1), line(21, 2));
        assertThat(app.rows("select line_item_id from order_line_item where removed_at is null"))
                .hasToString("[{line_item_id=21}]");
    }

    @Test
    void an_incomplete_result_removes_nothing() throws Exception {
        app.loaded(order(1, V1), line(11, 1), line(12, 1));

        Run run = app.run(100, (order(1, V2) + "\n" + line(11, 1)).getBytes(StandardCharsets.UTF_8), false);
        app.load(run);

        assertThat(app.value("select count(*) from order_line_item where removed_at is null"))
                .isEqualTo("2");
    }

    @Test
    void children_join_their_parents_in_any_order_and_chunk_size() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int order = 1; order <= 50; order++) {
            lines.add(order(order, V1));
            for (int line = 0; line < order % 5; line++) {
                lines.add(line(100 * order + line, order, order));
            }
        }
        app.loaded(lines.toArray(String[]::new));
        String tables = app.tables();

        Random random = new Random(7);
        for (int chunkLines : new int[] {1, 3, 10, 1000}) {
            app.clear();
            Collections.shuffle(lines, random);
            Run run = app.run(chunkLines, String.join("\n", lines));
            app.load(run);
            assertThat(app.counts(run))
                    .hasToString("{lines=150, roots=50, written=150, unchanged=0, stale=0, set_aside=0}");
            assertThat(app.tables()).isEqualTo(tables);
            assertThat(app.value("select count(*) from sync_spill")).isEqualTo("0");
        }
    }

    @Test
    void orphans_are_set_aside_and_never_attached() throws Exception {
        app.loaded(order(3, V1));

        assertThat(app.loaded(order(1, V1), line(11, 1), line(21, 2), line(31, 3)))
                .hasToString("{lines=4, roots=1, written=2, unchanged=0, stale=0, set_aside=2}");
        assertThat(
                        app.rows(
                                "select record_key, parent_key, reason_code, line_no, state from dead_letter order by record_key"))
                .hasToString(
                        "[{record_key=order_line_item:21, parent_key=order_header:2, reason_code=orphan, line_no=3, state=open}, "
                                + "{record_key=order_line_item:31, parent_key=order_header:3, reason_code=orphan, line_no=4, state=open}]");
    }

    @Test
    void three_refused_of_forty_leave_thirty_seven() throws Exception {
        app.execute("alter table order_header add constraint test_limit check (total < 1000)");
        try {
            List<String> lines = new ArrayList<>();
            for (int order = 1; order <= 40; order++) {
                lines.add(order(order, V1, order % 13 == 0 ? "5000.00" : "10.00"));
                lines.add(line(order, order));
            }
            assertThat(app.loaded(lines.toArray(String[]::new)))
                    .hasToString("{lines=80, roots=40, written=74, unchanged=0, stale=0, set_aside=6}");
            assertThat(app.value("select count(*) from order_header")).isEqualTo("37");
            assertThat(
                            app.value(
                                    "select string_agg(record_key || ' ' || reason_code || ' ' || line_no, ', ' order by line_no) from dead_letter"))
                    .isEqualTo(
                            "order_header:13 refused 25, order_line_item:13 parent_set_aside 26, order_header:26 refused 51, "
                                    + "order_line_item:26 parent_set_aside 52, order_header:39 refused 77, order_line_item:39 parent_set_aside 78");
            assertThat(app.value("select reason from dead_letter where record_key = 'order_header:13'"))
                    .contains("violates check constraint \"test_limit\"")
                    .doesNotContain("example.com");

            app.execute("alter table order_header drop constraint test_limit");
            assertThat(app.loaded(lines.toArray(String[]::new)))
                    .hasToString("{lines=80, roots=40, written=6, unchanged=74, stale=0, set_aside=0}");
            assertThat(app.value("select count(*) from dead_letter where state = 'resolved'"))
                    .isEqualTo("6");
        } finally {
            app.execute("alter table order_header drop constraint if exists test_limit");
        }
    }

    @Test
    void a_run_that_was_taken_over_writes_nothing() throws Exception {
        Run zombie = app.run(order(1, V1), line(11, 1));
        app.claim(zombie.runId());

        assertThatThrownBy(() -> app.load(zombie))
                .satisfies(thrown -> assertThat(LoadFixture.rootCause(thrown)).isInstanceOf(FencedException.class));
        assertThat(app.value("select count(*) from order_header")).isEqualTo("0");
        assertThat(app.value("select count(*) from sync_chunk")).isEqualTo("0");
        assertThat(app.completed).isEmpty();
    }

    @Test
    void a_resumed_run_writes_only_what_is_not_in_the_ledger() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int order = 1; order <= 60; order++) {
            lines.add(order(order, V1));
            lines.add(line(order, order));
        }
        Run run = app.run(10, String.join("\n", lines));
        app.load(run);
        String tables = app.tables();
        app.execute("delete from order_header where order_id between 21 and 40");
        app.execute("delete from order_line_item where line_item_id between 21 and 38");
        app.execute("delete from sync_chunk where first_line between 41 and 75");

        app.load(app.claim(run.runId()));

        assertThat(app.counts(run).get("lines")).hasToString("120");
        assertThat(app.value("select count(*) from order_header")).isEqualTo("60");
        assertThat(app.tables()).isEqualTo(tables);
    }

    @Test
    void an_empty_file_is_complete() throws Exception {
        Run run = app.run();
        app.load(run);

        assertThat(app.counts(run)).isEmpty();
        assertThat(app.completed).hasSize(1);
    }

    @Test
    void a_file_with_fewer_lines_than_archived_does_not_go_on() throws Exception {
        Run run = app.run(order(1, V1));
        app.execute("update sync_run set archive_lines = 2");

        assertThatThrownBy(() -> app.load(app.claim(run.runId())))
                .satisfies(thrown -> assertThat(LoadFixture.rootCause(thrown))
                        .hasMessageContaining("1 of 2 lines are in the ledger"));
        assertThat(app.completed).isEmpty();
    }

    @Test
    void every_kind_of_bad_value_is_set_aside_with_its_reason() throws Exception {
        String order = order(1, V1);
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put(order.replace("#1\"", "a\\u0000b\""), "nul");
        bad.put(order.replace("Order\\/1", "Order\\/2").replace("#1\"", "\\ud800\""), "surrogate");
        bad.put(order.replace("Order\\/1", "Order\\/3").replace("19.90", "12,50"), "money");
        bad.put(order.replace("Order\\/1", "Order\\/4").replace("19.90", "NaN"), "money");
        bad.put(order.replace("Order\\/1", "Order\\/5").replace("19.90", "1234567890123456789012"), "money");
        bad.put(order.replace("Order\\/1", "Order\\/6").replace("\"EUR\"", "\"eur\""), "money");
        bad.put(order.replace("Order\\/1", "Order\\/7").replaceFirst("\"EUR\"", "\"CHF\""), "money");
        bad.put(order.replace("Order\\/1", "Order\\/8").replace(V1, "2026-06-02T00:00:01Z"), "time");
        bad.put(order.replace("Order\\/1", "Order\\/9").replace(V1, "infinity"), "time");
        bad.put(order.replace("Order\\/1", "Order\\/10").replace("\"" + V1 + "\"", "null"), "time");
        bad.put(order.replace("Order\\/1", "Order\\/11").replace(V1, "2026-05-02T00:00:00"), "time");
        bad.put(order.replace("Order\\/1", "Order\\/12").replace("\"test\":false", "\"test\":0"), "type");
        bad.put(order.replace("Order\\/1\"", "Order\\/12345678901234567890\""), "number");
        bad.put(order.replace("\"gid:\\/\\/shopify\\/Order\\/1\"", "null"), "no_id");
        bad.put(order.replace("\"__typename\":\"Order\"", "\"__typename\":\"Refund\""), "unknown_type");
        bad.put(line(20, 1).replace("\"quantity\":2", "\"quantity\":2147483648"), "number");
        bad.put(line(21, 1).replace("\"quantity\":2", "\"quantity\":1.5"), "number");
        bad.put(line(22, 1).replaceFirst(",\"__parentId\".*", "}"), "missing_field");
        bad.put(line(23, 1).replace("Order\\/1", "Fulfillment\\/1"), "orphan");
        bad.put("{\"id\":\"gid://shopify/Order/30\",\"note\":" + "[".repeat(70) + "]".repeat(70) + "}", "depth");
        bad.put("{\"id\":\"gid://shopify/Order/31\",\"note\":\"" + "x".repeat(1_100_000) + "\"}", "length");
        bad.put("", "malformed");
        bad.put("{\"id\":", "malformed");
        String[] lines = bad.keySet().toArray(String[]::new);

        assertThat(app.loaded(lines)).containsEntry("set_aside", (long) lines.length);

        assertThat(app.rows("select reason_code from dead_letter order by line_no").stream()
                        .map(row -> row.get("reason_code")))
                .containsExactlyElementsOf(bad.values());
    }

    @Test
    void unusual_but_good_lines_are_read() throws Exception {
        String order = order(1, "2026-05-02T02:00:00.1234567+02:00")
                .replace("\"19.90\"", "1990e-2")
                .replace("\\/", "/");
        String line =
                "{\"extra\":{\"a\":[1,2,{}]},\"__parentId\":\"gid://shopify/Order/1\",\"quantity\":-0,\"id\":\"gid://shopify/LineItem/5\"}";

        assertThat(app.loaded(line, " " + order.replace("\"__typename\":\"Order\",", "") + "\r"))
                .hasToString("{lines=2, roots=1, written=2, unchanged=0, stale=0, set_aside=0}");
        assertThat(app.value("select total || ' ' || utc_text(updated_at) from order_header"))
                .isEqualTo("19.90 2026-05-02T00:00:00.123456Z");
        assertThat(
                        app.value(
                                "select quantity || ' ' || utc_text(order_updated_at) || coalesce(sku, '') from order_line_item"))
                .isEqualTo("0 2026-05-02T00:00:00.123456Z");
    }

    @Test
    void money_keeps_every_digit() throws Exception {
        List<String> amounts = List.of(
                "0",
                "0.00",
                "-0.01",
                "1",
                "10000",
                "99999999.99",
                "0.0001",
                "0.00001",
                "123456789012345678.123456789012",
                "-12345678901234567890",
                "100000000",
                "0.5000",
                "10000.0001",
                "1E+3");
        for (int index = 0; index < amounts.size(); index++) {
            app.loaded(order(index + 1, V1, amounts.get(index)));
            assertThat(new BigDecimal(app.value("select total from order_header where order_id = ?", (long) index + 1)))
                    .isEqualTo(new BigDecimal(amounts.get(index))
                            .setScale(Math.max(0, new BigDecimal(amounts.get(index)).scale())));
        }
    }
}
