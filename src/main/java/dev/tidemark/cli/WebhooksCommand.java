package dev.tidemark.cli;

import dev.tidemark.run.Engine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands that look at webhooks. */
@Command(
        name = "webhooks",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Look at webhooks: which topics the vendors tell, and whether they still do.")
final class WebhooksCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private WebhooksCommand() {}

    static CommandLine with(TidemarkCommand root) {
        return new CommandLine(new WebhooksCommand()).addSubcommand(new ListTopics(root));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command: list.");
    }

    /** Each topic that a store has to be told of. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description =
                    "List the topics that each store has to be told of: subscribed, last delivery, silent since when.",
            footer = {"", "Example:", "  tidemark webhooks list --store acme"})
    static final class ListTopics extends QueryCommand {
        private static final List<Table.Column> COLUMNS = List.of(
                new Table.Column("STORE", "/store"),
                new Table.Column("SOURCE", "/source"),
                new Table.Column("TOPIC", "/topic"),
                new Table.Column("SUBSCRIBED", "/subscribed"),
                new Table.Column("LAST DELIVERY", "/last_delivery_at"),
                new Table.Column("USUALLY EVERY", "/usual_interval"),
                new Table.Column("SILENT SINCE", "/silent_since"),
                new Table.Column("PROBLEM", "/problem"));

        @Option(names = "--store", paramLabel = "STORE", description = "Only of this store.")
        private String store;

        ListTopics(TidemarkCommand root) {
            super(root);
        }

        @Override
        ExitCode answer(Engine engine) {
            Map<String, Object> question = new HashMap<>();
            question.put("store", store);
            return list(engine, "query-webhook-topics", question, COLUMNS);
        }
    }
}
