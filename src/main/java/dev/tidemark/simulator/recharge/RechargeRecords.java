package dev.tidemark.simulator.recharge;

import dev.tidemark.simulator.ShopClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * Every record of the app with its versions: what all answers are given from.
 *
 * <p>What the seed decides is computed when asked for, but for eight bytes a record that a sorted list needs; only records
 * changed since the start are kept. Thread-safe.
 */
final class RechargeRecords {
    private static final int PLACE_BITS = 28;

    private final RechargeGenerator generator;
    private final ShopClock clock;
    private final Map<String, long[]> sorted = new ConcurrentHashMap<>();
    /** Versions of what changed or was made since the start, oldest first; lists are replaced, never changed. */
    private final Map<Kind, NavigableMap<Long, List<Entry>>> changed = new ConcurrentHashMap<>();

    private volatile Listener listener = (kind, before, after) -> {};
    private final long[] made = new long[Kind.values().length];

    RechargeRecords(RechargeGenerator generator, ShopClock clock) {
        this.generator = generator;
        this.clock = clock;
        for (Kind kind : Kind.values()) {
            changed.put(kind, new ConcurrentSkipListMap<>());
        }
    }

    /** Is told of each new version, and of the one before it, which a new record does not have. */
    interface Listener {
        void changed(Kind kind, Optional<Entry> before, Entry after);
    }

    void listener(Listener newListener) {
        listener = newListener;
    }

    /** Some records of a list, and whether more follow in the direction it was walked. */
    record Page(List<Entry> entries, boolean hasMore) {}

    /** In the order that was asked for, at most so many. Lists show the last version that is visible. */
    Page page(Kind kind, Listing listing, int limit) {
        List<Entry> found = new ArrayList<>(limit + 1);
        Iterator<Entry> generated = generated(kind, listing);
        Iterator<Entry> later = changed(kind, listing);
        Entry left = next(generated);
        Entry right = next(later);
        while (found.size() <= limit && (left != null || right != null)) {
            boolean takeLeft = right == null || (left != null && order(listing).compare(left, right) < 0);
            found.add(takeLeft ? left : right);
            if (takeLeft) {
                left = next(generated);
            } else {
                right = next(later);
            }
        }
        boolean hasMore = found.size() > limit;
        List<Entry> page = new ArrayList<>(hasMore ? found.subList(0, limit) : found);
        if (listing.backwards()) {
            Collections.reverse(page);
        }
        return new Page(page, hasMore);
    }

    /** The record as stored now; empty when it does not exist, not yet or no more. */
    Optional<Entry> stored(Kind kind, long id) {
        return stored(versions(kind, id)).filter(entry -> !entry.isDeleted());
    }

    /** By rising id from one on (exclusive), as stored now, the deleted ones too. */
    Iterable<Entry> all(Kind kind, long afterId) {
        long[] places = sorted(kind, Listing.Sort.ID);
        NavigableMap<Long, List<Entry>> later = changed.get(kind);
        Iterator<Entry> computed = LongStream.of(places)
                .filter(place -> generator.id(kind, place) > afterId)
                .mapToObj(place -> {
                    List<Entry> versions = later.get(generator.id(kind, place));
                    return versions == null ? Optional.of(generator.entry(kind, place)) : stored(versions);
                })
                .flatMap(Optional::stream)
                .iterator();
        Iterator<Entry> madeLater = later.tailMap(Math.max(afterId + 1, kind.firstIdMadeLater())).values().stream()
                .flatMap(versions -> stored(versions).stream())
                .iterator();
        return () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return computed.hasNext() || madeLater.hasNext();
            }

            @Override
            public Entry next() {
                return computed.hasNext() ? computed.next() : madeLater.next();
            }
        };
    }

    /** Every version that is kept, oldest first, those not yet committed included. */
    List<Entry> versions(Kind kind, long id) {
        List<Entry> versions = changed.get(kind).get(id);
        if (versions != null) {
            return versions;
        }
        return generator.placeOf(kind, id).stream()
                .mapToObj(place -> generator.entry(kind, place))
                .toList();
    }

    synchronized void add(Kind kind, Entry version) {
        List<Entry> versions = new ArrayList<>(versions(kind, version.id()));
        Optional<Entry> before = versions.isEmpty() ? Optional.empty() : Optional.of(versions.get(versions.size() - 1));
        versions.add(version);
        versions.sort(Comparator.comparingLong(Entry::committedMillis));
        changed.get(kind).put(version.id(), List.copyOf(versions));
        listener.changed(kind, before, version);
    }

    synchronized long newId(Kind kind) {
        return kind.firstIdMadeLater() + 3 * made[kind.ordinal()]++;
    }

    long countAtStart(Kind kind) {
        return sorted(kind, Listing.Sort.ID).length;
    }

    /** The id of the record with this place among those of the start. */
    long idAt(Kind kind, long index) {
        long[] places = sorted(kind, Listing.Sort.ID);
        if (places.length == 0) {
            throw new IllegalArgumentException("There were no " + kind.plural() + " at the start");
        }
        return generator.id(kind, places[Math.floorMod(index, places.length)]);
    }

    private Iterator<Entry> generated(Kind kind, Listing listing) {
        long[] keys = sorted(kind, listing.sort());
        boolean up = listing.isWalkedUp();
        NavigableMap<Long, List<Entry>> later = changed.get(kind);
        return new Iterator<>() {
            private int at = firstPlace(kind, keys, listing, up);
            private Entry found;

            @Override
            public boolean hasNext() {
                while (found == null && at >= 0 && at < keys.length) {
                    long place = keys[at] & ((1L << PLACE_BITS) - 1);
                    at += up ? 1 : -1;
                    if (listing.accepts(generator.createdAt(kind, place), generator.updatedAt(kind, place))
                            && (later.isEmpty() || !later.containsKey(generator.id(kind, place)))) {
                        found = generator.entry(kind, place);
                    }
                }
                return found != null;
            }

            @Override
            public Entry next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Entry next = found;
                found = null;
                return next;
            }
        };
    }

    private int firstPlace(Kind kind, long[] keys, Listing listing, boolean up) {
        if (listing.after().isEmpty()) {
            // A list sorted by the time it is bounded by need not be searched from its end.
            long bound = listing.sort() == Listing.Sort.UPDATED_AT
                    ? (up ? listing.updatedMin() : listing.updatedMax())
                    : (up ? Long.MIN_VALUE : Long.MAX_VALUE);
            if (up) {
                return bound <= 0 ? 0 : insertion(keys, bound << PLACE_BITS);
            }
            return bound >= 1L << 34 ? keys.length - 1 : insertion(keys, (bound + 1) << PLACE_BITS) - 1;
        }
        Listing.Position after = listing.after().get();
        int low = 0;
        int high = keys.length;
        // The first place whose position is above (walking up) or not below (walking down) the one to begin behind.
        while (low < high) {
            int middle = (low + high) >>> 1;
            long place = keys[middle] & ((1L << PLACE_BITS) - 1);
            int compared =
                    new Listing.Position(keys[middle] >>> PLACE_BITS, generator.id(kind, place)).compareTo(after);
            if (compared < 0 || (up && compared == 0)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return up ? low : low - 1;
    }

    private static int insertion(long[] keys, long key) {
        int at = Arrays.binarySearch(keys, key);
        return at >= 0 ? at : -at - 1;
    }

    private Iterator<Entry> changed(Kind kind, Listing listing) {
        Comparator<Entry> order = order(listing);
        TreeMap<Entry, Entry> fitting = new TreeMap<>(order);
        for (List<Entry> versions : changed.get(kind).values()) {
            visible(versions)
                    .filter(entry -> listing.accepts(entry.createdAt(), entry.updatedAt()))
                    .filter(entry -> isAfter(listing, entry))
                    .ifPresent(entry -> fitting.put(entry, entry));
        }
        return fitting.values().iterator();
    }

    private static boolean isAfter(Listing listing, Entry entry) {
        int compared = listing.after()
                .map(after -> listing.sort().positionOf(entry).compareTo(after))
                .orElse(listing.isWalkedUp() ? 1 : -1);
        return listing.isWalkedUp() ? compared > 0 : compared < 0;
    }

    private static Comparator<Entry> order(Listing listing) {
        Comparator<Entry> up = Comparator.comparing(listing.sort()::positionOf);
        return listing.isWalkedUp() ? up : up.reversed();
    }

    /** Places of the start with their sort key above them, rising; the key of a list by id is 0. */
    private long[] sorted(Kind kind, Listing.Sort sort) {
        return sorted.computeIfAbsent(kind + " " + sort, absent -> LongStream.range(0, generator.places(kind))
                .parallel()
                .filter(place -> generator.exists(kind, place))
                .map(place -> switch (sort) {
                    case ID -> place;
                    case CREATED_AT -> generator.createdAt(kind, place) << PLACE_BITS | place;
                    case UPDATED_AT -> generator.updatedAt(kind, place) << PLACE_BITS | place;
                })
                .sorted()
                .toArray());
    }

    private Optional<Entry> stored(List<Entry> versions) {
        long now = clock.millis();
        return last(versions, entry -> entry.committedMillis() <= now);
    }

    private Optional<Entry> visible(List<Entry> versions) {
        long now = clock.millis();
        return last(versions, entry -> entry.visibleMillis() <= now).filter(entry -> !entry.isDeleted());
    }

    private static Optional<Entry> last(List<Entry> versions, Predicate<Entry> condition) {
        for (int i = versions.size() - 1; i >= 0; i--) {
            if (condition.test(versions.get(i))) {
                return Optional.of(versions.get(i));
            }
        }
        return Optional.empty();
    }

    private static Entry next(Iterator<Entry> entries) {
        return entries.hasNext() ? entries.next() : null;
    }
}
