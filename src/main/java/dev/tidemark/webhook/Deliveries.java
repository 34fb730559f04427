package dev.tidemark.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.load.DeliveryWriter;
import dev.tidemark.load.Unwritable;
import dev.tidemark.run.FencedException;
import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes deliveries for {@code routes/webhooks.camel.yaml}: what each is about, its record into the tables, and what
 * becomes of one that failed. Thread-safe.
 */
public final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    private static final int BATCH = 32;
    /** How long a claim holds; a process that died leaves its deliveries for so long. */
    private static final Duration CLAIM = Duration.ofSeconds(20);
    /** Rows that one statement removes; it holds no locks for long. */
    private static final int FORGOTTEN_AT_ONCE = 2_000;
    /** How far a body's times may be ahead of the event. */
    private static final Duration SKEW = Duration.ofHours(24);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);
    /** Pause before a delivery is looked at again that nothing can take yet. */
    private static final Duration PARKED = Duration.ofMinutes(10);
    /** The route that takes what people ask about their data: body {@code Map}, the delivery's columns by name. */
    private static final String ERASURE_ROUTE = "erasure-request";

    /** How a delivery is processed. */
    public enum Kind {
        RECORD,
        OPERATION,
        UNINSTALLED,
        ERASURE,
        IGNORED
    }

    private final Settings settings;
    private final Topics topics;
    private final DeliveryWriter writer;
    private final CamelContext context;

    public Deliveries(Settings settings, StreamCatalog catalog, DeliveryWriter writer, CamelContext context) {
        this.settings = settings;
        this.topics = new Topics(catalog);
        this.writer = writer;
        this.context = context;
    }

    /** Values of {@code claim_deliveries.sql}. */
    public Map<String, Object> claim() {
        return Map.of("limit", BATCH, "claim_millis", CLAIM.toMillis());
    }

    /** Values of {@code forget_deliveries.sql}. */
    public Map<String, Object> forgetting() {
        return Map.of("kept_millis", settings.webhook().retention().toMillis(), "limit", FORGOTTEN_AT_ONCE);
    }

    /** Whether there may be more to remove than the last statement did. */
    public boolean mayHaveMore(long removed) {
        return removed >= FORGOTTEN_AT_ONCE;
    }

    /** A claimed row. */
    public Delivery delivery(Map<String, Object> row) {
        return new Delivery(row);
    }

    /** How a delivery is processed. @throws Unwritable when it has been claimed more often than may be */
    public Kind kind(Delivery delivery) {
        if (delivery.attempts() > settings.webhook().attempts()) {
            throw new Unwritable(
                    "abandoned", "it was tried " + (delivery.attempts() - 1) + " times and never came to an end");
        }
        String topic = delivery.topic();
        if (topics.about(delivery.source(), topic).isPresent()) {
            return Kind.RECORD;
        }
        if (!delivery.source().equals("shopify")) {
            return Kind.IGNORED;
        }
        if (Topics.ERASURE.contains(topic)) {
            return Kind.ERASURE;
        }
        return switch (topic) {
            case Topics.OPERATION -> Kind.OPERATION;
            case Topics.UNINSTALLED -> Kind.UNINSTALLED;
            default -> Kind.IGNORED;
        };
    }

    /**
     * Writes a delivery's record and settles it.
     *
     * @return what came of it
     * @throws Unwritable when the body is not what the topic's bodies are
     */
    public String apply(Delivery delivery) {
        Topics.About about = topics.about(delivery.source(), delivery.topic()).orElseThrow();
        if (!about.deletes()) {
            return writer.write(
                    about.stream(),
                    delivery.with(Map.of()),
                    DeliveredRecord.lines(about, delivery.payload()),
                    delivery.happenedAt().plus(SKEW));
        }
        JsonNode body = DeliveredRecord.read(delivery.payload());
        refuseWholeRecord(about, body);
        return writer.remove(
                about.stream(),
                delivery.with(Map.of()),
                DeliveredRecord.id(body, about.keyPath()),
                about.child() ? Optional.of(DeliveredRecord.id(body, about.parentPath())) : Optional.empty());
    }

    /**
     * The topic of a delivery is not signed: whoever has seen a body may send it again as that of a deletion. Shopify's own
     * name an id and no more.
     */
    private static void refuseWholeRecord(Topics.About about, JsonNode body) {
        if (about.stream().source().equals("shopify") && (body.has("updated_at") || body.has("created_at"))) {
            throw new Unwritable("type", "the body is that of a record, not of a deletion");
        }
    }

    /** Values of {@code finish_operation.sql}. @throws Unwritable when the body names no operation */
    public Map<String, Object> operation(Delivery delivery) {
        JsonNode body = DeliveredRecord.read(delivery.payload());
        String id = body.path("admin_graphql_api_id").asText("");
        if (id.isEmpty()) {
            throw new Unwritable("no_id", "the body names no operation");
        }
        return delivery.with(Map.of(
                "operation_id",
                id,
                "operation_status",
                body.path("status").asText("").toUpperCase(Locale.ROOT),
                "error_code",
                body.path("error_code").isTextual() ? body.path("error_code").asText() : ""));
    }

    /** Says what became of the run, for those who read the log. */
    public void told(Delivery delivery, Map<String, Object> settled) {
        demand(delivery, settled);
        if ("run_failed".equals(settled.get("outcome"))) {
            LOG.warn(
                    "Run {} failed: the source announced the end of its bulk operation ({}); the watermark stays",
                    settled.get("run_id"),
                    delivery);
        }
    }

    /** Values of {@code suspend_source.sql}. @throws Unwritable when the body is not about this shop */
    public Map<String, Object> suspension(Delivery delivery) {
        Settings.ShopifyStore shop = Optional.ofNullable(settings.stores().get(delivery.store()))
                .flatMap(Settings.Store::shopify)
                .orElseThrow(() -> new Unwritable("unknown_store", "the store is not configured any more"));
        JsonNode body = DeliveredRecord.read(delivery.payload());
        String domain = body.path("myshopify_domain").asText("").toLowerCase(Locale.ROOT);
        if (shop.domain().filter(known -> !known.equals(domain)).isPresent()) {
            throw new Unwritable("type", "the body is not about the store's own shop");
        }
        LOG.error(
                "The app was uninstalled from the shop of {}: its runs fail until a new token is configured ({})",
                delivery.store(),
                delivery);
        return delivery.with(Map.of(
                "reason",
                "The app was uninstalled from the shop, so its token is worth nothing any more.",
                "token_sha256",
                HexFormat.of().formatHex(Signatures.sha256(shop.token().getBytes(StandardCharsets.UTF_8)))));
    }

    /** Values of {@code settle_delivery.sql}. */
    public Map<String, Object> settling(Delivery delivery, String outcome) {
        return delivery.with(Map.of("outcome", outcome));
    }

    /** Whether something takes what people ask about their data; else it waits. */
    public boolean takesErasures() {
        return context.hasEndpoint("direct:" + ERASURE_ROUTE) != null && context.getRoute(ERASURE_ROUTE) != null;
    }

    /** Hands a request about a person's data over; returns when it is committed. */
    public void handOver(Delivery delivery) {
        context.createFluentProducerTemplate()
                .to("direct:" + ERASURE_ROUTE)
                .withBody(new HashMap<>(delivery.row()))
                .request();
    }

    /** Values of {@code postpone_delivery.sql} for what nothing can take yet. */
    public Map<String, Object> parking(Delivery delivery) {
        return delivery.with(Map.of(
                "pause_millis", PARKED.toMillis(), "reason", "nothing takes requests about data yet", "counts", false));
    }

    /**
     * What becomes of a delivery that failed: {@code decision} is retry, bury or drop, beside the values of the statement.
     * What is wrong with the delivery itself is not tried again; everything else is, with growing pauses.
     */
    public Map<String, Object> judging(Delivery delivery, Throwable thrown) {
        Throwable root = thrown;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            root = cause;
            if (cause instanceof FencedException) {
                return Map.of("decision", "drop");
            }
            if (cause instanceof Unwritable unwritable) {
                return burying(delivery, unwritable.code(), unwritable.getMessage(), unwritable.version());
            }
        }
        String reason = root.getClass().getSimpleName() + ": " + root.getMessage();
        if (delivery.attempts() >= settings.webhook().attempts()) {
            return burying(delivery, "exhausted", reason, Optional.empty());
        }
        Duration pause = pause(settings.webhook().retryDelay(), delivery.attempts());
        LOG.warn("Processing {} failed, try {}; again in {}: {}", delivery, delivery.attempts(), pause, reason);
        return delivery.with(
                Map.of("decision", "retry", "pause_millis", pause.toMillis(), "reason", reason, "counts", true));
    }

    private static Map<String, Object> burying(
            Delivery delivery, String code, String reason, Optional<Instant> version) {
        LOG.error(
                "Giving {} up after {} tries, it goes to the dead letters: {}", delivery, delivery.attempts(), reason);
        return delivery.with(Map.of(
                "decision",
                "bury",
                "reason_code",
                code,
                "reason",
                reason,
                "version",
                version.map(Instant::toString).orElse("")));
    }

    /** Doubles with each try; half of it is chance, so that what failed together does not come again together. */
    static Duration pause(Duration first, int attempt) {
        long millis = Math.min(LONGEST_PAUSE.toMillis(), first.toMillis() << Math.min(attempt - 1, 20));
        return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }

    /** Refuses to go on when a statement changed nothing. */
    public void demand(Delivery delivery, Object settled) {
        if (settled == null || settled instanceof List<?> rows && rows.isEmpty()) {
            throw new FencedException(delivery + " was taken over by a later claim; nothing was changed");
        }
    }
}
