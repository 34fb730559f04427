package dev.tidemark.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.run.Engine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands that look at watermarks, and the one that takes a watermark back. */
@Command(
        name = "watermark",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Look at watermarks, up to where everything is accounted for, or take one back to the beginning.")
final class WatermarkCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private WatermarkCommand() {}

    static CommandLine with(TidemarkCommand root) {
        return new CommandLine(new WatermarkCommand())
                .addSubcommand(new ListWatermarks(root))
                .addSubcommand(new ShowHistory(root))
                .addSubcommand(new ResetWatermark(root));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command: list, history or reset.");
    }

    /** Where each stream stands. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List the watermark of each store and stream.",
            footer = {"", "Example:", "  tidemark watermark list --store acme"})
    static final class ListWatermarks extends QueryCommand {
        private static final List<Table.Column> COLUMNS = List.of(
                new Table.Column("STORE", "/store"),
                new Table.Column("STREAM", "/stream"),
                new Table.Column("WATERMARK", "/value"),
                new Table.Column("MOVED", "/moved_at"),
                new Table.Column("BY RUN", "/run_id"),
                new Table.Column("HELD", "/held_reason"));

        @Option(names = "--store", paramLabel = "STORE", description = "Only of this store.")
        private String store;

        @Option(names = "--stream", paramLabel = "STREAM", description = "Only of this stream.")
        private String stream;

        ListWatermarks(TidemarkCommand root) {
            super(root);
        }

        @Override
        ExitCode answer(Engine engine) {
            Map<String, Object> question = new HashMap<>();
            question.put("store", store);
            question.put("stream", stream);
            return list(engine, "query-watermark-list", question, COLUMNS);
        }
    }

    /** Every move of one watermark. */
    @Command(
            name = "history",
            mixinStandardHelpOptions = true,
            description = "List the moves of a watermark, newest first: who moved it, from where to where, and why.",
            footer = {"", "Example:", "  tidemark watermark history --store acme --stream shopify-orders"})
    static final class ShowHistory extends QueryCommand {
        private static final List<Table.Column> COLUMNS = List.of(
                new Table.Column("MOVED", "/moved_at"),
                new Table.Column("KIND", "/kind"),
                new Table.Column("FROM", "/value_before"),
                new Table.Column("TO", "/value"),
                new Table.Column("BY", "/actor"),
                new Table.Column("RUN", "/run_id"),
                new Table.Column("REASON", "/reason"));

        @Option(names = "--store", required = true, paramLabel = "STORE", description = "Store id.")
        private String store;

        @Option(names = "--stream", required = true, paramLabel = "STREAM", description = "Stream.")
        private String stream;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "50",
                description = "Most moves shown (${DEFAULT-VALUE}).")
        private int limit;

        ShowHistory(TidemarkCommand root) {
            super(root);
        }

        @Override
        void check() {
            if (limit < 1 || limit > 1_000) {
                throw new CommandFailure(ExitCode.USAGE, "--limit must be from 1 to 1000, not " + limit + ".");
            }
        }

        @Override
        ExitCode answer(Engine engine) {
            return list(
                    engine,
                    "query-watermark-history",
                    Map.of("store", store, "stream", stream, "limit", limit),
                    COLUMNS);
        }
    }

    /** Takes one watermark back to the beginning. */
    @Command(
            name = "reset",
            mixinStandardHelpOptions = true,
            description = {
                "Take a watermark back to the beginning, so that the next run reads everything again.",
                "The history keeps who did so and why. A run that is under way does not move the watermark any more."
            },
            footer = {
                "",
                "Example:",
                "  tidemark watermark reset --store acme --stream database-orders --reason 'new tiebreaker column'"
            })
    static final class ResetWatermark extends QueryCommand {
        @Option(names = "--store", required = true, paramLabel = "STORE", description = "Store id.")
        private String store;

        @Option(names = "--stream", required = true, paramLabel = "STREAM", description = "Stream.")
        private String stream;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is kept in the history.")
        private String reason;

        ResetWatermark(TidemarkCommand root) {
            super(root);
        }

        @Override
        ExitCode answer(Engine engine) {
            Map<String, Object> question = new HashMap<>();
            question.put("store", store);
            question.put("stream", stream);
            question.put("actor", "cli");
            question.put("reason", reason);
            Map<?, ?> before = engine.request("sync-reset-watermark", question, Map.class);
            if (before == null) {
                throw new CommandFailure(
                        ExitCode.ERROR,
                        "There is no watermark of " + store + "/" + stream
                                + "; 'tidemark watermark list' shows those there are.");
            }
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.put("store", store);
            document.put("stream", stream);
            document.put("value_before", Objects.toString(before.get("value"), null));
            document.put("cursor_before", Objects.toString(before.get("cursor"), null));
            output().document(
                            root().terminal(),
                            document,
                            () -> store + "/" + stream + " begins anew; its watermark was " + before.get("value"));
            return ExitCode.COMPLETE;
        }
    }
}
