package dev.tidemark.erasure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamDeclaration;
import dev.tidemark.stream.WebhookDeclaration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What an erasure leaves of a delivery that concerns one of the persons: ids, times and money, by which it can still be
 * processed and counted. Deliveries come in the vendors' own shape, so what is kept is named here and everything else goes.
 */
final class PayloadRedaction {
    private static final ObjectMapper JSON = LineRedaction.JSON;
    private static final List<String> KEPT = List.of(
            "id",
            "admin_graphql_api_id",
            "order_id",
            "created_at",
            "updated_at",
            "processed_at",
            "cancelled_at",
            "closed_at",
            "test",
            "currency",
            "presentment_currency",
            "financial_status",
            "fulfillment_status",
            "status",
            "shop_id",
            "shop_domain",
            "line_items",
            "subtotal_price",
            "total_price",
            "total_tax",
            "total_discounts");

    private final Persons persons;
    private final Optional<WebhookDeclaration> webhook;
    private final Optional<StreamDeclaration> stream;

    /** @param stream that the delivery is about; empty where it is about none that is declared */
    PayloadRedaction(Persons persons, Optional<StreamDeclaration> stream) {
        this.persons = persons;
        this.stream = stream;
        this.webhook = stream.flatMap(StreamDeclaration::webhook);
    }

    /** The same array when the delivery concerns none of the persons. */
    byte[] redact(byte[] payload) {
        try {
            JsonNode node = JSON.readTree(payload);
            if (!concerns(node)) {
                return payload;
            }
            return JSON.writeValueAsBytes(webhook.isPresent() ? declared(node) : kept(node));
        } catch (IOException e) {
            return persons.areIn(new String(payload, StandardCharsets.UTF_8))
                    ? "{}".getBytes(StandardCharsets.UTF_8)
                    : payload;
        }
    }

    private boolean concerns(JsonNode node) {
        return persons.everyone() || holdsAddress(node) || named(node);
    }

    /** By the ids that both vendors' deliveries carry, on top or below the one member that wraps a record. */
    private boolean named(JsonNode node) {
        boolean declared = webhook.isPresent() && isDeclaredFor(node);
        boolean here = declared
                || persons.names(Persons.CUSTOMER, id(node.path("customer").path("id")))
                || persons.names(Persons.ORDER, id(node.path("order_id")))
                || persons.names(Persons.ACCOUNT, id(node.path("customer_id")))
                || persons.names(Persons.ACCOUNT, id(node.path("customer").path("id")))
                || (node.has("email") || node.has("phone")) && isKnown(id(node.path("id")));
        return here
                || node.isObject()
                        && node.size() == 1
                        && node.elements().next().isObject()
                        && named(node.elements().next());
    }

    /** By the columns that name a person, where the stream's deliveries have them. */
    private boolean isDeclaredFor(JsonNode node) {
        JsonNode body = at(node, webhook.orElseThrow().record());
        RecordDeclaration root = stream.orElseThrow().root();
        return root.columns().stream().anyMatch(column -> column.person()
                .filter(kind -> webhook.get().root().values().containsKey(column.name()))
                .filter(kind -> persons.names(
                        kind,
                        id(at(
                                body,
                                webhook.get().root().values().get(column.name()).path()))))
                .isPresent());
    }

    private boolean isKnown(String id) {
        return persons.names(Persons.CUSTOMER, id)
                || persons.names(Persons.ACCOUNT, id)
                || persons.names(Persons.ORDER, id);
    }

    private static String id(JsonNode value) {
        return value.isValueNode() ? value.asText() : "";
    }

    private boolean holdsAddress(JsonNode node) {
        if (node.isTextual()) {
            return persons.areIn(node.textValue());
        }
        return StreamSupport.stream(node.spliterator(), false).anyMatch(this::holdsAddress);
    }

    /** The values that the stream's declaration knows and does not call personal, at their places. */
    private JsonNode declared(JsonNode node) {
        ObjectNode left = JSON.createObjectNode();
        JsonNode body = at(node, webhook.orElseThrow().record());
        ObjectNode record = left;
        for (String step : webhook.orElseThrow().record()) {
            record = record.putObject(step);
        }
        copy(body, record, webhook.get().root(), stream.orElseThrow().root());
        if (webhook.get().child().isPresent()) {
            WebhookDeclaration.Part part = webhook.get().child().get();
            RecordDeclaration child = stream.get().child().orElseThrow();
            if (part.list().isEmpty() || !at(body, part.list()).isArray()) {
                copy(body, record, part, child);
            } else {
                ArrayNode list = JSON.createArrayNode();
                at(body, part.list()).forEach(each -> {
                    ObjectNode item = list.addObject();
                    copy(each, item, part, child);
                });
                put(record, part.list(), list);
            }
        }
        return left;
    }

    private void copy(JsonNode from, ObjectNode to, WebhookDeclaration.Part part, RecordDeclaration record) {
        part.values().forEach((name, value) -> {
            if (!record.columns().get(record.indexOf(name)).personal()) {
                Stream.of(value.path(), value.times(), value.less())
                        .filter(path -> !path.isEmpty())
                        .forEach(path -> {
                            JsonNode found = at(from, path);
                            if (!found.isMissingNode() && (persons.everyone() || !holdsAddress(found))) {
                                put(to, path, found);
                            }
                        });
            }
        });
        if (!part.parent().isEmpty() && !at(from, part.parent()).isMissingNode()) {
            put(to, part.parent(), at(from, part.parent()));
        }
    }

    private static JsonNode at(JsonNode node, List<String> path) {
        JsonNode place = node;
        for (String step : path) {
            place = place.path(step);
        }
        return place;
    }

    private static void put(ObjectNode target, List<String> path, JsonNode value) {
        ObjectNode place = target;
        for (String step : path.subList(0, path.size() - 1)) {
            place = place.get(step) instanceof ObjectNode object ? object : place.putObject(step);
        }
        place.set(path.get(path.size() - 1), value);
    }

    private JsonNode kept(JsonNode node) {
        ObjectNode kept = JSON.createObjectNode();
        if (!node.isObject()) {
            return kept;
        }
        if (node.size() == 1 && node.elements().next().isObject()) {
            Map.Entry<String, JsonNode> wrapped = node.fields().next();
            kept.set(wrapped.getKey(), kept(wrapped.getValue()));
            return kept;
        }
        KEPT.stream()
                .filter(node::has)
                .filter(name -> !holdsAddress(node.get(name)))
                .forEach(name -> kept.set(name, node.get(name)));
        return kept;
    }
}
