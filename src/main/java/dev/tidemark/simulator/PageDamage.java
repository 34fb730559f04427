package dev.tidemark.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Damages the first record of a page in the way that record faults damage the lines of bulk files. */
final class PageDamage {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Faults faults;

    PageDamage(Faults faults) {
        this.faults = faults;
    }

    /** The data of an answer; only lists that are walked, those asked for their {@code pageInfo}, are damaged. */
    Object applyTo(Object data) {
        if (faults.inForce(Fault.PAGE_DAMAGE).isEmpty()) {
            return data;
        }
        JsonNode tree = JSON.valueToTree(data);
        for (JsonNode list : tree) {
            if (!list.has("pageInfo")) {
                continue;
            }
            if (list.at("/edges/0/node/id").isTextual()) {
                strike().ifPresent(fault -> damageFirst((ArrayNode) list.path("edges"), fault));
            } else {
                nested(list.path("edges"))
                        .ifPresent(records -> strike().ifPresent(fault -> damageFirstOf(records, fault)));
            }
        }
        return tree;
    }

    private Optional<Fault> strike() {
        return faults.strike(Fault.PAGE_DAMAGE)
                .flatMap(active -> Fault.named(active.argumentOr(Fault.BAD_MONEY.label())))
                .filter(fault -> fault.form() == Fault.Form.COUNT);
    }

    /** The first plain list of records in a page whose own records are not asked for their ids, such as refunds by orders. */
    private static Optional<ArrayNode> nested(JsonNode edges) {
        for (JsonNode edge : edges) {
            for (JsonNode member : edge.path("node")) {
                if (member instanceof ArrayNode records && records.at("/0/id").isTextual()) {
                    return Optional.of(records);
                }
            }
        }
        return Optional.empty();
    }

    private static void damageFirstOf(ArrayNode records, Fault fault) {
        List<byte[]> damaged = damaged(records.get(0), fault);
        records.remove(0);
        for (int place = 0; place < damaged.size(); place++) {
            records.insertRawValue(place, raw(damaged.get(place)));
        }
    }

    private static void damageFirst(ArrayNode edges, Fault fault) {
        ObjectNode first = (ObjectNode) edges.get(0);
        List<byte[]> records = damaged(first.path("node"), fault);
        edges.remove(0);
        for (int place = 0; place < records.size(); place++) {
            ObjectNode edge = edges.insertObject(place);
            if (first.has("cursor")) {
                edge.set("cursor", first.get("cursor"));
            }
            edge.putRawValue("node", raw(records.get(place)));
        }
    }

    private static List<byte[]> damaged(JsonNode record, Fault fault) {
        try {
            return RecordFaults.damaged(
                    fault, bytes(record), field -> record.has(field) ? Optional.of(field) : Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException("Damaging a page by " + fault.label() + " failed", e);
        }
    }

    private static RawValue raw(byte[] json) {
        return new RawValue(new String(json, StandardCharsets.UTF_8));
    }

    private static byte[] bytes(JsonNode node) throws JsonProcessingException {
        return JSON.writeValueAsBytes(node);
    }
}
