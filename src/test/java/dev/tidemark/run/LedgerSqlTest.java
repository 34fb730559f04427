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

/** The statements of {@code sql/ledger}, against a real PostgreSQL: who may change what, and when the watermark moves. */
class LedgerSqlTest {
    private static final Instant SCAN_STARTED = Instant.parse("2026-11-21T06:00:00Z");
    private static final Instant NEWEST = Instant.parse("2026-11-20T12:00:00Z");

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
        database.sql().execute("truncate sync_run, sync_watermark_history, dead_letter, sync_gap cascade");
    }

    @Test
    void twenty_triggers_make_one_run() {
        List<Map<String, Object>> answers = IntStream.range(0, 20)
                .parallel()
                .mapToObj(i -> start(UUID.randomUUID()))
                .toList();

        assertThat(answers.stream()
                        .collect(Collectors.groupingBy(answer -> answer.get("outcome"), Collectors.counting())))
                .containsEntry("accepted", 1L)
                .containsEntry("conflict", 19L);
        assertThat(answers.stream().map(answer -> answer.get("run_id")).distinct())
                .hasSize(1);
    }

    @Test
    void the_same_run_id_is_the_same_run() {
        UUID id = UUID.randomUUID();

        assertThat(start(id)).containsEntry("outcome", "accepted");
        assertThat(start(id)).containsEntry("outcome", "existing").containsEntry("run_id", id);
    }

    @Test
    void one_of_many_workers_claims_a_run() {
        start(UUID.randomUUID());

        List<Map<String, Object>> claims = IntStream.range(0, 20)
                .parallel()
                .mapToObj(i -> claim("worker-" + i, 10_000))
                .filter(claim -> claim != null)
                .toList();

        assertThat(claims).hasSize(1);
    }

    @Test
    void a_process_that_renews_late_keeps_its_run_and_does_not_take_it_over_from_itself() {
        start(UUID.randomUUID());
        String busy = "{" + claim("one", 0).get("epoch") + "}";

        assertThat(claim("one", 10_000, busy)).isNull();
        int renewed = sql.update(
                text("renew_leases").replace(":#", ":"),
                Map.of("owner", "one", "lease_millis", 10_000, "busy_epochs", busy));

        assertThat(renewed).isEqualTo(1);
        assertThat(claim("two", 10_000)).isNull();
    }

    @Test
    void a_lease_that_ran_out_is_taken_over_and_the_zombie_changes_nothing() {
        UUID id = finalizing(3, 3);
        Map<String, Object> zombie = claim("zombie", -1);
        Map<String, Object> successor = claim("successor", 10_000);

        assertThat((Long) successor.get("epoch")).isGreaterThan((Long) zombie.get("epoch"));
        assertThat(run("advance_watermark", fence(id, zombie))).isNull();
        assertThat(run(
                        "complete_step",
                        with(fence(id, zombie), "next_status", "completed", "counts", "{}", "pause_millis", 0L)))
                .isNull();
        assertThat(run("fail_run", with(fence(id, zombie), "code", "x", "reason", "y")))
                .isNull();
        assertThat(run("close_run", with(fence(id, zombie), "frozen", false))).isNull();
        assertThat(status(id)).isEqualTo("finalizing");
        assertThat(watermark()).isNull();
        assertThat(run("advance_watermark", fence(id, successor))).containsEntry("advanced", true);
    }

    @Test
    void a_living_owner_keeps_its_waiting_run() {
        start(UUID.randomUUID());
        Map<String, Object> claim = claim("one", 10_000);
        UUID id = (UUID) claim.get("run_id");
        run(
                "postpone_step",
                with(
                        fence(id, claim),
                        "pause_millis",
                        0L,
                        "reason",
                        "waits",
                        "attempts",
                        0,
                        "poll_attempts",
                        1,
                        "operation_status",
                        null,
                        "next_status",
                        null));

        assertThat(claim("two", 10_000)).isNull();
        assertThat(claim("one", 10_000)).containsEntry("run_id", id);
    }

    @Test
    void a_balanced_ledger_moves_the_mark_to_the_newest_version_seen() {
        UUID id = finalizing(3, 3);

        assertThat(advance(id)).containsEntry("advanced", true);
        assertThat(watermark()).isEqualTo(NEWEST);
        assertThat(status(id)).isEqualTo("completed");
    }

    @Test
    void the_mark_never_passes_the_moment_the_scan_began_less_the_lag() {
        UUID id = finalizing(3, 3);
        database.sql().update("update sync_chunk set max_version = ?", Timestamp.from(SCAN_STARTED.plusSeconds(60)));

        advance(id);

        assertThat(watermark()).isEqualTo(SCAN_STARTED.minusSeconds(1_800));
    }

    @Test
    void the_mark_never_falls() {
        Instant higher = NEWEST.plusSeconds(3_600);
        UUID first = finalizing(1, 1);
        database.sql().update("update sync_chunk set max_version = ?", Timestamp.from(higher));
        advance(first);
        UUID second = finalizing(3, 3);

        assertThat(advance(second)).containsEntry("advanced", false);
        assertThat(watermark()).isEqualTo(higher);
        assertThat(status(second)).isEqualTo("completed");
        assertThat(heldReason(second)).contains("at or before the watermark");
    }

    @Test
    void an_empty_window_completes_and_leaves_the_mark_where_it_is() {
        UUID id = finalizing(0, 0);
        database.sql().update("delete from sync_chunk");

        assertThat(advance(id)).containsEntry("advanced", false);
        assertThat(watermark()).isNull();
        assertThat(heldReason(id)).contains("nothing changed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update sync_run set object_count = 4",
                "update sync_run set object_count = null",
                "update sync_run set archive_lines = 2",
                "update sync_run set root_object_count = 2",
                "update sync_run set result_complete = false, operation_status = 'FAILED'",
                "update sync_run set source_started_at = null",
                "update sync_run set status = 'transforming'",
                "update sync_chunk set written = 2, stale = 0, spilled = 1",
                "delete from sync_chunk",
                "insert into sync_spill select run_id, 1, 1, '' from sync_run",
                "insert into dead_letter (store_id, stream, record_key, reason_code, reason, raw, raw_sha256) values ('acme', 'shopify-orders', 'Order:1', 'money', 'bad', '', '')",
                "insert into sync_watermark (store_id, stream, value, run_id, epoch) select store_id, stream, now(), run_id, 0 from sync_run"
            })
    void whatever_does_not_balance_leaves_everything_as_it_was(String damage) {
        UUID id = finalizing(3, 3);
        database.sql().update(damage);
        Instant before = watermark();
        Map<String, Object> claim = claim("one", 10_000);

        assertThat(run("advance_watermark", fence(id, claim))).isNull();

        assertThat(watermark()).isEqualTo(before);
        assertThat(status(id)).isNotEqualTo("completed");
        assertThat(database.sql().queryForObject("select count(*) from sync_watermark_history", Long.class))
                .isZero();
    }

    @Test
    void three_of_forty_set_aside_hold_the_mark_and_say_so() {
        UUID id = finalizing(40, 37);
        database.sql().update("update sync_chunk set set_aside = 3");
        for (int order = 1; order <= 3; order++) {
            database.sql()
                    .update(
                            "insert into dead_letter (store_id, stream, record_key, reason_code, reason, raw, raw_sha256, run_id, line_no)"
                                    + " values ('acme', 'shopify-orders', ?, 'refused', 'too much', '', '', ?, ?)",
                            "Order:" + order,
                            id,
                            order);
        }
        Map<String, Object> claim = claim("one", 10_000);
        assertThat(run("advance_watermark", fence(id, claim))).isNull();

        Map<String, Object> closed = run("close_run", with(fence(id, claim), "frozen", false));

        assertThat(closed).containsEntry("status", "partial");
        assertThat(heldReason(id)).startsWith("3 record(s) are set aside");
        assertThat(database.sql()
                        .queryForObject(
                                "select jsonb_array_length(failures) from sync_run where run_id = ?",
                                Integer.class,
                                id))
                .isEqualTo(4);
        assertThat(watermark()).isNull();
    }

    @Test
    void a_discarded_letter_no_longer_holds_the_mark() {
        UUID id = finalizing(3, 2);
        database.sql().update("update sync_chunk set set_aside = 1");
        database.sql()
                .update(
                        "insert into dead_letter (store_id, stream, record_key, reason_code, reason, raw, raw_sha256, state)"
                                + " values ('acme', 'shopify-orders', 'Order:1', 'money', 'bad', '', '', 'discarded')");

        assertThat(advance(id)).containsEntry("advanced", true);
    }

    @Test
    void a_run_that_an_operator_froze_is_partial_with_that_reason() {
        UUID id = finalizing(3, 3);

        Map<String, Object> closed = run("close_run", with(fence(id, claim("one", 10_000)), "frozen", true));

        assertThat(closed).containsEntry("status", "partial");
        assertThat(heldReason(id)).contains("sync-advance is stopped");
    }

    /** A run of so many lines, of which so many were written, whose only step left is the last. */
    private static UUID finalizing(long lines, long written) {
        UUID id = UUID.randomUUID();
        start(id);
        database.sql()
                .update(
                        "update sync_run set status = 'finalizing', result_complete = true, operation_status = 'COMPLETED', object_count = ?,"
                                + " root_object_count = ?, archive_lines = ?, lag = '30 minutes', source_started_at = ?,"
                                + " watermark_before = (select value from sync_watermark) where run_id = ?",
                        lines,
                        lines,
                        lines,
                        Timestamp.from(SCAN_STARTED),
                        id);
        database.sql()
                .update(
                        "insert into sync_chunk (run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled, max_version, epoch)"
                                + " values (?, 'file', 0, ?, ?, ?, 0, 0, ?, 0, ?, 1)",
                        id,
                        lines,
                        lines,
                        written,
                        lines - written,
                        Timestamp.from(NEWEST));
        return id;
    }

    private static Map<String, Object> start(UUID id) {
        Map<String, Object> request = Map.of(
                "run_id",
                id.toString(),
                "store",
                "acme",
                "stream",
                "shopify-orders",
                "job_type",
                "DAILY_SYNC_EXECUTE",
                "initiator",
                "user",
                "requested_at",
                "2026-11-21T06:00:00Z",
                "retry_for_millis",
                1_000_000L,
                "delay_millis",
                0L);
        Map<String, Object> answer = run("start_run", request);
        // No answer: another session was faster and is not yet to be seen, as the route knows too.
        return answer == null ? start(id) : answer;
    }

    private static Map<String, Object> claim(String owner, long leaseMillis) {
        return claim(owner, leaseMillis, "{}");
    }

    private static Map<String, Object> claim(String owner, long leaseMillis, String busyEpochs) {
        Map<String, Object> values = new HashMap<>();
        values.put("owner", owner);
        values.put("lease_millis", leaseMillis);
        values.put("streams", "{shopify-orders}");
        values.put("only_runs", null);
        values.put("only_backfills", null);
        values.put("backfills", true);
        values.put("store_steps", 4);
        values.put("busy_epochs", busyEpochs);
        return run("claim_run", values);
    }

    private static Map<String, Object> advance(UUID id) {
        return run("advance_watermark", fence(id, claim("one", 10_000)));
    }

    private static Map<String, Object> fence(UUID id, Map<String, Object> claim) {
        return Map.of(
                "run_id",
                id.toString(),
                "epoch",
                claim.get("epoch"),
                "step",
                "finalizing",
                "started_at",
                "2026-11-21T06:30:00Z");
    }

    private static Map<String, Object> with(Map<String, Object> values, Object... more) {
        Map<String, Object> all = new HashMap<>(values);
        for (int index = 0; index < more.length; index += 2) {
            all.put((String) more[index], more[index + 1]);
        }
        return all;
    }

    /** The only row of a statement's answer, or null. */
    private static Map<String, Object> run(String statement, Map<String, Object> values) {
        List<Map<String, Object>> rows = sql.queryForList(text(statement).replace(":#", ":"), values);
        return rows.isEmpty() ? null : rows.get(0);
    }

    private static String text(String statement) {
        try (InputStream file = LedgerSqlTest.class.getResourceAsStream("/sql/ledger/" + statement + ".sql")) {
            String all = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return all.lines().filter(line -> !line.strip().startsWith("--")).collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Instant watermark() {
        List<Timestamp> values = database.sql().queryForList("select value from sync_watermark", Timestamp.class);
        return values.isEmpty() ? null : values.get(0).toInstant();
    }

    private static String status(UUID id) {
        return database.sql().queryForObject("select status from sync_run where run_id = ?", String.class, id);
    }

    private static String heldReason(UUID id) {
        return database.sql().queryForObject("select held_reason from sync_run where run_id = ?", String.class, id);
    }
}
