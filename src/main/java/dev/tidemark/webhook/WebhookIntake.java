package dev.tidemark.webhook;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Takes deliveries in: verifies the signature over the raw bytes, finds the store that it binds, and makes the values of
 * {@code sql/webhook/accept_delivery.sql}. Nothing of a body is read before it is verified, and nothing touches the
 * database. Thread-safe.
 */
public final class WebhookIntake {
    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JsonFactory JSON = new JsonFactory();
    private static final List<String> KEPT_HEADERS =
            List.of("Topic", "Shop-Domain", "API-Version", "Event-Id", "Triggered-At", "Test", "Sub-Topic", "Name");
    private static final int LONGEST_HEADER = 200;

    private final Map<String, Settings.Store> stores;
    private final Topics topics;
    private final IntakeMeters meters;
    private final Clock clock;

    public WebhookIntake(Settings settings, StreamCatalog catalog, IntakeMeters meters, Clock clock) {
        this.stores = settings.stores();
        this.topics = new Topics(catalog);
        this.meters = meters;
        this.clock = clock;
    }

    /** The values of a delivery of Shopify. @throws DeliveryRefused when it is not one */
    public Map<String, Object> shopify(Exchange exchange) {
        return counted("shopify", exchange, this::verifyShopify);
    }

    /** The values of a delivery of Recharge. @throws DeliveryRefused when it is not one */
    public Map<String, Object> recharge(Exchange exchange) {
        return counted("recharge", exchange, this::verifyRecharge);
    }

    /**
     * Answers with 200, to whoever sent it first and whoever sends it again. In the body: the row, null for a duplicate; in
     * the variable {@code source}: whose it is.
     */
    public void accepted(Exchange exchange) {
        Message answer = exchange.getMessage();
        boolean isNew = answer.getBody() != null;
        meters.taken(exchange.getVariable("source", String.class), isNew);
        answer.removeHeaders("*");
        answer.setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
        answer.setBody(null);
    }

    private interface Verification {
        Map<String, Object> verify(DeliveryHeaders headers, byte[] body);
    }

    private Map<String, Object> counted(String source, Exchange exchange, Verification verification) {
        Object raw = exchange.getMessage().getBody();
        // A form has been taken apart by the server; nobody can say what was signed.
        byte[] body = raw instanceof Map
                ? new byte[0]
                : Optional.ofNullable(exchange.getMessage().getBody(byte[].class))
                        .orElse(new byte[0]);
        try {
            return verification.verify(new DeliveryHeaders(exchange.getMessage().getHeaders()), body);
        } catch (DeliveryRefused refused) {
            meters.refused(source, refused.kind());
            throw refused;
        }
    }

    private Map<String, Object> verifyShopify(DeliveryHeaders headers, byte[] body) {
        String signature =
                shopifyHeader(headers, "Hmac-Sha256").orElseThrow(() -> unverified("It carries no signature"));
        Optional<String> domain = shopifyHeader(headers, "Shop-Domain").map(name -> name.toLowerCase(Locale.ROOT));
        Settings.Store store = oneStore(candidate -> candidate
                .shopify()
                .filter(shop -> shop.domain().isEmpty() || shop.domain().equals(domain))
                .map(shop -> anyOf(shop.webhookSecrets(), secret -> Signatures.isShopifys(secret, body, signature)))
                .orElse(false));
        String topic = topic(shopifyHeader(headers, "Topic"));
        Optional<Instant> triggeredAt = shopifyHeader(headers, "Triggered-At").flatMap(WebhookIntake::moment);
        Optional<String> id = shopifyHeader(headers, "Webhook-Id").filter(WebhookIntake::isName);
        Map<String, String> kept = new LinkedHashMap<>();
        KEPT_HEADERS.forEach(name -> shopifyHeader(headers, name)
                .filter(value -> value.length() <= LONGEST_HEADER)
                .ifPresent(value -> kept.put(name.toLowerCase(Locale.ROOT), value)));
        return values(store.id(), "shopify", topic, id, triggeredAt, kept, body);
    }

    private Map<String, Object> verifyRecharge(DeliveryHeaders headers, byte[] body) {
        Optional<String> timeBound = headers.one("X-Recharge-Webhook-Signature");
        Settings.Store store = timeBound.isPresent()
                ? boundInTime(headers, timeBound.get(), body)
                : byPlainHash(
                        headers.one("X-Recharge-Hmac-Sha256").orElseThrow(() -> unverified("It carries no signature")),
                        body);
        String topic = topic(headers.one("X-Recharge-Topic"));
        Optional<String> id =
                headers.one("X-Recharge-Webhook-Id", "X-Recharge-Event-Id").filter(WebhookIntake::isName);
        return values(store.id(), "recharge", topic, id, Optional.empty(), Map.of("topic", topic), body);
    }

    /** A signature that binds its time; there is no falling back to the older one from one that is wrong. */
    private Settings.Store boundInTime(DeliveryHeaders headers, String header, byte[] body) {
        Signatures.TimeBound signature =
                Signatures.TimeBound.read(header).orElseThrow(() -> unverified("Its signature is not well-formed"));
        boolean sameTime = headers.one("X-Recharge-Webhook-Timestamp")
                .map(signature.time()::equals)
                .orElse(true);
        if (!sameTime || !signature.isRecent(clock.instant())) {
            throw unverified("It was signed too long ago, or at another time than it says");
        }
        return oneStore(store -> store.recharge()
                .map(account -> anyOf(account.webhookSecrets(), secret -> signature.isOf(secret, body)))
                .orElse(false));
    }

    private Settings.Store byPlainHash(String header, byte[] body) {
        Settings.Store store = oneStore(candidate -> candidate
                .recharge()
                .filter(Settings.RechargeStore::acceptsPlainHash)
                .map(account -> anyOf(account.webhookSecrets(), secret -> Signatures.isPlainHash(secret, body, header)))
                .orElse(false));
        try {
            JsonNode document = STRICT.readTree(body);
            if (document.isObject()) {
                return store;
            }
        } catch (IOException e) {
            // Said below, with the same words as for another kind of document.
        }
        throw unverified("Its body does not end where its document does");
    }

    private Map<String, Object> values(
            String store,
            String source,
            String topic,
            Optional<String> id,
            Optional<Instant> triggeredAt,
            Map<String, String> headers,
            byte[] body) {
        byte[] digest = Signatures.sha256(body);
        Map<String, Object> values = about(topics, source, topic, body);
        values.put("store_id", store);
        values.put(
                "delivery_id",
                id.orElseGet(() -> "sha256:"
                        + HexFormat.of()
                                .formatHex(Signatures.sha256(
                                        (source + "\n" + topic + "\n").getBytes(StandardCharsets.UTF_8), digest))));
        values.put("source", source);
        values.put("topic", topic);
        values.put("triggered_at", triggeredAt.map(Instant::toString).orElse(null));
        values.put("headers", json(headers));
        values.put("payload", body);
        values.put("payload_sha256", digest);
        return values;
    }

    /** The stream and the key of the record that a delivery is about; both null when it is about none. */
    static Map<String, Object> about(Topics topics, String source, String topic, byte[] body) {
        Optional<Topics.About> about = topics.about(source, topic);
        Map<String, Object> values = new HashMap<>();
        values.put("stream", about.map(each -> each.stream().name()).orElse(null));
        values.put("record_key", about.flatMap(each -> recordKey(each, body)).orElse(null));
        return values;
    }

    private static Optional<String> recordKey(Topics.About about, byte[] body) {
        Optional<Long> key = idAt(body, about.keyPath());
        if (!about.child()) {
            return key.map(about.record()::keyOf);
        }
        return idAt(body, about.parentPath())
                .flatMap(parent -> key.map(id -> about.record().isKeyedWithinParent()
                        ? about.record().keyOf(parent, String.valueOf(id))
                        : about.record().keyOf(id)));
    }

    /** The number at the end of a path of keys; empty when there is none, or the body is no JSON up to there. */
    private static Optional<Long> idAt(byte[] body, List<String> path) {
        try (JsonParser json = JSON.createParser(body)) {
            int depth = 0;
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = json.currentName().equals(path.get(depth));
                JsonToken value = json.nextToken();
                if (wanted && depth == path.size() - 1) {
                    boolean number = value == JsonToken.VALUE_NUMBER_INT
                            || value == JsonToken.VALUE_STRING && json.getText().matches("\\d{1,18}");
                    return number ? Optional.of(Long.parseLong(json.getText())) : Optional.empty();
                }
                if (wanted && value == JsonToken.START_OBJECT) {
                    depth++;
                } else {
                    json.skipChildren();
                }
            }
            return Optional.empty();
        } catch (IOException | NumberFormatException e) {
            // A body that cannot be read is kept all the same and set aside later, with its reason.
            return Optional.empty();
        }
    }

    /** The one store of which this holds; which of several is meant cannot be told. */
    private Settings.Store oneStore(Predicate<Settings.Store> holds) {
        Settings.Store found = null;
        for (Settings.Store store : stores.values()) {
            if (holds.test(store)) {
                if (found != null) {
                    throw unverified("More than one store has this secret");
                }
                found = store;
            }
        }
        if (found == null) {
            throw unverified("No store has a secret that makes this signature");
        }
        return found;
    }

    /** Whether it holds for any; all are tried, so that the time tells nothing. */
    private static boolean anyOf(List<String> secrets, Predicate<String> holds) {
        boolean found = false;
        for (String secret : secrets) {
            found |= holds.test(secret);
        }
        return found;
    }

    private static Optional<String> shopifyHeader(DeliveryHeaders headers, String name) {
        return headers.one("X-Shopify-" + name, "Shopify-" + name);
    }

    private static String topic(Optional<String> header) {
        return header.filter(topic -> topic.matches("[a-z0-9_.]{1,80}(/[a-z0-9_]{1,80})?"))
                .orElseThrow(() -> new DeliveryRefused(DeliveryRefused.Kind.UNUSABLE, "It names no topic"));
    }

    private static boolean isName(String id) {
        return id.matches("[\\x21-\\x7e]{1,200}");
    }

    private static Optional<Instant> moment(String text) {
        try {
            Instant moment = OffsetDateTime.parse(text).toInstant();
            return moment.isAfter(Instant.EPOCH) ? Optional.of(moment) : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String json(Map<String, String> headers) {
        try {
            return STRICT.writeValueAsString(headers);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Headers that are texts cannot be written as JSON", e);
        }
    }

    private static DeliveryRefused unverified(String message) {
        return new DeliveryRefused(DeliveryRefused.Kind.UNVERIFIED, message);
    }
}
