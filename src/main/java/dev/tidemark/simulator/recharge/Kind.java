package dev.tidemark.simulator.recharge;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What the app keeps, as its paths name it. */
enum Kind {
    CUSTOMERS("customer", 100_000_000),
    ADDRESSES("address", 200_000_000),
    SUBSCRIPTIONS("subscription", 300_000_000),
    CHARGES("charge", 500_000_000),
    ORDERS("order", 700_000_000);

    /** Ids of what is made after the start lie so far above the first one of their kind. */
    private static final long MADE_LATER = 90_000_000;

    private final String singular;
    private final long firstId;

    Kind(String singular, long firstId) {
        this.singular = singular;
        this.firstId = firstId;
    }

    String plural() {
        return name().toLowerCase(Locale.ROOT);
    }

    String singular() {
        return singular;
    }

    long firstId() {
        return firstId;
    }

    long firstIdMadeLater() {
        // Subscriptions, charges and orders are the most: their ranges are twice as wide.
        return firstId + (this == CUSTOMERS || this == ADDRESSES ? MADE_LATER : 2 * MADE_LATER);
    }

    static Optional<Kind> of(String plural) {
        return Arrays.stream(values())
                .filter(kind -> kind.plural().equals(plural))
                .findFirst();
    }

    /** What a topic such as {@code subscription/updated} is about. */
    static Optional<Kind> ofTopic(String topic) {
        return Arrays.stream(values())
                .filter(kind -> topic.startsWith(kind.singular() + "/"))
                .findFirst();
    }
}
