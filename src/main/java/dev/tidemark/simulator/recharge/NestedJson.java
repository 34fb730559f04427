package dev.tidemark.simulator.recharge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;

/** Records as version 2021-11 writes them: times with {@code +00:00}, money as text, foreign ids in objects. */
final class NestedJson {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'+00:00'");
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private NestedJson() {}

    static ObjectNode of(Entry entry) {
        ObjectNode node = NODES.objectNode();
        node.put("id", entry.id());
        entry.values().forEach((name, value) -> put(node, name, value));
        put(node, "created_at", new Value.Time(entry.createdAt()));
        put(node, "updated_at", new Value.Time(entry.updatedAt()));
        return node;
    }

    private static ObjectNode object(Map<?, ?> values) {
        ObjectNode node = NODES.objectNode();
        values.forEach((name, value) -> put(node, (String) name, value));
        return node;
    }

    private static void put(ObjectNode node, String name, Object value) {
        if (value instanceof Value.Money money) {
            node.put(name, BigDecimal.valueOf(money.cents(), 2).toPlainString());
        } else if (value instanceof Value.Time time) {
            node.put(name, TIME.format(Instant.ofEpochSecond(time.seconds()).atOffset(ZoneOffset.UTC)));
        } else if (value instanceof Value.Day day) {
            node.put(name, LocalDate.ofEpochDay(day.number()).toString());
        } else if (value instanceof Value.External external) {
            node.putObject(name).put("ecommerce", external.text().isEmpty() ? null : external.text());
        } else if (value instanceof Map<?, ?> map) {
            node.set(name, object(map));
        } else if (value instanceof List<?> list) {
            ArrayNode items = node.putArray(name);
            list.forEach(item -> items.add(object((Map<?, ?>) item)));
        } else {
            node.putPOJO(name, value);
        }
    }
}
