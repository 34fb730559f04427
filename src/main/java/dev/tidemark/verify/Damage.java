package dev.tidemark.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * One thing that is not as the ledger or the archive proves it should be.
 *
 * @param kind a word for machines, such as {@code missing}
 * @param table the table concerned; empty where it is about the ledger or an archive
 * @param subject the record's id, the run's id or the object's key
 * @param day the UTC day it belongs to; empty when it belongs to none
 * @param message what was found, in a sentence
 * @param columns for records that differ: column, archived and stored value
 * @param repair the command that mends it, or what to do where none does
 */
public record Damage(
        String kind,
        String store,
        String stream,
        Optional<String> table,
        String subject,
        Optional<String> day,
        String message,
        List<JsonNode> columns,
        String repair) {

    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("kind", kind);
        json.put("store", store);
        json.put("stream", stream);
        json.put("table", table.orElse(null));
        json.put("subject", subject);
        json.put("day", day.orElse(null));
        json.put("message", message);
        if (!columns.isEmpty()) {
            json.putArray("columns").addAll(columns);
        }
        json.put("repair", repair);
        return json;
    }

    public String toText() {
        String differences = columns.stream()
                .map(column -> column.path("column").asText() + " is " + column.path("stored") + ", archived "
                        + column.path("archived"))
                .collect(Collectors.joining("; "));
        return kind + "  " + table.map(name -> name + " ").orElse("") + subject
                + day.map(value -> " (" + value + ")").orElse("") + ": " + message
                + (differences.isEmpty() ? "" : ": " + differences);
    }

    static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }
}
