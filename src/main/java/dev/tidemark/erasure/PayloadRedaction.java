package dev.tidemark.erasure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * What an erasure leaves of a delivery that concerns one of the persons: ids, times and money, by which it can still be
 * processed and counted. Deliveries come in the vendors' own shape, so what is kept is named here and everything else goes.
 */
final class PayloadRedaction {
    private static final ObjectMapper JSON = new ObjectMapper();
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

    PayloadRedaction(Persons persons) {
        this.persons = persons;
    }

    /** The same array when the delivery concerns none of the persons. */
    byte[] redact(byte[] payload) {
        try {
            JsonNode node = JSON.readTree(payload);
            if (!concerns(node)) {
                return payload;
            }
            return JSON.writeValueAsBytes(kept(node));
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
        boolean here = persons.names(Persons.CUSTOMER, id(node.path("customer").path("id")))
                || persons.names(Persons.ORDER, id(node.path("order_id")))
                || persons.names(Persons.ACCOUNT, id(node.path("customer_id")))
                || persons.names(Persons.ACCOUNT, id(node.path("customer").path("id")))
                || (node.has("email") || node.has("phone")) && isKnown(id(node.path("id")));
        return here || node.isObject() && node.size() == 1 && node.elements().next().isObject()
                && named(node.elements().next());
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
