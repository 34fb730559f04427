package dev.tidemark.simulator;

import dev.tidemark.simulator.webhook.Source;
import dev.tidemark.simulator.webhook.Subscription;
import dev.tidemark.simulator.webhook.Subscriptions;
import graphql.schema.DataFetchingEnvironment;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The Admin API's webhook subscriptions: the list, and the mutations that make, move and delete them. */
final class WebhookFields {
    private final Subscriptions subscriptions;

    WebhookFields(Subscriptions subscriptions) {
        this.subscriptions = subscriptions;
    }

    /** The subscriptions that the arguments {@code topics} and {@code uri} leave. */
    Stream<Subscription> list(DataFetchingEnvironment environment) {
        List<String> topics = environment.getArgument("topics");
        String uri = environment.getArgument("uri");
        return subscriptions.all(Source.SHOPIFY).stream()
                .filter(subscription -> topics == null || topics.contains(enumOf(subscription.topic())))
                .filter(subscription -> uri == null || uri.equals(subscription.address()));
    }

    Optional<Subscription> find(String gid) {
        return Gid.WEBHOOK_SUBSCRIPTION.numberIn(gid).flatMap(id -> subscriptions.find(Source.SHOPIFY, id));
    }

    Object value(Subscription subscription, String field, AdminFields.Call call) {
        return switch (field) {
            case "id" -> Gid.WEBHOOK_SUBSCRIPTION.of(subscription.id());
            case "legacyResourceId" -> Long.toString(subscription.id());
            case "topic" -> enumOf(subscription.topic());
            case "uri", "callbackUrl" -> subscription.address();
            case "format" -> "JSON";
            case "createdAt" -> time(subscription.createdAt());
            case "updatedAt" -> time(subscription.updatedAt());
            case "apiVersion" -> Map.of("handle", call.version());
            case "includeFields", "metafieldNamespaces" -> List.of();
            default -> null;
        };
    }

    /** The payload of {@code webhookSubscriptionCreate}, {@code …Update} or {@code …Delete}. */
    Map<String, Object> mutation(String field, DataFetchingEnvironment environment) {
        return switch (field) {
            case "webhookSubscriptionCreate" -> create(environment);
            case "webhookSubscriptionUpdate" -> update(environment);
            default -> delete(environment.getArgument("id"));
        };
    }

    private Map<String, Object> create(DataFetchingEnvironment environment) {
        String topic = headerOf(environment.getArgument("topic"));
        String address = address(environment.getArgument("webhookSubscription"));
        Optional<String> wrong = refusal(address);
        if (wrong.isPresent()) {
            return payload("webhookSubscription", null, List.of("webhookSubscription", "callbackUrl"), wrong.get());
        }
        return subscriptions
                .create(Source.SHOPIFY, topic, address)
                .map(created -> payload("webhookSubscription", created, null, ""))
                .orElseGet(WebhookFields::taken);
    }

    private Map<String, Object> update(DataFetchingEnvironment environment) {
        Optional<Subscription> found = find(environment.getArgument("id"));
        if (found.isEmpty()) {
            return payload("webhookSubscription", null, List.of("id"), "Webhook subscription does not exist");
        }
        String address = address(environment.getArgument("webhookSubscription"));
        Optional<String> wrong = refusal(address);
        if (wrong.isPresent()) {
            return payload("webhookSubscription", null, List.of("webhookSubscription", "callbackUrl"), wrong.get());
        }
        return subscriptions
                .move(found.get(), address)
                .map(moved -> payload("webhookSubscription", moved, null, ""))
                .orElseGet(WebhookFields::taken);
    }

    private Map<String, Object> delete(String gid) {
        boolean deleted = find(gid).isPresent()
                && subscriptions.delete(Source.SHOPIFY, find(gid).get().id());
        return deleted
                ? payload("deletedWebhookSubscriptionId", gid, null, "")
                : payload("deletedWebhookSubscriptionId", null, List.of("id"), "Webhook subscription does not exist");
    }

    private static Map<String, Object> taken() {
        return payload(
                "webhookSubscription",
                null,
                List.of("webhookSubscription", "callbackUrl"),
                "Address for this topic has already been taken");
    }

    private static Map<String, Object> payload(String name, Object value, List<String> field, String message) {
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put(name, value);
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("field", field);
        error.put("message", message);
        payload.put("userErrors", message.isEmpty() ? List.of() : List.of(error));
        return payload;
    }

    private static String address(Map<String, Object> input) {
        Object uri = input.getOrDefault("uri", input.get("callbackUrl"));
        return uri == null ? "" : uri.toString();
    }

    /** The vendor wants https; this shop is content with http on the machine's own address. */
    private static Optional<String> refusal(String address) {
        try {
            URI uri = URI.create(address);
            if (uri.getHost() == null) {
                return Optional.of("Address is invalid");
            }
            boolean loopback =
                    uri.getHost().equals("127.0.0.1") || uri.getHost().equals("localhost");
            return "https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && loopback)
                    ? Optional.empty()
                    : Optional.of("Address protocol " + uri.getScheme() + ":// is not supported");
        } catch (IllegalArgumentException notOne) {
            return Optional.of("Address is invalid");
        }
    }

    /** {@code ORDERS_UPDATED} of {@code orders/updated}. */
    private static String enumOf(String topic) {
        return topic.toUpperCase(Locale.ROOT).replace('/', '_').replace('.', '_');
    }

    /** {@code orders/updated} of {@code ORDERS_UPDATED}. */
    private static String headerOf(String topic) {
        return WebhookTopics.ALL.stream()
                .filter(known -> enumOf(known).equals(topic))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The schema has a topic that the shop has not: " + topic));
    }

    private static String time(long millis) {
        return Instant.ofEpochSecond(millis / 1_000).toString();
    }
}
