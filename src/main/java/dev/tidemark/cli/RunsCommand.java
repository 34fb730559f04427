package dev.tidemark.cli;

import dev.tidemark.run.Engine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that look at runs; none of them changes anything. */
@Command(
        name = "runs",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Look at runs: what was asked, what came, what became of it.")
final class RunsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private RunsCommand() {}

    static CommandLine with(TidemarkCommand root) {
        return new CommandLine(new RunsCommand())
                .addSubcommand(new ListRuns(root))
                .addSubcommand(new ShowRun(root))
                .addSubcommand(new WatchRun(root));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command: list, show or watch.");
    }

    /** Newest runs first. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List runs, newest first.",
            footer = {
                "",
                "Examples:",
                "  tidemark runs list --store acme --status partial",
                "  tidemark runs list -o ndjson | jq -r .run_id"
            })
    static final class ListRuns extends QueryCommand {
        private static final List<Table.Column> COLUMNS = List.of(
                new Table.Column("RUN", "/run_id"),
                new Table.Column("STORE", "/store"),
                new Table.Column("STREAM", "/stream"),
                new Table.Column("STATUS", "/status"),
                new Table.Column("INITIATED", "/initiated_at"),
                new Table.Column("LINES", "/counts/lines"),
                new Table.Column("WRITTEN", "/counts/written"),
                new Table.Column("UNCHANGED", "/counts/unchanged"),
                new Table.Column("SET ASIDE", "/counts/set_aside"),
                new Table.Column("WATERMARK", "/watermark/after"));

        @Option(names = "--store", paramLabel = "STORE", description = "Only of this store.")
        private String store;

        @Option(names = "--stream", paramLabel = "STREAM", description = "Only of this stream.")
        private String stream;

        @Option(names = "--status", paramLabel = "STATUS", description = "Only with this status, such as partial.")
        private String status;

        @Option(names = "--job-type", paramLabel = "TYPE", description = "Only of this job type.")
        private String jobType;

        @Option(names = "--before", paramLabel = "CURSOR", description = "The 'next' of the page before.")
        private String before;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "20",
                description = "Most runs shown (${DEFAULT-VALUE}).")
        private int limit;

        ListRuns(TidemarkCommand root) {
            super(root);
        }

        @Override
        void check() {
            if (limit < 1 || limit > 200) {
                throw new CommandFailure(ExitCode.USAGE, "--limit must be from 1 to 200, not " + limit + ".");
            }
        }

        @Override
        ExitCode answer(Engine engine) {
            Map<String, Object> question = new HashMap<>();
            question.put("store", store);
            question.put("stream", stream);
            question.put("status", status);
            question.put("job_type", jobType);
            question.put("before", before);
            question.put("limit", limit);
            return list(engine, "query-run-list", question, COLUMNS);
        }
    }

    /** One run. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show one run: window, counts, proof, watermark, failures.",
            footer = {"", "Example:", "  tidemark runs show 0198c0de-5f4e-7d21-a3c4-7f1f1b2f9a10 -o json | jq .failures"
            })
    static final class ShowRun extends QueryCommand {
        @Parameters(paramLabel = "RUN_ID", description = "Id of the run.")
        private UUID runId;

        ShowRun(TidemarkCommand root) {
            super(root);
        }

        @Override
        ExitCode answer(Engine engine) {
            RunDocument run = RunWatch.read(engine, runId);
            output().document(root().terminal(), run.json(), run::toText);
            return ExitCode.COMPLETE;
        }
    }

    /** One run until its end. */
    @Command(
            name = "watch",
            mixinStandardHelpOptions = true,
            description = "Follow a run that another process carries out; the exit code tells how it ended.",
            footer = {"", "Example:", "  tidemark runs watch 0198c0de-5f4e-7d21-a3c4-7f1f1b2f9a10 --progress plain"})
    static final class WatchRun extends QueryCommand {
        @Parameters(paramLabel = "RUN_ID", description = "Id of the run.")
        private UUID runId;

        @Option(names = "--progress", paramLabel = "KIND", description = "none, bar, plain or json, on stderr.")
        private Progress.Kind progressKind;

        WatchRun(TidemarkCommand root) {
            super(root);
        }

        @Override
        ExitCode answer(Engine engine) {
            RunDocument run;
            try (Progress progress = Progress.of(progressKind, root().terminal())) {
                run = new RunWatch(engine, progress).untilEnded(runId);
            }
            output().document(root().terminal(), run.json(), run::toText);
            return ExitCode.ofStatus(run.status());
        }
    }
}
