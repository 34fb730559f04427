package dev.tidemark.simulator.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.simulator.Dice;
import dev.tidemark.simulator.Fault;
import dev.tidemark.simulator.Faults;
import dev.tidemark.simulator.Reply;
import dev.tidemark.simulator.Request;
import dev.tidemark.simulator.ShopClock;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells whoever is subscribed what happened in the shop and its subscription app, as the vendors do and as the faults want it,
 * and keeps the truth about each delivery. Thread-safe.
 */
public final class Webhooks implements AutoCloseable {
    /** What deliveries are signed with unless told otherwise. */
    public static final String SHOPIFY_SECRET = "shpss_simulator";

    /** What deliveries of the subscription app are signed with unless told otherwise. */
    public static final String RECHARGE_SECRET = "rcsec_simulator";

    private static final long ANSWERS_WITHIN_MILLIS = 5_000;

    private final ShopClock clock;
    private final Faults faults;
    private final Dice dice;
    private final Subscriptions subscriptions;
    private final DeliverySender sender;
    private final Queue<Delivery> deliveries = new ConcurrentLinkedQueue<>();
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong made = new AtomicLong();
    private final AtomicLong removed = new AtomicLong();
    private volatile Settings settings;
    /** Events that wait to be released together; null while they are told at once. */
    private List<Event> held;

    /**
     * @param domain the shop's, as deliveries name it
     * @param url where the app's own configuration wants to be told, without the path
     * @param topics what it wants to be told of, {@code all} for everything; what is asked of people's data in any case
     */
    public Webhooks(
            ShopClock clock,
            Faults faults,
            long seed,
            String domain,
            String apiVersion,
            Optional<String> url,
            List<String> topics) {
        this.clock = clock;
        this.faults = faults;
        this.dice = new Dice(seed);
        this.subscriptions = new Subscriptions(clock);
        this.settings = new Settings(url, topics, SHOPIFY_SECRET, RECHARGE_SECRET, 1, ANSWERS_WITHIN_MILLIS, 0, false);
        this.sender = new DeliverySender(() -> settings, apiVersion, domain, this::forget);
    }

    /** Those made through the vendors' APIs. */
    public Subscriptions subscriptions() {
        return subscriptions;
    }

    /** Tells of an event, when its time has come. */
    public void publish(Event event) {
        long early = event.happenedAt() - clock.millis();
        if (early > 0) {
            sender.after(early, () -> publish(event));
            return;
        }
        synchronized (this) {
            if (held != null) {
                held.add(event);
                return;
            }
        }
        events.incrementAndGet();
        make(event).forEach(this::dispatch);
    }

    /** Keeps what happens from now on to itself. */
    public synchronized void hold() {
        if (held == null) {
            held = new ArrayList<>();
        }
    }

    /**
     * Tells what it kept to itself, all at once.
     *
     * @param duplicates the share of deliveries that are sent twice, 0 to 1
     * @param shuffle whether in any order instead of the one in which it happened
     * @return how many deliveries and copies of them are on their way
     */
    public ObjectNode release(double duplicates, boolean shuffle, long seed) {
        List<Event> kept;
        synchronized (this) {
            kept = held == null ? List.of() : held;
            held = null;
        }
        Random random = new Random(seed);
        List<Runnable> sends = new ArrayList<>(kept.size());
        int before = deliveries.size();
        events.addAndGet(kept.size());
        for (Event event : kept) {
            for (Delivery delivery : make(event)) {
                sends.add(() -> sender.send(delivery));
                if (random.nextDouble() < duplicates) {
                    sends.add(() -> sender.sendCopy(delivery));
                }
            }
        }
        if (shuffle) {
            Collections.shuffle(sends, random);
        }
        sends.forEach(Runnable::run);
        return JsonNodeFactory.instance
                .objectNode()
                .put("events", kept.size())
                .put("deliveries", deliveries.size() - before)
                .put("sent", sends.size());
    }

    /** Changes how deliveries are made, and shows it with how many there are of each state. */
    public ObjectNode settings(JsonNode wanted) {
        Settings changed = settings.with(wanted);
        if (changed.speed() <= 0) {
            throw new IllegalArgumentException("speed is above 0, got " + changed.speed());
        }
        settings = changed;
        ObjectNode shown = JsonNodeFactory.instance.objectNode();
        shown.put("url", changed.url().orElse(null));
        changed.topics().forEach(shown.putArray("topics")::add);
        shown.put("shopify_secret", changed.shopifySecret());
        shown.put("recharge_secret", changed.rechargeSecret());
        shown.put("speed", changed.speed());
        shown.put("timeout_ms", changed.timeoutMillis());
        shown.put("rate", changed.rate());
        shown.put("unprefixed", changed.unprefixed());
        shown.put("events", events.get());
        shown.put("subscriptions_removed", removed.get());
        Map<Delivery.State, Integer> counts = new EnumMap<>(Delivery.State.class);
        deliveries.forEach(delivery -> counts.merge(delivery.state(), 1, Integer::sum));
        for (Delivery.State state : Delivery.State.values()) {
            shown.put(state.label(), counts.getOrDefault(state, 0));
        }
        return shown;
    }

    /** Shows the subscriptions; {@code DELETE ?id=} takes one away, as a merchant might. */
    public Reply subscriptions(Request request) {
        if (request.method().equals("DELETE")) {
            long id = Long.parseLong(request.parameter("id").orElse("0"));
            for (Source source : Source.values()) {
                subscriptions.delete(source, id);
            }
        }
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (Source source : Source.values()) {
            for (Subscription subscription : subscriptions.all(source)) {
                all.addObject()
                        .put("id", subscription.id())
                        .put("source", source.label())
                        .put("topic", subscription.topic())
                        .put("address", subscription.address());
            }
        }
        return Reply.json(200, all.toString());
    }

    /** {@code /_truth/deliveries[?state=][&topic=]}: each delivery, oldest first, with every attempt. */
    public Reply truth(Request request) {
        Optional<String> state = request.parameter("state");
        Optional<String> topic = request.parameter("topic");
        return Reply.ndjson(out -> {
            for (Delivery delivery : deliveries) {
                if (state.map(delivery.state().label()::equals).orElse(true)
                        && topic.map(delivery.event().topic()::equals).orElse(true)) {
                    out.write((show(delivery) + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }
        });
    }

    @Override
    public void close() {
        sender.close();
    }

    private List<Delivery> make(Event event) {
        UUID eventId = id(made.incrementAndGet());
        List<Delivery> toSend = new ArrayList<>(1);
        settings.addressOf(event.source(), event.topic())
                .ifPresent(address -> toSend.add(
                        new Delivery(id(made.incrementAndGet()), eventId, event, address, Optional.empty())));
        for (Subscription subscription : subscriptions.to(event.source(), event.topic())) {
            toSend.add(new Delivery(
                    id(made.incrementAndGet()), eventId, event, subscription.address(), Optional.of(subscription)));
        }
        deliveries.addAll(toSend);
        return toSend;
    }

    private void dispatch(Delivery delivery) {
        if (strikes(Fault.WEBHOOK_DROPPED, delivery).isPresent()) {
            delivery.end(Delivery.State.DROPPED);
            return;
        }
        long wait = strikes(Fault.WEBHOOK_DELAYED, delivery)
                        .map(fault -> fault.numberOr(5_000))
                        .orElse(0L)
                + strikes(Fault.WEBHOOK_REORDERED, delivery)
                        .map(fault -> dice.belowLong(
                                Math.max(1, fault.numberOr(2_000)),
                                delivery.id().getMostSignificantBits(),
                                3))
                        .orElse(0L);
        boolean twice = strikes(Fault.WEBHOOK_DUPLICATED, delivery).isPresent();
        Runnable send = () -> {
            sender.send(delivery);
            if (twice) {
                sender.sendCopy(delivery);
            }
        };
        if (wait > 0) {
            sender.after(wait, send);
        } else {
            send.run();
        }
    }

    /** A fault of deliveries that strikes this one; the number of those dropped or duplicated is a percentage. */
    private Optional<Faults.Active> strikes(Fault fault, Delivery delivery) {
        boolean byPercentage = fault == Fault.WEBHOOK_DROPPED || fault == Fault.WEBHOOK_DUPLICATED;
        return faults.strike(
                fault,
                entry -> !byPercentage
                        || dice.percent(
                                (int) entry.numberOr(100), delivery.id().getLeastSignificantBits(), fault.ordinal()));
    }

    /** The vendor removes a subscription whose deliveries nobody takes. */
    private void forget(Delivery delivery) {
        delivery.subscription().ifPresent(subscription -> {
            if (subscriptions.delete(subscription.source(), subscription.id())) {
                removed.incrementAndGet();
            }
        });
    }

    private UUID id(long number) {
        return new UUID(dice.bits(number, 1), dice.bits(number, 2));
    }

    private static ObjectNode show(Delivery delivery) {
        Event event = delivery.event();
        ObjectNode shown = JsonNodeFactory.instance
                .objectNode()
                .put("delivery_id", delivery.id().toString())
                .put("event_id", delivery.eventId().toString())
                .put("source", event.source().label())
                .put("topic", event.topic())
                .put("record", event.record())
                .put("triggered_at", Instant.ofEpochMilli(event.happenedAt()).toString())
                .put("address", delivery.address())
                .put(
                        "subscription_id",
                        delivery.subscription().map(Subscription::id).orElse(null))
                .put("state", delivery.state().label());
        ArrayNode attempts = shown.putArray("attempts");
        delivery.attempts().forEach(attempt -> attempts.addObject()
                .put("at", Instant.ofEpochMilli(attempt.at()).toString())
                .put("status", attempt.status())
                .put("millis", attempt.millis()));
        return shown;
    }
}
