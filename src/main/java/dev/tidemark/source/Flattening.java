package dev.tidemark.source;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.run.RunFailed;
import dev.tidemark.run.TransientFailure;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamDeclaration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes lines of a page's nested records: each record is a line, and its children follow with {@code __parentId}, as in a
 * bulk file. So an archive has one shape, whatever way its records came. Immutable.
 */
public final class Flattening {
    /** Numbers keep every digit they were written with. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
            .build();

    private static final String TYPE = "__typename";
    private static final String PARENT = "__parentId";
    private static final String INDEX = "__index";

    private final StreamDeclaration stream;
    private final StreamDeclaration.Pages pages;
    private final boolean indexed;

    public Flattening(StreamDeclaration stream) {
        this.stream = stream;
        this.pages = stream.pages().orElseThrow();
        this.indexed = stream.child().stream()
                .flatMap(child -> child.columns().stream())
                .anyMatch(column -> column.paths().contains(List.of(INDEX)));
    }

    /**
     * Reads an answer.
     *
     * @throws TransientFailure when it is no JSON object, such as an error page with status 200
     */
    public static JsonNode parse(String body) {
        try {
            JsonNode answer = JSON.readTree(body == null ? "" : body);
            if (answer.isObject()) {
                return answer;
            }
        } catch (JsonProcessingException e) {
            // Said below, without the text, which may be of people.
        }
        throw new TransientFailure("The source answered 200 with something that is no JSON object", Optional.empty());
    }

    /** Adds the records of an answer to a page, with the children that it shows. */
    public void addRecords(JsonNode data, Page page) {
        for (JsonNode record : at(data, pages.records())) {
            if (record instanceof ObjectNode object) {
                addRecord(object, page);
            } else {
                throw new RunFailed("page_shape", "A page of " + stream.name() + " has a record that is no object");
            }
        }
    }

    /** Adds no more of the records of an answer than their ids and versions, as a scan wants them. */
    public void addIds(JsonNode data, Page page) {
        List<String> version = stream.versionPath().orElseThrow();
        for (JsonNode record : at(data, pages.records())) {
            ObjectNode line = JSON.createObjectNode();
            line.set("id", record.path("id"));
            line.set(version.get(0), record.path(version.get(0)));
            page.add(bytes(line), true);
        }
    }

    /** Adds further children of a record, from the connection that holds them. */
    public void addChildren(JsonNode holder, String parentId, Page page) {
        JsonNode id = JsonNodeFactory.instance.textNode(parentId);
        addChildren(holder, id, 0, page);
        noteMissing(holder, parentId, page);
    }

    private void addRecord(ObjectNode record, Page page) {
        JsonNode id = record.path("id");
        RecordDeclaration root = stream.root();
        if (!record.has(TYPE)) {
            record.put(TYPE, root.type());
        }
        Optional<ObjectNode> children = Optional.empty();
        if (!pages.children().isEmpty()) {
            String first = pages.children().get(0);
            ObjectNode holder = JSON.createObjectNode();
            holder.set(first, record.path(first));
            record.remove(first);
            children = Optional.of(holder);
        }
        refuseCut(record, id.asText());
        page.add(bytes(record), true);
        children.ifPresent(holder -> {
            addChildren(holder, id, 0, page);
            noteMissing(holder, id.asText(), page);
        });
    }

    private void addChildren(JsonNode holder, JsonNode parentId, int from, Page page) {
        int index = from;
        for (JsonNode child : at(holder, pages.children())) {
            if (!(child instanceof ObjectNode object)) {
                throw new RunFailed("page_shape", "A page of " + stream.name() + " has a child that is no object");
            }
            if (!object.has(TYPE)) {
                object.put(TYPE, stream.child().orElseThrow().type());
            }
            refuseCut(object, parentId.asText());
            if (indexed) {
                object.put(INDEX, index++);
            }
            // Last, as the vendor's files have it.
            object.set(PARENT, parentId);
            page.add(bytes(object), false);
        }
    }

    /** Children that did not fit are asked for by the drain; without one their record would be cut. */
    private void noteMissing(JsonNode holder, String parentId, Page page) {
        JsonNode info = holder.path(pages.children().get(0)).path("pageInfo");
        if (!info.path("hasNextPage").asBoolean(false)) {
            return;
        }
        String cursor = info.path("endCursor").asText("");
        if (cursor.isEmpty()) {
            throw new RunFailed(
                    "page_without_cursor", "The source says that " + parentId + " has more children but not where");
        }
        if (pages.drain().isEmpty()) {
            throw new RunFailed(
                    "nested_page", parentId + " has more children than " + stream.name() + " asks for in one page");
        }
        page.addMissing(parentId, cursor);
    }

    private void refuseCut(JsonNode node, String of) {
        if (node.path("pageInfo").path("hasNextPage").asBoolean(false)) {
            throw new RunFailed(
                    "nested_page", of + " has more nested records than " + stream.name() + " asks for in one page");
        }
        node.forEach(each -> {
            if (each.isContainerNode()) {
                refuseCut(each, of);
            }
        });
    }

    /** What is at the end of the steps; every list on the way is gone through. */
    private static List<JsonNode> at(JsonNode node, List<String> steps) {
        List<JsonNode> found = List.of(node);
        for (String step : steps) {
            found = found.stream()
                    .map(each -> each.path(step))
                    .flatMap(Flattening::elements)
                    .toList();
        }
        return found;
    }

    private static Stream<JsonNode> elements(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return Stream.empty();
        }
        if (!node.isArray()) {
            return Stream.of(node);
        }
        List<JsonNode> elements = new ArrayList<>();
        node.forEach(elements::add);
        return elements.stream();
    }

    private static byte[] bytes(JsonNode record) {
        try {
            return JSON.writeValueAsBytes(record);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A record that was read as JSON cannot be written as JSON", e);
        }
    }
}
