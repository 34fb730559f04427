package dev.tidemark.simulator.webhook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** One delivery of one event to one address, with every attempt at it. Thread-safe. */
final class Delivery {
    enum State {
        WAITING,
        DELIVERED,
        /** The vendor tries no more. */
        GIVEN_UP,
        /** A fault swallowed it; it was never sent. */
        DROPPED;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One time that it was sent.
     *
     * @param at milliseconds of the machine's clock
     * @param status 0 for no answer in time
     */
    record Attempt(long at, int status, long millis) {}

    private final UUID id;
    private final UUID eventId;
    private final Event event;
    private final String address;
    private final Optional<Subscription> subscription;
    private final List<Attempt> attempts = new ArrayList<>(1);
    private State state = State.WAITING;
    private byte[] body;

    /** @param subscription empty for what the app's own configuration asks for */
    Delivery(UUID id, UUID eventId, Event event, String address, Optional<Subscription> subscription) {
        this.id = id;
        this.eventId = eventId;
        this.event = event;
        this.address = address;
        this.subscription = subscription;
    }

    UUID id() {
        return id;
    }

    UUID eventId() {
        return eventId;
    }

    Event event() {
        return event;
    }

    String address() {
        return address;
    }

    Optional<Subscription> subscription() {
        return subscription;
    }

    /** The original payload, however often it is sent. */
    synchronized byte[] body() {
        byte[] payload = body == null ? event.body().get() : body;
        body = state == State.WAITING ? payload : null;
        return payload;
    }

    synchronized void tried(Attempt attempt) {
        attempts.add(attempt);
    }

    /** Ends it, unless it has come to an end already; a copy may still be under way. */
    synchronized boolean end(State end) {
        if (state != State.WAITING) {
            return false;
        }
        state = end;
        body = null;
        return true;
    }

    synchronized State state() {
        return state;
    }

    synchronized List<Attempt> attempts() {
        return List.copyOf(attempts);
    }
}
