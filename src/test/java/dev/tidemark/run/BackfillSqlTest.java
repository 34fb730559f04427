package dev.tidemark.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.fixture.Database;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** The statements of {@code sql/backfill}, against a real PostgreSQL: what begins when, and what becomes of it. */
class BackfillSqlTest {
    private static final Instant MARK = Instant.parse("2026-11-20T06:00:00Z");
    private static final int FIVE_SLOTS = 5;

    private static Database database;
    private static NamedParameterJdbcTemplate sql;

    @BeforeAll
    static void open() {
        database = Database.start();
        sql = new NamedParameterJdbcTemplate(database.dataSource());
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void clear() {
        database.sql().execute("truncate sync_run, sync_watermark_history, dead_letter, sync_gap, backfill cascade");
    }

    @Test
    void windows_join_and_the_last_one_ends_with_the_range() {
        plan("2026-01-01", "2026-03-10", 30, 2, true);

        assertThat(
                        texts(
                                "select utc_text(window_from) || ' ' || utc_text(window_to) from backfill_window order by number"))
                .containsExactly(
                        "2026-01-01T00:00:00Z 2026-01-31T00:00:00Z",
                        "2026-01-31T00:00:00Z 2026-03-02T00:00:00Z",
                        "2026-03-02T00:00:00Z 2026-03-10T00:00:00Z");
    }

    @Test
    void a_plan_does_nothing_until_it_is_started_and_is_started_once() {
        UUID plan = plan("2026-01-01", "2026-03-01", 30, 2, false);
        assertThat(begin(FIVE_SLOTS)).isNull();

        assertThat(start(plan)).containsEntry("outcome", "accepted");
        assertThat(start(plan)).containsEntry("outcome", "used").containsEntry("state", "running");
        assertThat(begin(FIVE_SLOTS)).isNotNull();
    }

    @Test
    void a_stream_has_one_backfill_at_a_time_and_the_same_one_is_found_again() {
        UUID first = plan("2026-01-01", "2026-03-01", 30, 2, true);

        assertThat(run("plan_backfill", planning(UUID.randomUUID(), "2026-01-01", "2026-03-01", 30, 2, true)))
                .containsEntry("outcome", "existing")
                .containsEntry("backfill_id", first);
        assertThat(run("plan_backfill", planning(UUID.randomUUID(), "2025-01-01", "2026-03-01", 30, 2, true)))
                .containsEntry("outcome", "conflict")
                .containsEntry("backfill_id", first);
        assertThat(start(plan("2025-01-01", "2026-03-01", 30, 2, false)))
                .containsEntry("outcome", "conflict")
                .containsEntry("backfill_id", first);
    }

    @Test
    void newest_windows_begin_first_and_no_more_than_asked_for_at_once() {
        plan("2026-01-01", "2026-12-01", 30, 2, true);

        assertThat(begin(FIVE_SLOTS)).containsEntry("number", 12);
        assertThat(begin(FIVE_SLOTS)).containsEntry("number", 11);
        assertThat(begin(FIVE_SLOTS)).isNull();
        end("completed");
        assertThat(begin(FIVE_SLOTS)).containsEntry("number", 10);
    }

    @Test
    void one_slot_is_always_left_whatever_is_asked_for() {
        plan("2026-01-01", "2026-12-01", 30, 64, true);

        assertThat(begunUntilFull(FIVE_SLOTS)).isEqualTo(4);
    }

    @Test
    void each_daily_run_that_wants_a_slot_finds_one() {
        plan("2026-01-01", "2026-12-01", 30, 64, true);
        daily("shopify-orders");
        daily("shopify-products");

        assertThat(begunUntilFull(FIVE_SLOTS)).isEqualTo(3);
    }

    @Test
    void with_one_slot_a_window_waits_for_the_daily_run_and_runs_alone() {
        plan("2026-01-01", "2026-12-01", 30, 64, true);
        UUID daily = daily("shopify-products");
        database.sql().update("update sync_run set status = 'upserting'");

        assertThat(begin(1)).isNull();
        database.sql().update("update sync_run set status = 'completed', finished_at = now() where run_id = ?", daily);
        assertThat(begunUntilFull(1)).isEqualTo(1);
    }

    @Test
    void many_processes_begin_each_window_once() {
        plan("2026-01-01", "2026-12-01", 30, 64, true);

        List<Map<String, Object>> begun = IntStream.range(0, 40)
                .parallel()
                .mapToObj(i -> begin(FIVE_SLOTS))
                .filter(row -> row != null)
                .toList();

        assertThat(begun.stream().map(row -> row.get("number")).distinct()).hasSameSizeAs(begun);
        assertThat(begun).hasSizeLessThanOrEqualTo(4).isNotEmpty();
        assertThat(texts("select lane::text from sync_run")).doesNotHaveDuplicates();
    }

    @Test
    void windows_are_claimed_beside_each_other_and_after_the_daily_run() {
        plan("2026-01-01", "2026-12-01", 30, 64, true);
        begunUntilFull(FIVE_SLOTS);
        UUID daily = daily("shopify-orders");

        assertThat(claim(true)).containsEntry("run_id", daily);
        assertThat(claim(false)).as("no thread may work on a backfill").isNull();
        assertThat(IntStream.range(0, 6).mapToObj(i -> claim(true)).filter(row -> row != null))
                .hasSize(4)
                .allSatisfy(row -> assertThat(row.get("window_to")).isNotNull());
    }

    @Test
    void there_is_still_one_daily_run_of_a_stream() {
        daily("shopify-orders");

        assertThat(startDaily("shopify-orders")).containsEntry("outcome", "conflict");
    }

    @Test
    void a_proved_window_is_completed_and_the_mark_stays() {
        mark();
        finalizing(3, 3);
        Map<String, Object> claim = claim(true);
        // The daily run moves on meanwhile.
        database.sql().update("update sync_watermark set value = value + interval '1 day'");

        assertThat(runLedger("complete_backfill_run", fence(claim))).isNotNull();

        assertThat(texts("select status || ' ' || watermark_advanced from sync_run where lane > 0"))
                .containsExactly("completed false");
        assertThat(texts("select utc_text(value) from sync_watermark")).containsExactly("2026-11-21T06:00:00Z");
        assertThat(texts("select kind from sync_watermark_history")).isEmpty();
    }

    @Test
    void the_statement_that_moves_marks_is_not_needed_and_a_zombie_changes_nothing() {
        finalizing(3, 3);
        Map<String, Object> zombie = claim(true);
        database.sql().update("update sync_lease set expires_at = now()");
        Map<String, Object> successor = claim(true);

        assertThat(runLedger("complete_backfill_run", fence(zombie))).isNull();
        assertThat(runLedger("complete_backfill_run", fence(successor))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update sync_run set object_count = 4",
                "update sync_run set archive_lines = 2",
                "update sync_run set root_object_count = 2",
                "update sync_run set result_complete = false, operation_status = 'FAILED'",
                "update sync_chunk set written = 2, spilled = 1",
                "delete from sync_chunk"
            })
    void a_window_that_does_not_balance_fails(String damage) {
        finalizing(3, 3);
        database.sql().update(damage);
        Map<String, Object> claim = claim(true);

        assertThat(runLedger("complete_backfill_run", fence(claim))).isNull();
        Map<String, Object> closing = new HashMap<>(fence(claim));
        closing.put("frozen", false);
        assertThat(runLedger("close_run", closing)).containsEntry("status", "failed");
    }

    @Test
    void only_what_the_window_itself_set_aside_makes_it_partial() {
        finalizing(3, 3);
        letter();
        assertThat(runLedger("complete_backfill_run", fence(claim(true)))).isNotNull();

        clear();
        finalizing(3, 2);
        letter();
        Map<String, Object> claim = claim(true);
        assertThat(runLedger("complete_backfill_run", fence(claim))).isNull();
        Map<String, Object> closing = new HashMap<>(fence(claim));
        closing.put("frozen", false);
        assertThat(runLedger("close_run", closing)).containsEntry("status", "partial");
    }

    @Test
    void one_failed_window_makes_the_backfill_partial_and_it_can_be_read_again() {
        UUID id = plan("2026-01-01", "2026-02-01", 10, 64, true);
        begunUntilFull(FIVE_SLOTS);
        database.sql()
                .update(
                        "update sync_run set status = 'failed', finished_at = now() where run_id = (select run_id from backfill_window where number = 2)");
        end("completed");
        assertThat(state()).isEqualTo("partial");

        assertThat(run("retry_window", Map.of("backfill_id", id.toString(), "number", 1)))
                .containsEntry("outcome", "refused");
        assertThat(run("retry_window", Map.of("backfill_id", id.toString(), "number", 2)))
                .containsEntry("outcome", "done");
        assertThat(state()).isEqualTo("running");
        assertThat(begin(FIVE_SLOTS)).containsEntry("number", 2);
        end("completed");
        assertThat(state()).isEqualTo("completed");
    }

    @Test
    void a_backfill_none_of_whose_windows_completed_has_failed() {
        plan("2026-01-01", "2026-01-20", 10, 64, true);
        begunUntilFull(FIVE_SLOTS);

        end("failed");

        assertThat(state()).isEqualTo("failed");
    }

    @Test
    void a_paused_backfill_begins_nothing_until_it_is_resumed() {
        UUID id = plan("2026-01-01", "2026-12-01", 30, 1, true);
        begin(FIVE_SLOTS);
        assertThat(change(id, "paused")).containsEntry("state", "paused");
        end("completed");

        assertThat(begin(FIVE_SLOTS)).isNull();
        assertThat(state()).isEqualTo("paused");
        assertThat(texts("select distinct state from backfill_window order by 1"))
                .containsExactly("completed", "paused");
        change(id, "running");
        assertThat(begin(FIVE_SLOTS)).containsEntry("number", 11);
    }

    @Test
    void a_cancelled_backfill_ends_with_its_last_window_under_way() {
        UUID id = plan("2026-01-01", "2026-12-01", 30, 1, true);
        begin(FIVE_SLOTS);

        change(id, "cancelled");
        settle();
        assertThat(texts("select state from backfill where finished_at is not null"))
                .isEmpty();
        end("completed");

        assertThat(texts("select state from backfill where finished_at is not null"))
                .containsExactly("cancelled");
        assertThat(change(id, "running")).containsEntry("outcome", "refused");
        assertThat(change(UUID.randomUUID(), "cancelled")).isNull();
    }

    @Test
    void a_gap_closes_when_every_window_that_covers_it_is_completed() {
        UUID any = daily("shopify-orders");
        gap(any, "2026-01-05T00:00:00Z", "2026-01-25T00:00:00Z", "older_than_floor");
        gap(any, null, "2026-01-25T00:00:00Z", "first_run");
        plan("2026-01-01", "2026-01-31", 10, 1, true);
        begin(FIVE_SLOTS);
        end("completed");
        begin(FIVE_SLOTS);
        end("completed");
        assertThat(texts("select reason from sync_gap where state = 'closed'")).isEmpty();

        begin(FIVE_SLOTS);
        end("partial");
        assertThat(texts("select reason from sync_gap where state = 'closed'")).isEmpty();

        database.sql().update("update backfill_window set state = 'completed'");
        settle();
        assertThat(texts("select reason from sync_gap where state = 'closed'")).containsExactly("older_than_floor");
        plan("2006-01-01", "2026-01-31", 10_000, 1, true);
        begin(FIVE_SLOTS);
        end("completed");
        assertThat(texts("select reason from sync_gap where state = 'open'")).isEmpty();
    }

    @Test
    void an_estimate_comes_from_what_was_read_before_and_is_unknown_elsewhere() {
        finalizing(40, 40);
        runLedger("complete_backfill_run", fence(claim(true)));
        settle();

        plan("2026-01-01", "2026-01-11", 5, 1, false);
        plan("2026-01-01", "2026-02-01", 31, 1, false);

        assertThat(texts(
                        "select estimated_records::text from backfill_window w join backfill b using (store_id, backfill_id)"
                                + " where b.state = 'planned' order by b.planned_at, number"))
                .containsExactly("20", "20", null);
    }

    /** A backfill of one window whose run has so many lines, of which so many were written, and only its last step left. */
    private static void finalizing(long lines, long written) {
        plan("2026-01-01", "2026-01-11", 10, 1, true);
        UUID run = (UUID) begin(FIVE_SLOTS).get("run_id");
        database.sql()
                .update(
                        "update sync_run set status = 'finalizing', result_complete = true, operation_status = 'COMPLETED', object_count = ?,"
                                + " root_object_count = ?, archive_lines = ?,"
                                + " watermark_before = (select value from sync_watermark) where run_id = ?",
                        lines,
                        lines,
                        lines,
                        run);
        database.sql()
                .update(
                        "insert into sync_chunk (run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled, epoch)"
                                + " values (?, 'file', 0, ?, ?, ?, 0, 0, ?, 0, 1)",
                        run,
                        lines,
                        lines,
                        written,
                        lines - written);
    }

    private static void letter() {
        database.sql()
                .update(
                        "insert into dead_letter (store_id, stream, record_key, reason_code, reason, raw, raw_sha256, run_id)"
                                + " select store_id, stream, 'order_header:1', 'money', 'bad', '', '', run_id from sync_run where lane > 0");
    }

    private static void mark() {
        UUID daily = daily("shopify-orders");
        database.sql().update("update sync_run set status = 'completed', finished_at = now()");
        database.sql()
                .update(
                        "insert into sync_watermark (store_id, stream, value, run_id, epoch) values ('acme', 'shopify-orders', ?, ?, 0)",
                        Timestamp.from(MARK),
                        daily);
    }

    private static void gap(UUID run, String from, String to, String reason) {
        database.sql()
                .update(
                        "insert into sync_gap (store_id, stream, gap_from, gap_to, reason, run_id)"
                                + " values ('acme', 'shopify-orders', cast(? as timestamptz), cast(? as timestamptz), ?, ?)",
                        from,
                        to,
                        reason,
                        run);
    }

    /** Lets every window under way end like this, and the backfills take note. */
    private static void end(String status) {
        database.sql()
                .update(
                        "update sync_run set status = ?, finished_at = now() where lane > 0 and finished_at is null",
                        status);
        settle();
    }

    private static void settle() {
        sql.update(text("backfill", "settle_windows"), Map.of());
        sql.update(text("backfill", "close_gaps"), Map.of());
        sql.update(text("backfill", "end_backfills"), Map.of());
    }

    private static int begunUntilFull(int slots) {
        int begun = 0;
        while (begin(slots) != null) {
            begun++;
        }
        return begun;
    }

    private static Map<String, Object> begin(int slots) {
        Map<String, Object> values = new HashMap<>();
        values.put("streams", "{shopify-orders,shopify-products}");
        values.put("only_backfills", null);
        values.put("bulk_streams", "{shopify-orders,shopify-products}");
        values.put("slots", slots);
        values.put("lanes", Math.max(1, slots - 1));
        values.put("retry_for_millis", 1_000_000L);
        return run("start_window", values);
    }

    private static UUID plan(String from, String to, int days, int parallel, boolean start) {
        UUID id = UUID.randomUUID();
        assertThat(run("plan_backfill", planning(id, from, to, days, parallel, start)))
                .containsEntry("outcome", "accepted");
        return id;
    }

    private static Map<String, Object> planning(
            UUID id, String from, String to, int days, int parallel, boolean start) {
        Map<String, Object> values = new HashMap<>();
        values.put("backfill_id", id.toString());
        values.put("store", "acme");
        values.put("stream", "shopify-orders");
        values.put("from", from + "T00:00:00Z");
        values.put("to", to + "T00:00:00Z");
        values.put("window", "P" + days + "D");
        values.put("window_seconds", days * 86_400L);
        values.put("order", "newest");
        values.put("parallel", parallel);
        values.put("chunk_lines", 8_000);
        values.put("initiator", "user");
        values.put("start", start);
        return values;
    }

    private static Map<String, Object> start(UUID plan) {
        return run("start_plan", named(plan));
    }

    private static Map<String, Object> change(UUID id, String wanted) {
        return run("change_state", Map.of("backfill_id", id.toString(), "wanted", wanted));
    }

    private static Map<String, Object> named(UUID id) {
        return Map.of("backfill_id", id.toString());
    }

    private static UUID daily(String stream) {
        Map<String, Object> answer = startDaily(stream);
        assertThat(answer).containsEntry("outcome", "accepted");
        return (UUID) answer.get("run_id");
    }

    private static Map<String, Object> startDaily(String stream) {
        return runLedger(
                "start_run",
                Map.of(
                        "run_id",
                        UUID.randomUUID().toString(),
                        "store",
                        "acme",
                        "stream",
                        stream,
                        "job_type",
                        "DAILY_SYNC_EXECUTE",
                        "initiator",
                        "user",
                        "requested_at",
                        "2026-11-21T06:00:00Z",
                        "retry_for_millis",
                        1_000_000L,
                        "delay_millis",
                        0L));
    }

    private static Map<String, Object> claim(boolean backfills) {
        Map<String, Object> values = new HashMap<>();
        values.put("owner", "one");
        values.put("lease_millis", 10_000);
        values.put("streams", "{shopify-orders,shopify-products}");
        values.put("only_runs", null);
        values.put("only_backfills", null);
        values.put("backfills", backfills);
        values.put("busy_epochs", "{}");
        values.put("store_steps", 1_000);
        return runLedger("claim_run", values);
    }

    private static Map<String, Object> fence(Map<String, Object> claim) {
        return Map.of(
                "run_id",
                claim.get("run_id").toString(),
                "epoch",
                claim.get("epoch"),
                "step",
                "finalizing",
                "started_at",
                "2026-11-21T06:30:00Z");
    }

    private static String state() {
        return database.sql().queryForObject("select state from backfill", String.class);
    }

    private static List<String> texts(String query) {
        return database.sql().queryForList(query, String.class);
    }

    private static Map<String, Object> run(String statement, Map<String, Object> values) {
        return row(text("backfill", statement), values);
    }

    private static Map<String, Object> runLedger(String statement, Map<String, Object> values) {
        return row(text("ledger", statement), values);
    }

    /** The only row of a statement's answer, or null. */
    private static Map<String, Object> row(String statement, Map<String, Object> values) {
        List<Map<String, Object>> rows = sql.queryForList(statement, values);
        return rows.isEmpty() ? null : rows.get(0);
    }

    private static String text(String folder, String statement) {
        try (InputStream file =
                BackfillSqlTest.class.getResourceAsStream("/sql/" + folder + "/" + statement + ".sql")) {
            String all = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return all.lines()
                    .filter(line -> !line.strip().startsWith("--"))
                    .collect(Collectors.joining("\n"))
                    .replace(":#", ":");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
