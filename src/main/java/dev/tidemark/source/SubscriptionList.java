package dev.tidemark.source;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A vendor's list of webhook subscriptions while it is read page by page: those to one address. Not thread-safe. */
public final class SubscriptionList {
    private final String address;
    private final Map<String, String> idsByTopic = new HashMap<>();
    private Optional<String> cursor = Optional.empty();
    private boolean more = true;

    /** @param address the only one that counts; subscriptions to others are somebody else's */
    public SubscriptionList(String address) {
        this.address = address;
    }

    public String address() {
        return address;
    }

    /** Whether the vendor has more than was read. */
    public boolean hasNext() {
        return more;
    }

    /** Where the next page begins; empty for the first one. */
    public Optional<String> cursor() {
        return cursor;
    }

    /**
     * Takes over one subscription, if it is to the address.
     *
     * @param topic in any of the vendors' ways: {@code orders/updated}, {@code ORDERS_UPDATED}
     */
    public void add(String topic, String id, String to) {
        if (to.equals(address)) {
            idsByTopic.put(plain(topic), id);
        }
    }

    /** Ends a page; an empty cursor, or the one before again, is the end of the list. */
    public void next(Optional<String> newCursor) {
        more = newCursor.isPresent() && !newCursor.equals(cursor);
        cursor = newCursor;
    }

    /** The vendor's id of the subscription to a topic. */
    public Optional<String> idOf(String topic) {
        return Optional.ofNullable(idsByTopic.get(plain(topic)));
    }

    private static String plain(String topic) {
        return topic.toLowerCase(Locale.ROOT).replaceAll("[/.]", "_");
    }
}
