package dev.tidemark.webhook;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.tidemark.settings.Settings;
import dev.tidemark.source.SubscriptionList;
import dev.tidemark.stream.StreamCatalog;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the vendors' webhook subscriptions alive: what is wanted, and what is missing from a vendor's list. It makes no
 * request; {@code routes/subscriptions.camel.yaml} does. Thread-safe.
 */
public final class Subscriptions {
    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);

    private final Settings settings;
    private final RequiredTopics required;
    private final Instant startedAt;

    public Subscriptions(Settings settings, StreamCatalog catalog, Clock clock) {
        this.settings = settings;
        this.required = new RequiredTopics(catalog);
        this.startedAt = clock.instant();
    }

    /** Every account of every store: values of {@code declare_topics.sql} and {@code claim_account.sql}. */
    public List<Map<String, Object>> accounts() {
        List<Map<String, Object>> accounts = new ArrayList<>();
        settings.stores().values().forEach(store -> {
            store.shopify().ifPresent(shop -> accounts.add(account(store, "shopify", signs(shop))));
            store.recharge().ifPresent(recharge -> accounts.add(account(store, "recharge", signs(recharge))));
        });
        return accounts;
    }

    /** An empty list of the subscriptions to an account's address. */
    public SubscriptionList list(Map<String, Object> account) {
        return new SubscriptionList((String) account.get("address"));
    }

    /**
     * Each topic of an account with whether the vendor has it: values of {@code record_subscription.sql}.
     *
     * @param account store, source and address
     */
    public List<Map<String, Object>> compared(Map<String, Object> account, SubscriptionList list) {
        String source = (String) account.get("source");
        Settings.Store store = settings.stores().get((String) account.get("store"));
        List<Map<String, Object>> topics = new ArrayList<>();
        for (RequiredTopics.Topic topic : required.of(source, store)) {
            Optional<String> id = list.idOf(topic.name());
            Map<String, Object> values = new HashMap<>();
            values.put("store", store.id());
            values.put("source", source);
            values.put("address", list.address());
            values.put("topic", topic.name());
            values.put("subscription_id", id.orElse(null));
            values.put("was_missing", id.isEmpty());
            values.put("problem", null);
            topics.add(values);
        }
        return topics;
    }

    /** The same topic with what became of making its subscription. */
    public Map<String, Object> made(Map<String, Object> topic, Map<String, Object> result) {
        Map<String, Object> values = new HashMap<>(topic);
        values.putAll(result);
        if (values.get("subscription_id") != null) {
            LOG.info(
                    "Store {} is subscribed to {} of {} at {}",
                    values.get("store"),
                    values.get("topic"),
                    values.get("source"),
                    values.get("address"));
        } else if (values.get("problem") != null) {
            LOG.warn(
                    "Store {} is not subscribed to {} of {}: {}",
                    values.get("store"),
                    values.get("topic"),
                    values.get("source"),
                    values.get("problem"));
        }
        return values;
    }

    /** Values of {@code settle_account.sql} for a comparison that came to its end. */
    public Map<String, Object> settled(Map<String, Object> account) {
        Map<String, Object> values = new HashMap<>(account);
        values.put("problem", null);
        return values;
    }

    /** Values of {@code settle_account.sql} for a comparison that failed. */
    public Map<String, Object> failed(Map<String, Object> account, Throwable cause) {
        LOG.warn(
                "The webhook subscriptions of store {} at {} could not be compared, which is tried again soon: {}",
                account.get("store"),
                account.get("source"),
                cause.toString());
        Map<String, Object> values = new HashMap<>(account);
        values.put("problem", String.valueOf(cause.getMessage()));
        return values;
    }

    /** Says that a topic fell silent, as loud as it deserves. */
    public void silent(Map<String, Object> topic) {
        LOG.error(
                "Store {} has heard nothing of {} of {} since {}, where something usually comes every {}; a run of {} makes"
                        + " up for it",
                topic.get("store"),
                topic.get("topic"),
                topic.get("source"),
                topic.get("since"),
                topic.get("usual"),
                topic.get("stream"));
    }

    /** Says that a run which makes up for missed deliveries could not be started; the next tick tries again. */
    public void notStarted(Map<String, Object> request, Throwable cause) {
        LOG.warn(
                "A run of {} for store {} could not be started: {}",
                request.get("stream"),
                request.get("store"),
                cause.toString());
    }

    private Map<String, Object> account(Settings.Store store, String source, boolean signs) {
        ArrayNode topics = JsonNodeFactory.instance.arrayNode();
        required.of(source, store).forEach(topic -> topics.addObject()
                .put("topic", topic.name())
                .put("stream", topic.stream().orElse(null)));
        Map<String, Object> account = new HashMap<>();
        account.put("store", store.id());
        account.put("source", source);
        // Without a secret every delivery would be refused, and the vendor would take the subscription away again.
        account.put("address", signs ? address(source).orElse(null) : null);
        account.put("topics", topics.toString());
        account.put("started_at", startedAt.toString());
        return account;
    }

    private Optional<String> address(String source) {
        return settings.webhooksUrl().map(URI::toString).map(url -> url.replaceAll("/+$", "") + "/webhooks/" + source);
    }

    private static boolean signs(Settings.ShopifyStore shop) {
        return !shop.webhookSecrets().isEmpty();
    }

    private static boolean signs(Settings.RechargeStore recharge) {
        return !recharge.webhookSecrets().isEmpty();
    }
}
