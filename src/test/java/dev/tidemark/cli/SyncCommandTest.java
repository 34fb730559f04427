package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract of {@code sync}: the document on stdout, everything else on stderr, the exit code by the run's end. */
class SyncCommandTest {
    private static final String OTHER = "0198c0de-0000-7000-8000-00000000000a";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"completed,0", "partial,3", "failed,4"})
    void the_exit_code_tells_how_the_run_ended(String status, int exitCode) {
        FakeEngine engine =
                accepting().answering("query-run-show", showing("initiated", "polling", "upserting", status));

        CommandLineTrial.Result result = sync(engine, "--wait", "-o", "json");

        assertThat(result.exitCode()).isEqualTo(exitCode);
        JsonNode run = RunDocument.parseJson(result.lastLineOfOut());
        assertThat(run.path("status").asText()).isEqualTo(status);
        assertThat(result.err()).contains("the watermark stays at 2026-01-01T00:00:00Z: because of three");
        assertThat(engine.closed).isTrue();
    }

    @Test
    void nothing_but_the_document_is_on_stdout() {
        FakeEngine engine = accepting().answering("query-run-show", showing("downloading", "upserting", "completed"));

        CommandLineTrial.Result result = sync(engine, "--wait", "--progress", "plain");

        assertThat(result.out().strip().lines()).hasSize(1);
        assertThat(result.err()).contains("downloading").contains("loading");
    }

    @Test
    void progress_as_json_tells_every_change_on_stderr() {
        FakeEngine engine = accepting().answering("query-run-show", showing("upserting", "upserting", "completed"));

        CommandLineTrial.Result result = sync(engine, "--wait", "--progress", "json");

        List<String> lines = result.err()
                .strip()
                .lines()
                .filter(line -> line.startsWith("{"))
                .toList();
        assertThat(lines).hasSize(2).allSatisfy(line -> assertThat(
                        RunDocument.parseJson(line).has("object_count"))
                .isTrue());
    }

    @Test
    void the_given_run_id_is_the_run() {
        FakeEngine engine = accepting().answering("query-run-show", showing("completed"));

        CommandLineTrial.Result result = sync(engine, "--wait", "--run-id", OTHER);

        assertThat(RunDocument.parseJson(result.lastLineOfOut()).path("run_id").asText())
                .isEqualTo(OTHER);
    }

    @Test
    void a_run_that_already_ended_tells_its_end_again() {
        FakeEngine engine = new FakeEngine()
                .answering("sync-start", body -> Map.of("outcome", "existing", "run_id", body.get("run_id")))
                .answering("query-run-show", showing("partial"));

        assertThat(sync(engine, "--wait", "--run-id", OTHER).exitCode()).isEqualTo(3);
    }

    @Test
    void another_active_run_is_a_conflict_that_names_it() {
        FakeEngine engine = conflicting()
                .answering("sync-adopt", body -> Map.of("outcome", "busy", "run_id", OTHER))
                .answering("query-run-show", showing("upserting"));

        CommandLineTrial.Result result = CommandLineTrial.withStoreAcme(directory)
                .environment("TIDEMARK_SYNC_LEASE", "1ms")
                .engine(engine)
                .run("sync", "--store", "acme", "--stream", "shopify-orders", "--wait");

        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(RunDocument.parseJson(result.lastLineOfOut()).path("run_id").asText())
                .isEqualTo(OTHER);
        assertThat(result.err()).contains(OTHER);
    }

    @Test
    void a_renewed_lease_shows_at_once_that_the_other_process_lives() {
        Deque<Integer> expiries = new ArrayDeque<>(List.of(1, 1, 2));
        FakeEngine engine = conflicting()
                .answering(
                        "sync-adopt",
                        body -> Map.of("outcome", "busy", "run_id", OTHER, "expires_at", expiries.remove()))
                .answering("query-run-show", showing("upserting"));

        CommandLineTrial.Result result = sync(engine, "--wait");

        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(expiries).isEmpty();
    }

    @Test
    void a_run_that_ended_meanwhile_is_in_nobodys_way() {
        Deque<String> outcomes = new ArrayDeque<>(List.of("conflict", "accepted"));
        FakeEngine engine = new FakeEngine()
                .answering(
                        "sync-start",
                        body -> Map.of(
                                "outcome",
                                outcomes.element(),
                                "run_id",
                                outcomes.remove().equals("conflict") ? OTHER : body.get("run_id")))
                .answering("sync-adopt", body -> null)
                .answering("query-run-show", showing("completed"));

        CommandLineTrial.Result result = sync(engine, "--wait");

        assertThat(result.exitCode()).isZero();
        assertThat(RunDocument.parseJson(result.lastLineOfOut()).path("run_id").asText())
                .isNotEqualTo(OTHER);
    }

    @Test
    void a_run_left_behind_by_a_dead_process_is_carried_to_its_end() {
        Deque<String> outcomes = new ArrayDeque<>(List.of("busy", "busy", "adopted"));
        FakeEngine engine = conflicting()
                .answering("sync-adopt", body -> Map.of("outcome", outcomes.remove(), "run_id", OTHER))
                .answering("query-run-show", showing("upserting", "completed"));

        CommandLineTrial.Result result = sync(engine, "--wait");

        assertThat(result.exitCode()).isZero();
        assertThat(RunDocument.parseJson(result.lastLineOfOut()).path("run_id").asText())
                .isEqualTo(OTHER);
        assertThat(result.err()).contains("was left behind");
    }

    @Test
    void without_wait_the_run_is_written_down_for_a_server() {
        FakeEngine engine = accepting().answering("query-run-show", showing("initiated"));

        CommandLineTrial.Result result = sync(engine);

        assertThat(result.exitCode()).isZero();
        assertThat(RunDocument.parseJson(result.lastLineOfOut()).path("status").asText())
                .isEqualTo("initiated");
        assertThat(result.err()).contains("tidemark serve");
    }

    @Test
    void a_person_gets_sentences() {
        FakeEngine engine = accepting().answering("query-run-show", showing("partial"));

        CommandLineTrial.Result result = CommandLineTrial.withStoreAcme(directory)
                .onTerminal()
                .engine(engine)
                .run("sync", "--store", "acme", "--stream", "shopify-orders", "--wait");

        assertThat(result.out())
                .contains("37 written")
                .contains("3 set aside")
                .contains("(held)")
                .contains("because of three");
    }

    @Test
    void a_database_that_comes_back_is_waited_for() {
        Deque<Object> answers = new ArrayDeque<>(List.of(away(), away(), document(OTHER, "completed")));
        FakeEngine engine = accepting().answering("query-run-show", body -> {
            Object answer = answers.remove();
            if (answer instanceof RuntimeException failure) {
                throw failure;
            }
            return answer;
        });

        assertThat(sync(engine, "--wait", "--run-id", OTHER).exitCode()).isZero();
    }

    @Test
    void a_database_that_stays_away_is_exit_code_8() {
        FakeEngine engine = new FakeEngine().answering("query-run-show", body -> {
            throw away();
        });
        RunWatch watch = new RunWatch(engine, new Progress.None(), Duration.ofMillis(1));

        CommandFailure failure =
                Assertions.catchThrowableOfType(CommandFailure.class, () -> watch.untilEnded(UUID.fromString(OTHER)));

        assertThat(failure.exitCode()).isEqualTo(ExitCode.DEPENDENCY_DOWN);
        assertThat(failure).hasMessageContaining("goes on where it was");
    }

    private CommandLineTrial.Result sync(FakeEngine engine, String... more) {
        String[] args = new String[5 + more.length];
        System.arraycopy(new String[] {"sync", "--store", "acme", "--stream", "shopify-orders"}, 0, args, 0, 5);
        System.arraycopy(more, 0, args, 5, more.length);
        return CommandLineTrial.withStoreAcme(directory).engine(engine).run(args);
    }

    private static FakeEngine accepting() {
        return new FakeEngine()
                .answering(
                        "sync-start",
                        body -> Map.of("outcome", "accepted", "run_id", UUID.fromString((String) body.get("run_id"))));
    }

    private static FakeEngine conflicting() {
        return new FakeEngine().answering("sync-start", body -> Map.of("outcome", "conflict", "run_id", OTHER));
    }

    /** The run in each of these states, one a look; the last one stays. */
    private static java.util.function.Function<Map<String, Object>, Object> showing(String... statuses) {
        Deque<String> left = new ArrayDeque<>(Arrays.asList(statuses));
        return body -> document((String) body.get("run_id"), left.size() > 1 ? left.remove() : left.element());
    }

    private static String document(String runId, String status) {
        return """
                {"run_id":"%s","status":"%s","store":"acme","stream":"shopify-orders","job_type":"DAILY_SYNC_EXECUTE",\
                "window":{"from":"2026-01-01T00:00:00Z","to":null},\
                "counts":{"lines":40,"roots":40,"written":37,"unchanged":0,"stale":0,"set_aside":3},\
                "proof":{"object_count":40,"lines":40,"archived_lines":40,"accounted":40,"complete":true},\
                "watermark":{"before":"2026-01-01T00:00:00Z","after":"2026-01-01T00:00:00Z","advanced":false,\
                "held_reason":"because of three"},"failures":[]}""".formatted(runId, status);
    }

    private static RuntimeException away() {
        return new IllegalStateException("query failed", new SQLException("Connection refused", "08001"));
    }
}
