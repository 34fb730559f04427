package dev.tidemark.simulator.recharge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.simulator.Reply;
import dev.tidemark.simulator.Request;
import dev.tidemark.simulator.webhook.Source;
import dev.tidemark.simulator.webhook.Subscription;
import dev.tidemark.simulator.webhook.Subscriptions;
import java.io.IOException;
import java.util.Optional;

/** The app's webhook subscriptions: {@code /webhooks} and {@code /webhooks/<id>}, one topic each. */
final class WebhookList {
    static final String PATH = "/recharge/webhooks(/\\d{1,18})?";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LIST = "/recharge/webhooks";

    private final Subscriptions subscriptions;

    WebhookList(Subscriptions subscriptions) {
        this.subscriptions = subscriptions;
    }

    Reply answer(Request request, String version) {
        if (request.path().equals(LIST)) {
            return switch (request.method()) {
                case "GET" -> all(version);
                case "POST" -> create(request, version);
                default -> error(405, "The method is not allowed for the requested URL.");
            };
        }
        long id = Long.parseLong(request.path().substring(LIST.length() + 1));
        Optional<Subscription> found = subscriptions.find(Source.RECHARGE, id);
        if (found.isEmpty()) {
            return error(404, "Not Found");
        }
        return switch (request.method()) {
            case "GET" -> one(200, found.get(), version);
            case "PUT" -> move(found.get(), request, version);
            case "DELETE" -> {
                subscriptions.delete(Source.RECHARGE, id);
                yield Reply.json(200, "{}");
            }
            default -> error(405, "The method is not allowed for the requested URL.");
        };
    }

    private Reply all(String version) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (isNested(version)) {
            body.putNull("next_cursor").putNull("previous_cursor");
        }
        ArrayNode list = body.putArray("webhooks");
        subscriptions.all(Source.RECHARGE).forEach(subscription -> list.add(show(subscription, version)));
        return Reply.json(200, body.toString());
    }

    private Reply create(Request request, String version) {
        JsonNode wanted = body(request);
        String topic = topic(wanted);
        if (Kind.ofTopic(topic).isEmpty()) {
            return refused(isNested(version) ? "topics" : "topic", topic + " is not a valid topic.");
        }
        String address = wanted.path("address").asText("");
        if (!address.matches("https?://.+")) {
            return refused("address", "Not a valid URL.");
        }
        return subscriptions
                .create(Source.RECHARGE, topic, address)
                .map(created -> one(201, created, version))
                .orElseGet(() -> refused("address", "Address for this topic has already been taken."));
    }

    private Reply move(Subscription before, Request request, String version) {
        return subscriptions
                .move(before, body(request).path("address").asText(before.address()))
                .map(after -> one(200, after, version))
                .orElseGet(() -> refused("address", "Address for this topic has already been taken."));
    }

    private static String topic(JsonNode wanted) {
        return wanted.path("topics").isArray()
                ? wanted.path("topics").path(0).asText("")
                : wanted.path("topic").asText("");
    }

    private static Reply one(int status, Subscription subscription, String version) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("webhook", show(subscription, version));
        return Reply.json(status, body.toString());
    }

    private static ObjectNode show(Subscription subscription, String version) {
        ObjectNode shown = JsonNodeFactory.instance
                .objectNode()
                .put("id", subscription.id())
                .put("address", subscription.address());
        if (isNested(version)) {
            shown.putArray("topics").add(subscription.topic());
            shown.putArray("included_objects");
            return shown.put("version", version);
        }
        return shown.put("topic", subscription.topic());
    }

    private static boolean isNested(String version) {
        return version.equals("2021-11");
    }

    private static JsonNode body(Request request) {
        try {
            return JSON.readTree(request.body());
        } catch (IOException notJson) {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    private static Reply refused(String parameter, String message) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("errors").putArray(parameter).add(message);
        return Reply.json(422, body.toString());
    }

    private static Reply error(int status, String message) {
        return Reply.json(
                status,
                JsonNodeFactory.instance.objectNode().put("error", message).toString());
    }
}
