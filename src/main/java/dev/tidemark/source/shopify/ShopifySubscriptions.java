package dev.tidemark.source.shopify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.run.RunFailed;
import dev.tidemark.source.SubscriptionList;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Webhook subscriptions of the Admin API: the documents to send and what an answer means. It makes no request and keeps no
 * state.
 */
public final class ShopifySubscriptions {
    private static final String TAKEN = "has already been taken";

    /** Asks for the page of the app's subscriptions after those that were read. */
    public String listing(SubscriptionList read) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("after", read.cursor().orElse(null));
        return ShopifyBulk.request(
                "query($after: String) { webhookSubscriptions(first: 100, after: $after) {"
                        + " edges { node { id topic uri } } pageInfo { hasNextPage endCursor } } }",
                variables);
    }

    /**
     * Reads a page.
     *
     * @throws RunFailed when the answer is an error
     */
    public void read(SubscriptionList list, GraphqlReply reply) {
        JsonNode connection = reply.data().path("webhookSubscriptions");
        if (reply.hasErrors() || !connection.path("edges").isArray()) {
            throw new RunFailed("subscriptions", "The source would not list its subscriptions: " + firstMessage(reply));
        }
        for (JsonNode edge : connection.path("edges")) {
            JsonNode node = edge.path("node");
            list.add(
                    node.path("topic").asText(),
                    node.path("id").asText(),
                    node.path("uri").asText());
        }
        JsonNode page = connection.path("pageInfo");
        list.next(
                page.path("hasNextPage").asBoolean()
                        ? Optional.of(page.path("endCursor").asText())
                        : Optional.empty());
    }

    /** Asks for a topic, such as {@code orders/updated}, to be delivered to an address. */
    public String creation(String topic, String address) {
        return ShopifyBulk.request(
                "mutation($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {"
                        + " webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {"
                        + " webhookSubscription { id } userErrors { field message } } }",
                Map.of("topic", named(topic), "subscription", Map.of("uri", address, "format", "JSON")));
    }

    /**
     * What became of that: the vendor's id of the subscription, or under {@code problem} why there is none. One that another
     * process made in between is neither: the next comparison finds it.
     */
    public Map<String, Object> created(GraphqlReply reply) {
        JsonNode payload = reply.data().path("webhookSubscriptionCreate");
        String refused = payload.path("userErrors").path(0).path("message").asText("");
        String id = payload.path("webhookSubscription").path("id").asText("");
        Map<String, Object> result = new HashMap<>();
        result.put("subscription_id", id.isEmpty() ? null : id);
        result.put(
                "problem",
                !id.isEmpty() || refused.contains(TAKEN) ? null : refused.isEmpty() ? firstMessage(reply) : refused);
        return result;
    }

    /** The API's name of a topic, {@code ORDERS_UPDATED} for {@code orders/updated}. */
    private static String named(String topic) {
        return topic.toUpperCase(Locale.ROOT).replace('/', '_').replace('.', '_');
    }

    private static String firstMessage(GraphqlReply reply) {
        return reply.errors().path(0).path("message").asText("it did not say why");
    }
}
