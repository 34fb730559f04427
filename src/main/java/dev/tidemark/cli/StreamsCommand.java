package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.load.Statements;
import dev.tidemark.run.UnknownStream;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that look at declared streams; they need neither database nor store. */
@Command(
        name = "streams",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Look at the declared streams: what they read, and the SQL that writes them.")
final class StreamsCommand implements Runnable {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    private CommandSpec spec;

    private StreamsCommand() {}

    static CommandLine with(TidemarkCommand root) {
        return new CommandLine(new StreamsCommand())
                .addSubcommand(new ListStreams(root))
                .addSubcommand(new ShowStream(root));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command: list or show.");
    }

    private static ObjectNode document(StreamDeclaration stream) {
        ObjectNode document = JSON.createObjectNode()
                .put("stream", stream.name())
                .put("source", stream.source())
                .put("fetch", stream.fetch())
                .put("reads", stream.isWindowed() ? "what changed" : "everything")
                .put("tables", stream.records().map(RecordDeclaration::table).collect(Collectors.joining(", ")))
                .put("scopes", String.join(", ", stream.requiredScopes()));
        ArrayNode records = document.putArray("records");
        stream.records().forEach(record -> {
            ObjectNode shown = records.addObject()
                    .put("record", record.name())
                    .put("type", record.type())
                    .put("table", record.table())
                    .put("key", record.keyColumn());
            ObjectNode columns = shown.putObject("columns");
            record.columns()
                    .forEach(column -> columns.put(
                            column.name(),
                            column.type().word() + " "
                                    + String.join(".", column.paths().get(0))));
        });
        return document;
    }

    /** Every declared stream. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List the declared streams.",
            footer = {"", "Example:", "  tidemark streams list"})
    static final class ListStreams implements Callable<Integer> {
        private static final List<Table.Column> COLUMNS = List.of(
                new Table.Column("STREAM", "/stream"),
                new Table.Column("FETCH", "/fetch"),
                new Table.Column("READS", "/reads"),
                new Table.Column("TABLES", "/tables"),
                new Table.Column("SCOPES", "/scopes"));

        @Mixin
        private Output output;

        private final TidemarkCommand root;

        ListStreams(TidemarkCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            ObjectNode answer = JSON.createObjectNode();
            ArrayNode items = answer.putArray("items");
            StreamCatalog.load().streams().forEach(stream -> items.add(document(stream)));
            output.list(root.terminal(), answer, COLUMNS);
            return ExitCode.COMPLETE.number();
        }
    }

    /** One stream. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show one stream: its records, and for each column its type and where the value is found.",
            footer = {
                "",
                "Examples:",
                "  tidemark streams show shopify-customers",
                "  tidemark streams show shopify-customers --sql | less"
            })
    static final class ShowStream implements Callable<Integer> {
        @Parameters(paramLabel = "STREAM", description = "Stream.")
        private String name;

        @Option(names = "--sql", description = "Print the statement that writes a chunk of it instead.")
        private boolean sql;

        @Mixin
        private Output output;

        private final TidemarkCommand root;

        ShowStream(TidemarkCommand root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            StreamCatalog catalog = StreamCatalog.load();
            StreamDeclaration stream = catalog.find(name)
                    .orElseThrow(() -> new UnknownStream(
                            name,
                            catalog.streams().stream()
                                    .map(StreamDeclaration::name)
                                    .toList()));
            if (sql) {
                root.terminal().out().print(new Statements().writeChunk(stream));
                return ExitCode.COMPLETE.number();
            }
            ObjectNode document = document(stream);
            output.document(root.terminal(), document, () -> text(stream, document));
            return ExitCode.COMPLETE.number();
        }

        private static String text(StreamDeclaration stream, JsonNode document) {
            StringBuilder text = new StringBuilder(
                    stream.name() + ": reads " + document.path("reads").asText() + " by " + stream.fetch() + "\n");
            for (JsonNode record : document.path("records")) {
                text.append("\n")
                        .append(record.path("type").asText())
                        .append(" -> ")
                        .append(record.path("table").asText())
                        .append("\n");
                record.path("columns")
                        .properties()
                        .forEach(column -> text.append("  %-28s %s%n"
                                .formatted(column.getKey(), column.getValue().asText())));
            }
            return text.toString();
        }
    }
}
