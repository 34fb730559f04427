package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The option {@code -o} and what it decides: how data is written to stdout. */
final class Output {
    enum Format {
        TEXT,
        JSON,
        NDJSON
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text, json or ndjson; text on a terminal, json when piped.")
    private Format format;

    private Format formatFor(Terminal terminal) {
        if (format != null) {
            return format;
        }
        return terminal.outIsTerminal() ? Format.TEXT : Format.JSON;
    }

    /** Whether the data is sentences, so that nothing needs to be said beside it. */
    boolean isText(Terminal terminal) {
        return formatFor(terminal) == Format.TEXT;
    }

    /** Whether each item is wanted as a line of its own, as soon as it is known. */
    boolean isLines() {
        return format == Format.NDJSON;
    }

    /** Writes one document: a line of JSON, or the text. */
    void document(Terminal terminal, JsonNode document, Supplier<String> text) {
        terminal.out().println(formatFor(terminal) == Format.TEXT ? text.get() : document.toString());
    }

    /** Writes a list: a table, one JSON document, or a line of JSON for each item. */
    void list(Terminal terminal, JsonNode document, List<Table.Column> columns) {
        switch (formatFor(terminal)) {
            case TEXT -> terminal.out().print(Table.of(document.path("items"), columns));
            case JSON -> terminal.out().println(document);
            case NDJSON -> document.path("items").forEach(item -> terminal.out().println(item));
        }
    }
}
