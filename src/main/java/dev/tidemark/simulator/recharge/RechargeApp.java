package dev.tidemark.simulator.recharge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.simulator.Dice;
import dev.tidemark.simulator.Faults;
import dev.tidemark.simulator.HttpFaults;
import dev.tidemark.simulator.Reply;
import dev.tidemark.simulator.Request;
import dev.tidemark.simulator.ShopClock;
import dev.tidemark.simulator.SubscriptionOrders;
import dev.tidemark.simulator.webhook.Webhooks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.util.List;
import java.util.Optional;

/** The subscription app beside the shop: its API, the truth about it, and how to change it. Thread-safe. */
public final class RechargeApp {
    /** Where the API begins. */
    public static final String PREFIX = "/recharge/";

    /** The only access token that is accepted. */
    public static final String TOKEN = RechargeApi.TOKEN;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TRUTH = "/_truth/recharge/";
    private static final String CONTROL = "/_control/recharge/";

    private final LeakyBucket bucket = new LeakyBucket();
    private final RechargeRecords records;
    private final RechargeChanges changes;
    private final RechargeApi api;

    /** @param sameSecond so many records of each kind share one update time */
    public RechargeApp(
            Dice dice,
            long startMillis,
            SubscriptionOrders shop,
            long sameSecond,
            ShopClock clock,
            Faults faults,
            HttpFaults httpFaults,
            Webhooks webhooks) {
        records = new RechargeRecords(new RechargeGenerator(dice, shop, startMillis / 1_000, sameSecond), clock);
        changes = new RechargeChanges(records, clock);
        api = new RechargeApi(records, faults, httpFaults, bucket, new WebhookList(webhooks.subscriptions()));
        records.listener(new RechargeEvents(webhooks));
    }

    /** Answers a request to the API under {@link #PREFIX}. */
    public Reply answer(Request request) {
        return api.answer(request);
    }

    /**
     * What a webhook of a topic such as {@code charge/paid} would say now: the record as version 2021-11 writes it under its
     * singular, and no more than its id where it is gone. Empty when there never was such a record or topic.
     */
    public Optional<ObjectNode> webhookBody(String topic, long id) {
        return Kind.ofTopic(topic)
                .filter(kind -> !records.versions(kind, id).isEmpty())
                .map(kind -> WebhookJson.of(kind, id, records.stored(kind, id)));
    }

    /** Answers {@code /_truth/recharge/<plural>} and {@code webhook-body} beside them; empty when the path is another. */
    public Optional<Reply> truth(Request request) {
        if (request.path().equals(TRUTH + "webhook-body")) {
            return webhookBody(request.parameter("topic").orElse(""), number(request, "id", 0))
                    .map(body -> Reply.json(200, body.toString()))
                    .or(() -> Optional.of(Reply.notFound()));
        }
        return kind(request, TRUTH).map(kind -> {
            long after = number(request, "after", 0);
            long limit = number(request, "limit", Long.MAX_VALUE);
            boolean withDeleted = request.parameter("deleted").isPresent();
            return Reply.ndjson(out -> {
                long left = limit;
                try (TruthJson json = new TruthJson(out)) {
                    for (Entry entry : records.all(kind, after)) {
                        if (left == 0) {
                            return;
                        }
                        if (withDeleted || !entry.isDeleted()) {
                            json.line(kind, entry);
                            left--;
                        }
                    }
                }
            });
        });
    }

    /** Answers {@code /_control/recharge/<plural>} and {@code /_control/recharge/bucket}; empty when the path is another. */
    public Optional<Reply> control(Request request) throws IOException {
        Optional<Kind> kind = kind(request, CONTROL);
        try {
            if (request.path().equals(CONTROL + "bucket")) {
                return Optional.of(bucket(request));
            }
            return kind.isEmpty()
                    ? Optional.empty()
                    : Optional.of(truthOf(kind.get(), changes.apply(kind.get(), body(request))));
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException refused) {
            return Optional.of(Reply.json(
                    400,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("error", String.valueOf(refused.getMessage()))
                            .toString()));
        }
    }

    private Reply bucket(Request request) {
        if (request.method().equals("POST")) {
            JsonNode wanted = body(request);
            bucket.resize(
                    wanted.path("size").asDouble(bucket.size()),
                    wanted.path("leak_per_second").asDouble(bucket.leakPerSecond()));
        }
        return Reply.json(
                200,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("size", bucket.size())
                        .put("leak_per_second", bucket.leakPerSecond())
                        .toString());
    }

    private static Reply truthOf(Kind kind, List<Entry> changed) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TruthJson json = new TruthJson(out)) {
            json.generator().writeStartArray();
            for (Entry entry : changed) {
                json.record(kind, entry);
            }
            json.generator().writeEndArray();
        }
        return Reply.of(200, "application/json; charset=utf-8", new Reply.Content.Bytes(out.toByteArray()));
    }

    private static JsonNode body(Request request) {
        try {
            return JSON.readTree(request.body().length == 0 ? new byte[] {'{', '}'} : request.body());
        } catch (IOException notJson) {
            throw new IllegalArgumentException("The body is not JSON: " + notJson.getMessage());
        }
    }

    private static Optional<Kind> kind(Request request, String prefix) {
        return request.path().startsWith(prefix)
                ? Kind.of(request.path().substring(prefix.length()))
                : Optional.empty();
    }

    private static long number(Request request, String name, long otherwise) {
        return request.parameter(name)
                .filter(text -> text.matches("\\d{1,18}"))
                .map(Long::parseLong)
                .orElse(otherwise);
    }
}
