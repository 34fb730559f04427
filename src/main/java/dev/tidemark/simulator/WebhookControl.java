package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.simulator.recharge.RechargeApp;
import dev.tidemark.simulator.webhook.Event;
import dev.tidemark.simulator.webhook.Source;
import dev.tidemark.simulator.webhook.Webhooks;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/** How tests steer the deliveries of webhooks: {@code /_control/webhooks} and what is below it. */
final class WebhookControl {
    static final String PREFIX = "/_control/webhooks";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Webhooks webhooks;
    private final WebhookBodies bodies;
    private final RechargeApp recharge;
    private final ShopChanges changes;
    private final ShopClock clock;

    WebhookControl(
            Webhooks webhooks, WebhookBodies bodies, RechargeApp recharge, ShopChanges changes, ShopClock clock) {
        this.webhooks = webhooks;
        this.bodies = bodies;
        this.recharge = recharge;
        this.changes = changes;
        this.clock = clock;
    }

    Reply answer(Request request) throws IOException {
        try {
            JsonNode body = request.method().equals("POST") ? body(request) : JsonNodeFactory.instance.objectNode();
            return switch (request.path().substring(PREFIX.length())) {
                case "" -> json(webhooks.settings(body));
                case "/subscriptions" -> webhooks.subscriptions(request);
                case "/send" -> send(body);
                case "/hold" -> {
                    webhooks.hold();
                    yield json(JsonNodeFactory.instance.objectNode().put("held", true));
                }
                case "/release" -> json(release(body));
                case "/burst" -> burst(body);
                default -> Reply.notFound();
            };
        } catch (IllegalArgumentException refused) {
            return Reply.json(
                    400,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("error", String.valueOf(refused.getMessage()))
                            .toString());
        }
    }

    /** Tells a topic of a record now, whether or not something happened to it. */
    private Reply send(JsonNode wanted) {
        String topic = wanted.path("topic").asText("");
        long id = wanted.path("id").asLong(0);
        boolean ofRecharge = wanted.path("source").asText("shopify").equals("recharge");
        Optional<ObjectNode> body = ofRecharge ? recharge.webhookBody(topic, id) : bodies.of(topic, id);
        if (body.isEmpty()) {
            throw new IllegalArgumentException("There is nothing to tell of " + topic + " " + id);
        }
        byte[] bytes = ShopEvents.bytes(body.get());
        webhooks.publish(new Event(
                ofRecharge ? Source.RECHARGE : Source.SHOPIFY,
                topic,
                topic.split("/")[0] + ":" + id,
                clock.millis(),
                () -> bytes));
        return json(body.get());
    }

    private ObjectNode release(JsonNode wanted) {
        return webhooks.release(
                wanted.path("duplicates").asDouble(0),
                wanted.path("shuffle").asBoolean(false),
                wanted.path("seed").asLong(1));
    }

    /** Makes many changes, spread over so much of the shop's time, and then tells of all of them at once. */
    private Reply burst(JsonNode wanted) throws IOException {
        String kind = wanted.path("kind").asText("orders");
        if (!changes.concern(kind)) {
            throw new IllegalArgumentException("There is nothing to change under " + kind);
        }
        long count = wanted.path("count").asLong(1_000);
        Duration step = Duration.ofMillis(wanted.path("over_ms").asLong(0)).dividedBy(Math.max(1, count));
        Dice dice = new Dice(wanted.path("seed").asLong(1));
        webhooks.hold();
        try (TruthJson unread = new TruthJson(OutputStream.nullOutputStream())) {
            for (long i = 0; i < count; i++) {
                clock.advance(step);
                long index = dice.belowLong(Integer.MAX_VALUE, i, 1);
                changes.apply(kind, JsonNodeFactory.instance.objectNode().put("index", index), unread);
            }
        }
        return json(release(wanted));
    }

    private static JsonNode body(Request request) {
        try {
            return JSON.readTree(request.body().length == 0 ? new byte[] {'{', '}'} : request.body());
        } catch (IOException notJson) {
            throw new IllegalArgumentException("The body is not JSON: " + notJson.getMessage());
        }
    }

    private static Reply json(ObjectNode body) {
        return Reply.json(200, body.toString());
    }
}
