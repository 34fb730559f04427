package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracles are tested first: each kind of damage is planted in right tables, and its oracle must name it. */
@ExtendWith(Services.Provider.class)
class OraclesTest {
    private static final String RUN = "11111111-1111-4111-8111-111111111111";
    private static final String LATER_RUN = "22222222-2222-4222-8222-222222222222";

    private Sql sql;
    private Oracles oracles;

    @BeforeEach
    void right_tables(Services services) {
        String name = services.name("oracle");
        services.postgres().createDatabase(name, Services.MIGRATED);
        sql = new Sql(services.postgres(), name);
        ObjectStore objects = new ObjectStore(services.s3().endpoint(), name);
        objects.createBucket();
        String archive = """
                {"id":"gid:\\/\\/shopify\\/Order\\/1","updatedAt":"2026-03-01T10:00:00Z"}
                {"id":"gid:\\/\\/shopify\\/LineItem\\/11","__parentId":"gid:\\/\\/shopify\\/Order\\/1"}
                {"id":"gid:\\/\\/shopify\\/Order\\/2","updatedAt":"2026-03-01T11:00:00Z"}
                """;
        objects.put("archive/acme/shopify-orders/" + RUN + ".jsonl", archive);
        sql.runResource("/stories/right_tables.sql");
        oracles = new Oracles(sql, objects);
    }

    @Test
    void right_tables_are_found_right() {
        assertThat(oracles.ask(Oracle.all()).areNone())
                .as("%s", oracles.ask(Oracle.all()))
                .isTrue();
    }

    @ParameterizedTest(name = "{0} finds: {1}")
    @MethodSource("damages")
    void damage_is_found(Oracle oracle, String damage, String statement) {
        sql.run(statement);
        Findings findings = oracles.ask(Oracle.all());
        assertThat(findings.of(oracle)).as("%s, of %s", oracle, findings).isNotEmpty();
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                Arguments.of(Oracle.LIE, "a missing order", "delete from order_header where order_id = 1"),
                Arguments.of(
                        Oracle.LIE,
                        "an old order",
                        "update order_header set updated_at = '2026-02-01T00:00:00Z' where order_id = 1"),
                Arguments.of(Oracle.LIE, "another total", "update order_header set total = 0 where order_id = 1"),
                Arguments.of(Oracle.LIE, "a missing line", "delete from order_line_item where line_item_id = 11"),
                Arguments.of(
                        Oracle.LIE,
                        "a removed line that is still there",
                        "update order_line_item set removed_at = null where line_item_id = 12"),
                Arguments.of(
                        Oracle.LIE,
                        "a line of another order",
                        "update order_line_item set order_id = 2 where line_item_id = 11"),
                Arguments.of(
                        Oracle.LIE,
                        "a mark beyond what was read",
                        "insert into truth.order_version values (9, 1, '2026-03-01T09:00:00Z', false, false, '{}')"),
                Arguments.of(Oracle.LOST, "an order after the mark", "delete from order_header where order_id = 2"),
                Arguments.of(
                        Oracle.DUP,
                        "an order nobody placed",
                        "insert into order_header (store_id, order_id, run_number) values ('acme', 77, 1)"),
                Arguments.of(
                        Oracle.DUP,
                        "a line nobody ordered",
                        "insert into order_line_item (store_id, line_item_id, order_id, run_number) values ('acme', 78, 1, 1)"),
                Arguments.of(
                        Oracle.REGRESS, "a fallen mark", "update sync_watermark set value = '2026-02-28T00:00:00Z'"),
                Arguments.of(
                        Oracle.REGRESS,
                        "a mark without history",
                        "update sync_watermark set value = '2026-03-01T11:30:00Z'"),
                Arguments.of(
                        Oracle.STALE,
                        "an older version",
                        "update order_header set updated_at = '2026-02-01T00:00:00Z' where order_id = 2"),
                Arguments.of(Oracle.STALE, "a deleted line", "delete from order_line_item where line_item_id = 11"),
                Arguments.of(Oracle.CONSERVATION, "an uncounted line", "update sync_chunk set lines = 2, written = 2"),
                Arguments.of(
                        Oracle.CONSERVATION,
                        "a partial result called complete",
                        "update sync_run set object_count = 4"),
                Arguments.of(Oracle.CONSERVATION, "another digest", "update sync_run set archive_sha256 = 'ab'"),
                Arguments.of(
                        Oracle.CONSERVATION,
                        "set aside into nothing",
                        "update sync_chunk set written = 2, set_aside = 1"),
                Arguments.of(
                        Oracle.FENCE,
                        "an advance under an old epoch",
                        "update sync_watermark set epoch = 4, value = '2026-03-01T11:30:00Z'"),
                Arguments.of(
                        Oracle.FENCE,
                        "an advance after somebody else took the lease",
                        "update sync_lease set run_id = '" + LATER_RUN + "', epoch = 6;"
                                + "update sync_watermark set value = '2026-03-01T11:30:00Z'"),
                Arguments.of(
                        Oracle.TERMINAL,
                        "a run that goes on",
                        "update sync_run set status = 'upserting' where run_id = '" + LATER_RUN + "'"),
                Arguments.of(Oracle.TERMINAL, "completed without a mark", "delete from sync_watermark"),
                Arguments.of(
                        Oracle.TERMINAL,
                        "partial and advanced",
                        "update sync_run set status = 'partial' where run_id = '" + RUN + "'"),
                Arguments.of(
                        Oracle.EXPLAIN,
                        "a row of no run",
                        "update order_header set run_number = 99 where order_id = 1"),
                Arguments.of(
                        Oracle.EXPLAIN,
                        "a version that was never read",
                        "update order_header set updated_at = '2026-03-01T10:00:01Z' where order_id = 1"));
    }

    @Test
    void a_discarded_record_is_no_lie() {
        sql.run("delete from order_header where order_id = 1; delete from order_line_item where order_id = 1");
        sql.run("insert into dead_letter (store_id, stream, record_key, reason_code, reason, raw, raw_sha256, state)"
                + " values ('acme', 'shopify-orders', 'order_header:1', 'money', 'bad', '', '', 'discarded')");
        assertThat(oracles.ask(Oracle.all()).of(Oracle.LIE)).isEmpty();
    }
}
