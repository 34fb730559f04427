package dev.tidemark.source.recharge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.run.RunFailed;
import dev.tidemark.settings.Settings;
import dev.tidemark.source.Flattening;
import dev.tidemark.source.SubscriptionList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Webhook subscriptions of Recharge, one topic each: the requests and what an answer means. It makes no request and keeps no
 * state.
 */
public final class RechargeSubscriptions {
    private static final String TAKEN = "already been taken";

    private final Settings settings;

    public RechargeSubscriptions(Settings settings) {
        this.settings = settings;
    }

    /** Where a store's subscriptions are listed and made. */
    public String list(String store) {
        return Optional.ofNullable(settings.stores().get(store))
                        .flatMap(Settings.Store::recharge)
                        .orElseThrow(() -> new RunFailed(
                                "unknown_store", "Store " + store + " has no Recharge account configured"))
                        .url()
                + "/webhooks";
    }

    /**
     * Reads the list, which has no pages.
     *
     * @throws RunFailed when the answer is another
     */
    public void read(SubscriptionList list, String body) {
        JsonNode webhooks = Flattening.parse(body).path("webhooks");
        if (!webhooks.isArray()) {
            throw new RunFailed("subscriptions", "The source would not list its subscriptions");
        }
        for (JsonNode webhook : webhooks) {
            String to = webhook.path("address").asText();
            String id = webhook.path("id").asText();
            webhook.path("topics").forEach(topic -> list.add(topic.asText(), id, to));
            list.add(webhook.path("topic").asText(), id, to);
        }
        list.next(Optional.empty());
    }

    /** The body that asks for a topic, such as {@code charge/paid}, to be delivered to an address. */
    public String creation(String topic, String address) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("address", address);
        body.putArray("topics").add(topic);
        return body.toString();
    }

    /**
     * What became of that: the vendor's id of the subscription, or under {@code problem} why there is none. One that another
     * process made in between is neither: the next comparison finds it.
     *
     * @throws RunFailed when the answer is about more than this topic
     */
    public Map<String, Object> created(int status, String body) {
        boolean refused = status == 400 || status == 409 || status == 422;
        if (status > 299 && !refused) {
            throw new RunFailed("subscriptions", "The source answered a new subscription with " + status);
        }
        String id =
                refused ? "" : Flattening.parse(body).path("webhook").path("id").asText("");
        Map<String, Object> result = new HashMap<>();
        result.put("subscription_id", id.isEmpty() ? null : id);
        result.put("problem", !id.isEmpty() || body.contains(TAKEN) ? null : "The source refused it: " + body.strip());
        return result;
    }
}
