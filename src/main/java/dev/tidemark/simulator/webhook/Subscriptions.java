package dev.tidemark.simulator.webhook;

import dev.tidemark.simulator.ShopClock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The subscriptions made through the vendors' APIs, by rising id. Thread-safe. */
public final class Subscriptions {
    private static final long FIRST_ID = 1_090_000_000_001L;

    private final ShopClock clock;
    private final Map<Long, Subscription> all = new ConcurrentSkipListMap<>();
    private long made;

    Subscriptions(ShopClock clock) {
        this.clock = clock;
    }

    public List<Subscription> all(Source source) {
        return all.values().stream()
                .filter(subscription -> subscription.source() == source)
                .toList();
    }

    List<Subscription> to(Source source, String topic) {
        return all(source).stream()
                .filter(subscription -> subscription.topic().equals(topic))
                .toList();
    }

    public Optional<Subscription> find(Source source, long id) {
        return Optional.ofNullable(all.get(id)).filter(found -> found.source() == source);
    }

    /** Empty when that address has the topic already. */
    public synchronized Optional<Subscription> create(Source source, String topic, String address) {
        if (isTaken(source, topic, address)) {
            return Optional.empty();
        }
        long now = clock.millis();
        Subscription created = new Subscription(FIRST_ID + 1_019 * made++, source, topic, address, now, now);
        all.put(created.id(), created);
        return Optional.of(created);
    }

    /** Empty when that address has the topic already. */
    public synchronized Optional<Subscription> move(Subscription before, String address) {
        if (isTaken(before.source(), before.topic(), address)
                && !before.address().equals(address)) {
            return Optional.empty();
        }
        Subscription after = before.at(address, clock.millis());
        all.put(after.id(), after);
        return Optional.of(after);
    }

    public boolean delete(Source source, long id) {
        return find(source, id).isPresent() && all.remove(id) != null;
    }

    private boolean isTaken(Source source, String topic, String address) {
        return to(source, topic).stream()
                .anyMatch(subscription -> subscription.address().equals(address));
    }
}
