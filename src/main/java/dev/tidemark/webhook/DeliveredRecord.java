package dev.tidemark.webhook;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.load.DeliveredLines;
import dev.tidemark.load.Unwritable;
import dev.tidemark.stream.ColumnDeclaration;
import dev.tidemark.stream.ColumnType;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.WebhookDeclaration;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A delivery's body as the lines that the stream's own query would have given: every value goes from where the webhook has
 * it to where the declared column looks for it. Nothing is rounded, and nothing is judged; that is for the decoder, which
 * is the same for both.
 */
final class DeliveredRecord {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
            .build();
    /** What a child's place in its list is called, where a column asks for it. */
    private static final String INDEX = "__index";

    private final Topics.About about;
    private final JsonNode body;
    private final Set<String> rootGiven = new HashSet<>();
    private final Set<String> childGiven = new HashSet<>();

    private DeliveredRecord(Topics.About about, JsonNode body) {
        this.about = about;
        this.body = body;
    }

    /** Reads a body. @throws Unwritable when it is no JSON object, or not to its end */
    static ObjectNode read(byte[] payload) {
        try {
            if (JSON.readTree(payload) instanceof ObjectNode document) {
                return document;
            }
        } catch (IOException e) {
            throw new Unwritable("malformed", "the body is no well-formed JSON document");
        }
        throw new Unwritable("malformed", "the body is no JSON object");
    }

    /** The lines of the record that a topic is about. @throws Unwritable when the body has none */
    static DeliveredLines lines(Topics.About about, byte[] payload) {
        JsonNode body = at(read(payload), about.webhook().record())
                .orElseThrow(() -> new Unwritable(
                        "missing_field",
                        "the body has no " + String.join(".", about.webhook().record())));
        return new DeliveredRecord(about, body).lines();
    }

    /** The number at the end of a path, be it written as a number or as text. @throws Unwritable when there is none */
    static long id(JsonNode body, List<String> path) {
        return at(body, path)
                .map(JsonNode::asText)
                .filter(text -> text.matches("\\d{1,18}"))
                .map(Long::parseLong)
                .orElseThrow(() -> new Unwritable("no_id", "the body has no " + String.join(".", path)));
    }

    private DeliveredLines lines() {
        List<byte[]> lines = new ArrayList<>();
        if (about.child()) {
            long parent = id(body, about.part().parent());
            lines.add(bytes(child(about.record(), about.part(), body, parent, childGiven)));
            return new DeliveredLines(lines, Set.of(), childGiven, false);
        }
        lines.add(bytes(line(about.record(), about.part(), body, rootGiven)));
        Optional<WebhookDeclaration.Part> children =
                about.webhook().child().filter(part -> !part.list().isEmpty());
        boolean told = children.map(part -> addChildren(part, lines)).orElse(false);
        return new DeliveredLines(
                lines,
                rootGiven,
                childGiven,
                told && children.map(WebhookDeclaration.Part::whole).orElse(false));
    }

    /** Adds a line for each child; false when the body has no list of them. */
    private boolean addChildren(WebhookDeclaration.Part part, List<byte[]> lines) {
        Optional<JsonNode> list = at(body, part.list()).filter(JsonNode::isArray);
        if (list.isEmpty()) {
            return false;
        }
        RecordDeclaration record = about.stream().child().orElseThrow();
        long parent =
                id(body, about.part().values().get(about.record().keyColumn()).path());
        long index = 0;
        for (JsonNode element : list.get()) {
            if (!(element instanceof ObjectNode child)) {
                throw new Unwritable("type", "an element of " + String.join(".", part.list()) + " is no object");
            }
            child.put(INDEX, index);
            Set<String> given = new HashSet<>();
            lines.add(bytes(child(record, part, child, parent, given)));
            if (index == 0) {
                childGiven.addAll(given);
            } else {
                childGiven.retainAll(given);
            }
            index++;
        }
        return true;
    }

    private static ObjectNode child(
            RecordDeclaration record, WebhookDeclaration.Part part, JsonNode source, long parent, Set<String> given) {
        ObjectNode line = line(record, part, source, given);
        line.put("__parentId", parent);
        return line;
    }

    private static ObjectNode line(
            RecordDeclaration record, WebhookDeclaration.Part part, JsonNode source, Set<String> given) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("__typename", record.type());
        for (ColumnDeclaration column : record.columns()) {
            WebhookDeclaration.Value way = part.values().get(column.name());
            Optional<JsonNode> value = way == null ? Optional.empty() : value(way, source);
            value.ifPresent(found -> {
                given.add(column.name());
                boolean isOwnKey = column.name().equals(record.keyColumn()) && !record.isKeyedWithinParent();
                put(line, column.paths().get(0), asDeclared(column, isOwnKey ? record.type() : "Node", found));
            });
        }
        return line;
    }

    /** A value where a webhook has it, in the form of the tables; empty when it is not there at all. */
    private static Optional<JsonNode> value(WebhookDeclaration.Value way, JsonNode source) {
        Optional<JsonNode> found = at(source, way.path());
        if (way.times().isEmpty() && way.less().isEmpty()) {
            return found.map(value -> inForm(way, value));
        }
        Optional<BigDecimal> times = way.times().isEmpty() ? Optional.of(BigDecimal.ONE) : decimal(source, way.times());
        Optional<BigDecimal> less = way.less().isEmpty() ? Optional.of(BigDecimal.ZERO) : decimal(source, way.less());
        // Where one of the amounts is missing, nothing is known of the result.
        return decimal(source, way.path())
                .flatMap(amount -> times.flatMap(factor -> less.map(part -> JsonNodeFactory.instance.textNode(
                        amount.multiply(factor).subtract(part).toPlainString()))));
    }

    private static Optional<BigDecimal> decimal(JsonNode source, List<String> path) {
        return at(source, path)
                .map(JsonNode::asText)
                .filter(text -> text.matches("-?\\d{1,20}(\\.\\d{1,12})?"))
                .map(BigDecimal::new);
    }

    private static JsonNode inForm(WebhookDeclaration.Value way, JsonNode value) {
        String name = value.isNull() ? "null" : value.asText();
        if (way.names().containsKey(name) && (value.isTextual() || value.isNull())) {
            return JsonNodeFactory.instance.textNode(way.names().get(name));
        }
        if (!value.isTextual()) {
            return value;
        }
        return switch (way.form()) {
            case SAME -> value;
            case UPPER -> JsonNodeFactory.instance.textNode(name.toUpperCase(Locale.ROOT));
            case LIST -> {
                ArrayNode list = JsonNodeFactory.instance.arrayNode();
                Stream.of(name.split(","))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .forEach(list::add);
                yield list;
            }
        };
    }

    /** Numbers become gids where the stream's query would give those. */
    private static JsonNode asDeclared(ColumnDeclaration column, String type, JsonNode value) {
        boolean number =
                value.isIntegralNumber() || value.isTextual() && value.asText().matches("\\d{1,18}");
        return column.type() == ColumnType.GID && number
                ? JsonNodeFactory.instance.textNode("gid://shopify/" + type + "/" + value.asText())
                : value;
    }

    /**
     * The value at the end of a path; empty when a key is missing. What lies below nothing is nothing: an order without a
     * customer has no customer's id.
     */
    private static Optional<JsonNode> at(JsonNode source, List<String> path) {
        JsonNode node = source;
        for (String key : path) {
            if (node.isNull()) {
                return Optional.of(node);
            }
            node = node.get(key);
            if (node == null) {
                return Optional.empty();
            }
        }
        return Optional.of(node);
    }

    private static void put(ObjectNode line, List<String> path, JsonNode value) {
        ObjectNode node = line;
        for (String key : path.subList(0, path.size() - 1)) {
            node = node.withObjectProperty(key);
        }
        node.set(path.get(path.size() - 1), value);
    }

    private static byte[] bytes(ObjectNode line) {
        try {
            return JSON.writeValueAsBytes(line);
        } catch (JsonProcessingException e) {
            throw new Unwritable("surrogate", "a text has half of a surrogate pair");
        }
    }
}
