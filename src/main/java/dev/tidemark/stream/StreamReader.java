package dev.tidemark.stream;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Turns the YAML of one declaration into a {@link StreamDeclaration}. What is missing, unknown or of the wrong kind is
 * noted as an error and reading goes on, so that one look shows everything.
 */
final class StreamReader {
    private static final Set<String> STREAM_KEYS = Set.of(
            "name",
            "source",
            "fetch",
            "group-objects",
            "required-scopes",
            "window-field",
            "window-by-days",
            "search",
            "daily-snapshot",
            "tells-deletions",
            "query",
            "scan",
            "pages",
            "root",
            "child");
    private static final Set<String> PAGES_KEYS = Set.of("size", "records", "children", "drain", "path");
    private static final Set<String> RECORD_KEYS = Set.of(
            "name",
            "type",
            "table",
            "key",
            "version",
            "parent",
            "parent-version",
            "key-within-parent",
            "day",
            "columns");
    private static final Set<String> COLUMN_KEYS = Set.of("type", "path");

    private final String file;
    private final List<String> errors;

    /**
     * @param file the file's name, for messages
     * @param errors takes what is found wrong
     */
    StreamReader(String file, List<String> errors) {
        this.file = file;
        this.errors = errors;
    }

    StreamDeclaration read(JsonNode stream) {
        refuseUnknown("the stream", stream, STREAM_KEYS);
        return new StreamDeclaration(
                text(stream, "name"),
                text(stream, "source"),
                text(stream, "fetch"),
                stream.path("group-objects").asBoolean(false),
                texts(stream.path("required-scopes")),
                Optional.ofNullable(stream.path("window-field").textValue()),
                stream.path("window-by-days").asBoolean(false),
                Optional.ofNullable(stream.path("search").textValue()),
                stream.path("daily-snapshot").asBoolean(false),
                stream.path("tells-deletions").asBoolean(false),
                stream.path("query").asText(""),
                Optional.ofNullable(stream.path("scan").textValue()),
                stream.has("pages") ? Optional.of(pages(stream.path("pages"))) : Optional.empty(),
                record(stream.path("root"), "root"),
                stream.has("child") ? Optional.of(record(stream.path("child"), "child")) : Optional.empty());
    }

    private StreamDeclaration.Pages pages(JsonNode pages) {
        refuseUnknown("pages", pages, PAGES_KEYS);
        return new StreamDeclaration.Pages(
                pages.path("size").asInt(0),
                steps(text(pages, "records")),
                pages.has("children") ? steps(text(pages, "children")) : List.of(),
                Optional.ofNullable(pages.path("drain").textValue()),
                Optional.ofNullable(pages.path("path").textValue()));
    }

    private static List<String> steps(String path) {
        return List.of(path.split("\\.", -1));
    }

    private RecordDeclaration record(JsonNode record, String place) {
        refuseUnknown(place, record, RECORD_KEYS);
        List<ColumnDeclaration> columns = new ArrayList<>();
        for (Iterator<Map.Entry<String, JsonNode>> each = record.path("columns").fields(); each.hasNext(); ) {
            Map.Entry<String, JsonNode> column = each.next();
            columns.add(column(place + " column " + column.getKey(), column.getKey(), column.getValue()));
        }
        return new RecordDeclaration(
                text(record, "name"),
                text(record, "type"),
                text(record, "table"),
                text(record, "key"),
                Optional.ofNullable(record.path("version").textValue()),
                place.equals("child")
                        ? Optional.of(new RecordDeclaration.Parent(
                                text(record, "parent"),
                                text(record, "parent-version"),
                                record.path("key-within-parent").asBoolean(false)))
                        : Optional.empty(),
                texts(record.path("day")),
                columns);
    }

    private ColumnDeclaration column(String place, String name, JsonNode column) {
        refuseUnknown(place, column, COLUMN_KEYS);
        String word = text(column, "type");
        Optional<ColumnType> type = ColumnType.byWord(word);
        if (type.isEmpty()) {
            errors.add(file + ": " + place + " has the type '" + word + "', which is none of "
                    + Arrays.stream(ColumnType.values()).map(ColumnType::word).toList());
        }
        JsonNode path = column.path("path");
        List<String> paths = path.isTextual() ? List.of(path.textValue()) : texts(path);
        return new ColumnDeclaration(
                name,
                type.orElse(ColumnType.TEXT),
                paths.stream().map(StreamReader::steps).toList());
    }

    private void refuseUnknown(String place, JsonNode node, Set<String> known) {
        if (!node.isObject()) {
            errors.add(file + ": " + place + " is missing or is no mapping");
            return;
        }
        Set<String> unknown = new TreeSet<>();
        node.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(known);
        unknown.forEach(key -> errors.add(file + ": " + place + " has an unknown key '" + key + "'"));
    }

    private String text(JsonNode node, String key) {
        String text = node.path(key).textValue();
        if (text == null) {
            errors.add(file + ": '" + key + "' is missing or is no text");
            return "";
        }
        return text;
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(item.asText()));
        return texts;
    }
}
