package dev.tidemark.simulator.recharge;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** The bodies of the app's webhooks: a record as version 2021-11 answers it, under its singular. */
final class WebhookJson {
    private WebhookJson() {}

    /** @param record empty when it is gone: then nothing but its id is told */
    static ObjectNode of(Kind kind, long id, Optional<Entry> record) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set(kind.singular(), record.map(NestedJson::of).orElseGet(() -> JsonNodeFactory.instance
                .objectNode()
                .put("id", id)));
        return body;
    }
}
