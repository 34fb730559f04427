package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.run.InvalidBackfill;
import dev.tidemark.run.RangeHidden;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract of {@code backfill}: the document on stdout, everything else on stderr, the exit code by its end. */
class BackfillCommandTest {
    private static final String OTHER = "0198c0de-0000-7000-8000-00000000000a";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"completed,0", "partial,3", "failed,4", "cancelled,3"})
    void the_exit_code_tells_how_the_backfill_ended(String state, int exitCode) {
        FakeEngine engine = accepting().answering("query-backfill-show", showing("running", "running", state));

        CommandLineTrial.Result result = backfill(engine, "-o", "json");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
        assertThat(RunDocument.parseJson(result.lastLineOfOut()).path("state").asText())
                .isEqualTo(state);
        assertThat(engine.closed).isTrue();
    }

    @Test
    void progress_tells_windows_and_records_on_stderr_and_nothing_but_the_document_is_on_stdout() {
        FakeEngine engine = accepting().answering("query-backfill-show", showing("running", "completed"));

        CommandLineTrial.Result result = backfill(engine, "--progress", "plain");

        assertThat(result.out().strip().lines()).hasSize(1);
        assertThat(result.err()).contains("running: 1 of 4 windows, 10 records").contains("completed: 4 of 4 windows");
        assertThat(backfill(accepting().answering("query-backfill-show", showing("completed")), "--progress", "json")
                        .err()
                        .strip()
                        .lines()
                        .map(line -> RunDocument.parseJson(line).path("ended").asInt()))
                .containsExactly(4);
    }

    @Test
    void without_waiting_it_is_only_written_down() {
        FakeEngine engine = accepting().answering("query-backfill-show", showing("running"));

        CommandLineTrial.Result result = backfill(engine, "--no-wait");

        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).contains("tidemark serve");
        assertThat(engine.asked).containsExactly("backfill-plan", "query-backfill-show");
    }

    @Test
    void a_dry_run_prints_every_window_and_the_command_that_carries_the_plan_out() {
        FakeEngine engine = new FakeEngine()
                .answering("backfill-plan", body -> {
                    assertThat(body).containsEntry("start", false);
                    return Map.of("outcome", "accepted", "backfill_id", body.get("backfill_id"));
                })
                .answering("query-backfill-show", showing("planned"));

        CommandLineTrial.Result result = CommandLineTrial.withStoreAcme(directory)
                .onTerminal()
                .engine(engine)
                .run(arguments("--dry-run"));

        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains("plan ", "estimate   unknown", "2026-01-01T00:00:00Z", "unknown")
                .doesNotContain("null");
        assertThat(result.err()).contains("tidemark backfill --plan ");
    }

    @Test
    void a_plan_is_refused_twice() {
        FakeEngine engine = new FakeEngine()
                .answering("query-backfill-show", showing("running"))
                .answering(
                        "backfill-start-plan",
                        body -> Map.of("outcome", "used", "backfill_id", OTHER, "state", "running"));

        CommandLineTrial.Result result =
                CommandLineTrial.withStoreAcme(directory).engine(engine).run("backfill", "--plan", OTHER);

        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.err()).contains("carried out before").contains("resume " + OTHER);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void another_backfill_of_the_stream_is_a_conflict_that_names_it() {
        FakeEngine engine = new FakeEngine()
                .answering("backfill-plan", body -> Map.of("outcome", "conflict", "backfill_id", OTHER));

        CommandLineTrial.Result result = backfill(engine);

        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.err()).contains(OTHER);
    }

    @Test
    void the_same_command_again_goes_on_where_it_was() {
        FakeEngine engine = new FakeEngine()
                .answering("backfill-plan", body -> Map.of("outcome", "existing", "backfill_id", OTHER))
                .answering("query-backfill-show", showing("completed"));

        CommandLineTrial.Result result = backfill(engine);

        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).contains("going on where it is");
        assertThat(RunDocument.parseJson(result.lastLineOfOut())
                        .path("backfill_id")
                        .asText())
                .isEqualTo(OTHER);
    }

    @Test
    void what_cannot_be_read_is_one_sentence_and_the_code_of_wrong_usage() {
        for (RuntimeException refusal :
                new RuntimeException[] {new InvalidBackfill("from", "from lies ahead"), new RangeHidden("hidden")}) {
            FakeEngine engine = new FakeEngine().answering("backfill-plan", body -> {
                throw refusal;
            });

            CommandLineTrial.Result result = backfill(engine, "--progress", "none");

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).isEqualTo("tidemark: " + refusal.getMessage() + "\n");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "backfill|--from, --store, --stream, --to",
                "backfill --store acme --stream shopify-orders --from 2026-01-01|--to",
                "backfill --store other --stream shopify-orders --from 2026-01-01 --to 2026-02-01|acme",
                "backfill --store acme --stream other --from 2026-01-01 --to 2026-02-01|shopify-orders",
                "backfill --plan 0198c0de-0000-7000-8000-00000000000a --dry-run|--dry-run",
                "backfill --plan nonsense|UUID",
                "backfill pause|ID",
                "backfill list --limit 0|--limit",
            })
    void wrong_arguments_start_nothing(String line, String named) {
        CommandLineTrial.Result result =
                CommandLineTrial.withStoreAcme(directory).run(line.split(" "));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains(named);
    }

    @Test
    void a_backfill_that_does_not_exist_or_is_in_another_state_is_told() {
        FakeEngine nobody = new FakeEngine().answering("backfill-pause", body -> null);
        FakeEngine ended = new FakeEngine()
                .answering(
                        "backfill-cancel",
                        body -> Map.of("outcome", "refused", "backfill_id", OTHER, "state", "completed"));

        CommandLineTrial trial = CommandLineTrial.withStoreAcme(directory);
        assertThat(trial.engine(nobody).run("backfill", "pause", OTHER).exitCode())
                .isEqualTo(1);
        CommandLineTrial.Result refused = trial.engine(ended).run("backfill", "cancel", OTHER);
        assertThat(refused.exitCode()).isEqualTo(7);
        assertThat(refused.err()).contains("is completed, so it cannot cancel");
    }

    private CommandLineTrial.Result backfill(FakeEngine engine, String... more) {
        return CommandLineTrial.withStoreAcme(directory).engine(engine).run(arguments(more));
    }

    private static String[] arguments(String... more) {
        String[] fixed = {
            "backfill", "--store", "acme", "--stream", "shopify-orders", "--from", "2026-01-01", "--to", "2026-05-01"
        };
        String[] all = Arrays.copyOf(fixed, fixed.length + more.length);
        System.arraycopy(more, 0, all, fixed.length, more.length);
        return all;
    }

    private static FakeEngine accepting() {
        return new FakeEngine()
                .answering(
                        "backfill-plan",
                        body -> Map.of("outcome", "accepted", "backfill_id", UUID.fromString((String)
                                body.get("backfill_id"))));
    }

    /** The backfill in each of these states, one a look; the last one stays. */
    private static Function<Map<String, Object>, Object> showing(String... states) {
        Deque<String> left = new ArrayDeque<>(Arrays.asList(states));
        return body -> {
            String state = left.size() > 1 ? left.remove() : left.element();
            boolean open = state.equals("running") || state.equals("planned");
            return """
                    {"backfill_id":"%s","state":"%s","store":"acme","stream":"shopify-orders","from":"2026-01-01T00:00:00Z",
                     "to":"2026-05-01T00:00:00Z","window":"P30D","order":"newest","parallel":2,
                     "finished_at":%s,"progress":{"windows":4,"completed":%d,"planned":%d},
                     "estimate":{"records":null,"windows_known":0,"windows_unknown":4},"counts":{"lines":40,"roots":10},
                     "windows":[{"number":4,"from":"2026-04-01T00:00:00Z","to":"2026-05-01T00:00:00Z","state":"planned",
                                 "estimated_records":null,"run_id":null}]}""".formatted(
                            body.get("backfill_id"),
                            state,
                            open ? "null" : "\"2026-05-01T01:00:00Z\"",
                            open ? 1 : 4,
                            open ? 3 : 0)
                    .replace("\n", "");
        };
    }
}
