package dev.tidemark.simulator.recharge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Records as version 2021-01 writes them: US Eastern times without an offset, money as numbers, foreign ids as numbers of
 * their own, states in capitals, and no objects for what a record belongs to.
 */
final class FlatJson {
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("external_customer_id", "shopify_customer_id"),
            Map.entry("external_order_id", "shopify_order_id"),
            Map.entry("external_order_name", "shopify_order_name"),
            Map.entry("external_order_number", "shopify_order_number"),
            Map.entry("external_product_id", "shopify_product_id"),
            Map.entry("external_variant_id", "shopify_variant_id"),
            Map.entry("purchase_item_id", "subscription_id"),
            Map.entry("unit_price", "price"),
            Map.entry("country_code", "country"),
            Map.entry("has_payment_method_in_dunning", "has_card_error_in_dunning"),
            Map.entry("subscriptions_active_count", "number_active_subscriptions"),
            Map.entry("subscriptions_total_count", "number_subscriptions"));

    private FlatJson() {}

    static ObjectNode of(Entry entry) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", entry.id());
        put(node, "created_at", new Value.Time(entry.createdAt()));
        put(node, "updated_at", new Value.Time(entry.updatedAt()));
        entry.values().forEach((name, value) -> put(node, name, value));
        return node;
    }

    private static void put(ObjectNode node, String modernName, Object value) {
        String name = NAMES.getOrDefault(modernName, modernName);
        if (value instanceof Value.Money money) {
            node.set(name, DecimalNode.valueOf(shortest(money.cents())));
        } else if (value instanceof Value.Time time) {
            String local = Instant.ofEpochSecond(time.seconds())
                    .atZone(ClockChanges.EASTERN)
                    .toLocalDateTime()
                    .toString();
            // LocalDateTime leaves out seconds that are zero.
            node.put(name, local.length() == "2026-01-01T00:00".length() ? local + ":00" : local);
        } else if (value instanceof Value.Day day) {
            node.put(name, LocalDate.ofEpochDay(day.number()).toString());
        } else if (value instanceof Value.External external) {
            external(node, name, external.text());
        } else if (value instanceof Map<?, ?> map && (name.equals("customer") || name.equals("charge"))) {
            flatten(node, name, map);
        } else if (value instanceof Map<?, ?> map) {
            putAll(node.putObject(name), map);
        } else if (value instanceof List<?> list) {
            ArrayNode items = node.putArray(name);
            list.forEach(item -> putAll(items.addObject(), (Map<?, ?>) item));
        } else if (value instanceof String text && (name.equals("status") || name.equals("type"))) {
            node.put(name, text.toUpperCase(Locale.ROOT));
        } else {
            node.putPOJO(name, value);
        }
    }

    private static void putAll(ObjectNode node, Map<?, ?> values) {
        values.forEach((name, value) -> put(node, (String) name, value));
    }

    private static void flatten(ObjectNode node, String owner, Map<?, ?> values) {
        values.forEach((name, value) -> put(node, name.equals("id") ? owner + "_id" : (String) name, value));
    }

    private static void external(ObjectNode node, String name, String text) {
        if (text.matches("\\d{1,18}")) {
            node.put(name, Long.parseLong(text));
        } else {
            node.put(name, text.isEmpty() ? null : text);
        }
    }

    /** As a float is printed: 40.0, 40.5, 40.25. */
    private static BigDecimal shortest(long cents) {
        return BigDecimal.valueOf(cents, 2).setScale(cents % 10 == 0 ? 1 : 2, RoundingMode.UNNECESSARY);
    }
}
