package dev.tidemark.erasure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.stream.ColumnDeclaration;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamDeclaration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * What an erasure leaves of a line that concerns one of the persons: type, ids, and those declared values that are not
 * personal. Everything else goes, declared or not. Other lines stay byte for byte.
 */
final class LineRedaction {
    private static final List<String> KEPT = List.of("__typename", "id", "__parentId", "__index");
    /** Numbers keep every digit that they were written with. */
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
            .build();

    private final StreamDeclaration stream;
    private final Persons persons;

    LineRedaction(StreamDeclaration stream, Persons persons) {
        this.stream = stream;
        this.persons = persons;
    }

    /**
     * Looks at a line before anything is written.
     *
     * @param roots takes the id of a root that concerns one of the persons
     * @param found takes what else such a root tells of them: its order, its account, its address
     * @return whether the line concerns one of them
     */
    boolean look(byte[] line, Set<String> roots, Persons found) {
        Optional<JsonNode> json = parse(line);
        if (json.isEmpty()) {
            return persons.areIn(text(line));
        }
        JsonNode node = json.get();
        RecordDeclaration record = record(node);
        if (!concerns(node, record)) {
            return false;
        }
        if (record == stream.root()) {
            roots.add(value(node, column(record, record.keyColumn())));
            boolean isPerson = column(record, record.keyColumn())
                    .person()
                    .filter(kind -> !kind.equals(Persons.ORDER))
                    .isPresent();
            record.columns().forEach(column -> column.person().ifPresent(kind -> {
                String value = value(node, column);
                // Only a person's own record tells another address of it; an order's may be that of somebody else.
                if (!value.isEmpty() && (isPerson || kind.equals(Persons.ORDER))) {
                    found.add(kind, kind.equals(Persons.EMAIL) ? persons.fingerprint(value) : value);
                }
            }));
        }
        return true;
    }

    /**
     * The line as it may be kept.
     *
     * @param roots of the file that concern one of the persons; their children lose what is not declared, too
     * @return the same array when nothing is to be taken out
     */
    byte[] redact(byte[] line, Set<String> roots) {
        Optional<JsonNode> json = parse(line);
        if (json.isEmpty()) {
            return persons.areIn(text(line)) ? unreadable(line) : line;
        }
        JsonNode node = json.get();
        RecordDeclaration record = record(node);
        boolean ofRoot = node.has("__parentId") && roots.contains(id(node.path("__parentId")));
        if (!ofRoot && !concerns(node, record)) {
            return line;
        }
        try {
            return JSON.writeValueAsBytes(kept(node, record));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("What was read as JSON is JSON", e);
        }
    }

    private boolean concerns(JsonNode node, RecordDeclaration record) {
        return persons.everyone()
                || record.columns().stream().anyMatch(column -> column.person()
                        .filter(kind -> !kind.equals(Persons.EMAIL))
                        .filter(kind -> persons.names(kind, value(node, column)))
                        .isPresent())
                || isParentNamed(node)
                || holdsAddress(node);
    }

    /** An order's line stands for itself in a dead letter, where its order is not beside it. */
    private boolean isParentNamed(JsonNode node) {
        return node.has("__parentId")
                && column(stream.root(), stream.root().keyColumn())
                        .person()
                        .filter(kind -> persons.names(kind, id(node.path("__parentId"))))
                        .isPresent();
    }

    private boolean holdsAddress(JsonNode node) {
        if (node.isTextual()) {
            return persons.areIn(node.textValue());
        }
        return StreamSupport.stream(node.spliterator(), false).anyMatch(this::holdsAddress);
    }

    private ObjectNode kept(JsonNode node, RecordDeclaration record) {
        ObjectNode kept = JSON.createObjectNode();
        KEPT.stream().filter(node::has).forEach(name -> kept.set(name, node.get(name)));
        for (ColumnDeclaration column : record.columns()) {
            if (!column.personal()) {
                column.paths().forEach(path -> {
                    JsonNode value = at(node, path);
                    if (!value.isMissingNode() && (persons.everyone() || !holdsAddress(value))) {
                        put(kept, path, value);
                    }
                });
            }
        }
        return kept;
    }

    private static void put(ObjectNode target, List<String> path, JsonNode value) {
        ObjectNode place = target;
        for (String step : path.subList(0, path.size() - 1)) {
            JsonNode next = place.get(step);
            place = next instanceof ObjectNode object ? object : place.putObject(step);
        }
        place.set(path.get(path.size() - 1), value);
    }

    /** A list of one object counts as that object, as the loader reads it. */
    private static JsonNode at(JsonNode node, List<String> path) {
        JsonNode place = node;
        for (String step : path) {
            JsonNode holder = place.isArray() && place.size() == 1 ? place.get(0) : place;
            if (!holder.isObject() || !holder.has(step)) {
                return MissingNode.getInstance();
            }
            place = holder.get(step);
        }
        return place;
    }

    private RecordDeclaration record(JsonNode node) {
        return node.has("__parentId") ? stream.child().orElse(stream.root()) : stream.root();
    }

    private static ColumnDeclaration column(RecordDeclaration record, String name) {
        return record.columns().get(record.indexOf(name));
    }

    private static String value(JsonNode node, ColumnDeclaration column) {
        return column.paths().stream()
                .map(path -> at(node, path))
                .filter(value -> value.isTextual() || value.isNumber())
                .map(value -> column.person().filter(Persons.EMAIL::equals).isPresent() ? value.asText() : id(value))
                .findFirst()
                .orElse("");
    }

    /** The number at the end of a global id, or the id itself. */
    private static String id(JsonNode value) {
        String text = value.asText();
        return text.substring(text.lastIndexOf('/') + 1);
    }

    private static Optional<JsonNode> parse(byte[] line) {
        try {
            JsonNode node = JSON.readTree(line);
            return node.isObject() ? Optional.of(node) : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of a line that is no JSON only this is kept, whether it counts as a root. */
    private static byte[] unreadable(byte[] line) {
        String kept = text(line).contains("\"__parentId\"") ? "{\"__parentId\":null}" : "{}";
        return kept.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] line) {
        return new String(line, StandardCharsets.UTF_8);
    }
}
