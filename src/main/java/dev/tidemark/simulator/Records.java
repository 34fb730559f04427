package dev.tidemark.simulator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/**
 * All records of one kind and every version of each: the truth that all answers are given from.
 *
 * <p>What the seed decides is computed when asked for; only records changed since the start are kept in memory. Thread-safe.
 */
final class Records<R extends Version> {

    /** Takes records in the order of their ids. */
    interface Visitor<R> {
        void visit(R record) throws IOException;
    }

    /** Is told of each new version, and of the one before it, which a new record does not have. */
    interface Listener<R> {
        void changed(Optional<R> before, R after);
    }

    private final Origin<R> origin;
    private final ShopClock clock;
    private final long firstCreatedId;
    private final long createdIdStep;
    /** Versions of the records that changed or were made since the start, oldest first; lists are replaced, never changed. */
    private final NavigableMap<Long, List<R>> changed = new ConcurrentSkipListMap<>();

    private volatile Listener<R> listener = (before, after) -> {};
    private long created;

    /** @param firstCreatedId the id of the first record made since the start; beyond all those of the origin */
    Records(Origin<R> origin, ShopClock clock, long firstCreatedId, long createdIdStep) {
        this.origin = origin;
        this.clock = clock;
        this.firstCreatedId = firstCreatedId;
        this.createdIdStep = createdIdStep;
    }

    /** How many there were at the shop's start. */
    long atStart() {
        return origin.count();
    }

    /** The id of the record with this place among those of the start. */
    long idAt(long index) {
        return origin.id(Math.floorMod(index, Math.max(1, origin.count())));
    }

    synchronized long newId() {
        return firstCreatedId + createdIdStep * created++;
    }

    /** The place of a record made since the start among those, from 0 on. */
    long placeOf(long createdId) {
        return (createdId - firstCreatedId) / createdIdStep;
    }

    /** The id of the record with this place, those made since the start counted after those of the start. */
    long idOfPlace(long place) {
        return place < origin.count() ? origin.id(place) : firstCreatedId + (place - origin.count()) * createdIdStep;
    }

    /** Every version, oldest first; those not yet committed included; empty when there never was such a record. */
    List<R> versions(long id) {
        List<R> versions = changed.get(id);
        return versions != null
                ? versions
                : origin.indexOf(id).map(origin::versions).orElse(List.of());
    }

    /** The record as stored now; empty when it does not exist, not yet or no more. */
    Optional<R> stored(long id) {
        List<R> versions = changed.get(id);
        if (versions == null) {
            return origin.indexOf(id).map(origin::current);
        }
        return stored(versions).filter(record -> !record.isDeleted());
    }

    /**
     * The newest version, committed or not, to make the next one of.
     *
     * @throws IllegalArgumentException when there is no such record, or no more
     */
    R latest(long id, String kind) {
        List<R> versions = versions(id);
        if (versions.isEmpty() || versions.get(versions.size() - 1).isDeleted()) {
            throw new IllegalArgumentException("There is no " + kind + " " + id);
        }
        return versions.get(versions.size() - 1);
    }

    /**
     * Shows every record that a search finds now, as it is stored at that moment. The index may lag behind what is stored: a
     * changed record is judged by its last visible version, but shown as it is.
     */
    void search(SearchFilter<? super R> filter, Visitor<R> visitor) throws IOException {
        search(filter, updatedAt -> true, visitor);
    }

    /** @param worthwhile tells by its update time whether the caller wants an unchanged record, before it is computed */
    void search(SearchFilter<? super R> filter, LongPredicate worthwhile, Visitor<R> visitor) throws IOException {
        long atLeast = filter.updatedAtLeast();
        scan(
                0,
                updatedAt -> updatedAt >= atLeast && worthwhile.test(updatedAt),
                () -> true,
                visitor,
                filter::matches,
                true);
    }

    /** Shows every record that exists or existed, as stored now, from an id on (exclusive), while it is asked to go on. */
    void all(long afterId, BooleanSupplier goOn, Visitor<R> visitor) throws IOException {
        scan(afterId, updatedAt -> true, goOn, visitor, record -> true, false);
    }

    /** Adds a version; the id of a new record comes from {@link #newId}. */
    synchronized void add(R version) {
        List<R> versions = new ArrayList<>(versions(version.id()));
        Optional<R> before = versions.isEmpty() ? Optional.empty() : Optional.of(versions.get(versions.size() - 1));
        versions.add(version);
        versions.sort((a, b) -> Long.compare(a.committedAt(), b.committedAt()));
        changed.put(version.id(), List.copyOf(versions));
        listener.changed(before, version);
    }

    void listener(Listener<R> newListener) {
        listener = newListener;
    }

    private void scan(
            long afterId,
            LongPredicate worthwhile,
            BooleanSupplier goOn,
            Visitor<R> visitor,
            Predicate<R> matches,
            boolean asIndexed)
            throws IOException {
        for (long index = origin.indexFrom(afterId + 1); index < origin.count() && goOn.getAsBoolean(); index++) {
            List<R> versions = changed.isEmpty() ? null : changed.get(origin.id(index));
            if (versions != null) {
                show(versions, visitor, matches, asIndexed);
            } else if (worthwhile.test(origin.updatedAt(index))) {
                R record = origin.current(index);
                if (matches.test(record)) {
                    visitor.visit(record);
                }
            }
        }
        for (Long id : changed.tailMap(Math.max(afterId + 1, firstCreatedId)).keySet()) {
            if (!goOn.getAsBoolean()) {
                return;
            }
            show(changed.get(id), visitor, matches, asIndexed);
        }
    }

    private void show(List<R> versions, Visitor<R> visitor, Predicate<R> matches, boolean asIndexed)
            throws IOException {
        Optional<R> stored = stored(versions);
        if (stored.isEmpty()) {
            return;
        }
        boolean found = !asIndexed
                || (!stored.get().isDeleted()
                        && indexed(versions).filter(matches).isPresent());
        if (found) {
            visitor.visit(stored.get());
        }
    }

    private Optional<R> stored(List<R> versions) {
        long now = clock.millis();
        return last(versions, record -> record.committedAt() <= now);
    }

    private Optional<R> indexed(List<R> versions) {
        long now = clock.millis();
        return last(versions, record -> record.visibleAt() <= now);
    }

    private static <R> Optional<R> last(List<R> versions, Predicate<R> condition) {
        for (int i = versions.size() - 1; i >= 0; i--) {
            if (condition.test(versions.get(i))) {
                return Optional.of(versions.get(i));
            }
        }
        return Optional.empty();
    }
}
