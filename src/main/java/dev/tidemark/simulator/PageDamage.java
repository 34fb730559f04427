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
            if (list.has("pageInfo") && list.at("/edges/0/node/id").isTextual()) {
                faults.strike(Fault.PAGE_DAMAGE)
                        .flatMap(active -> Fault.named(active.argumentOr(Fault.BAD_MONEY.label())))
                        .filter(fault -> fault.form() == Fault.Form.COUNT)
                        .ifPresent(fault -> damageFirst((ArrayNode) list.path("edges"), fault));
            }
        }
        return tree;
    }

    private static void damageFirst(ArrayNode edges, Fault fault) {
        ObjectNode first = (ObjectNode) edges.get(0);
        JsonNode node = first.path("node");
        List<byte[]> records;
        try {
            records = RecordFaults.damaged(
                    fault, bytes(node), field -> node.has(field) ? Optional.of(field) : Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException("Damaging a page by " + fault.label() + " failed", e);
        }
        edges.remove(0);
        for (int place = 0; place < records.size(); place++) {
            ObjectNode edge = edges.insertObject(place);
            if (first.has("cursor")) {
                edge.set("cursor", first.get("cursor"));
            }
            edge.putRawValue("node", new RawValue(new String(records.get(place), StandardCharsets.UTF_8)));
        }
    }

    private static byte[] bytes(JsonNode node) throws JsonProcessingException {
        return JSON.writeValueAsBytes(node);
    }
}
