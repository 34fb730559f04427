package dev.tidemark.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.stream.ColumnDeclaration;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamDeclaration;
import java.time.Instant;
import java.util.List;

/** Lines of any stream, made from its declaration: every column has a value of its type where its path leads. */
final class SampleRecords {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final StreamDeclaration stream;

    SampleRecords(StreamDeclaration stream) {
        this.stream = stream;
    }

    /** @param content changes every value that is neither key nor time */
    ObjectNode root(long id, Instant version, int content) {
        RecordDeclaration record = stream.root();
        return record(record, record.versionColumn().orElseThrow(), id, version, content);
    }

    ObjectNode child(long id, long parent, Instant version, int content) {
        RecordDeclaration record = stream.child().orElseThrow();
        ObjectNode line = record(record, record.versionColumn().orElse(""), id, version, content);
        line.set("__parentId", key(stream.root(), parent));
        return line;
    }

    private ObjectNode record(RecordDeclaration record, String version, long id, Instant time, int content) {
        ObjectNode line = JSON.createObjectNode().put("__typename", record.type());
        for (ColumnDeclaration column : record.columns()) {
            JsonNode value;
            if (column.name().equals(record.keyColumn())) {
                value = key(record, id);
            } else if (column.name().equals(version)) {
                value = NODES.textNode(time.toString());
            } else {
                value = value(column, content);
            }
            column.paths().forEach(path -> put(line, path, value));
        }
        return line;
    }

    private static JsonNode key(RecordDeclaration record, long id) {
        return switch (record.columns().get(0).type()) {
            case GID -> NODES.textNode("gid://shopify/" + record.type() + "/" + id);
            default -> NODES.numberNode(id);
        };
    }

    private static JsonNode value(ColumnDeclaration column, int content) {
        return switch (column.type()) {
            case GID -> NODES.textNode("gid://shopify/Thing/" + (7 + content));
            case ID -> NODES.numberNode(70L + content);
            case TEXT -> NODES.textNode("é \"" + column.name() + "\" " + content);
            case INSTANT -> NODES.textNode("2026-01-02T03:04:05+01:00");
            case DATE -> NODES.textNode("2026-02-0" + (1 + content));
            case MONEY -> NODES.textNode((19 + content) + ".90");
            case CURRENCY -> NODES.textNode("EUR");
            case INTEGER -> NODES.numberNode(3 + content);
            case BOOLEAN -> NODES.booleanNode(content % 2 == 0);
            case JSON -> JSON.createArrayNode().add("a").add(content);
        };
    }

    static void put(ObjectNode line, List<String> path, JsonNode value) {
        ObjectNode node = line;
        for (String step : path.subList(0, path.size() - 1)) {
            node = node.get(step) instanceof ObjectNode there ? there : node.putObject(step);
        }
        node.set(path.get(path.size() - 1), value);
    }
}
