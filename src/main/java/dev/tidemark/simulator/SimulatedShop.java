package dev.tidemark.simulator;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * The shop's orders and products, and every version of every order: the truth that all answers are given from.
 *
 * <p>What the seed decides is computed when asked for; only orders changed since the start are kept in memory. Thread-safe.
 */
final class SimulatedShop {
    private static final long FIRST_CREATED_ORDER_ID = 9_005_900_000_000_000L;
    private static final long FIRST_CREATED_LINE_ID = 9_007_100_000_000_000L;

    /** Takes the orders of a scan in the order of their ids. */
    interface Visitor {
        void visit(Order order) throws IOException;
    }

    private final ShopClock clock;
    private final Duration indexLag;
    private final ProductRange range;
    private final OrderGenerator generator;
    /** Versions of the orders that changed or were made since the start, oldest first; lists are replaced, never changed. */
    private final NavigableMap<Long, List<Order>> changed = new ConcurrentSkipListMap<>();

    private long createdOrders;
    private long createdLines;

    SimulatedShop(SimulatorOptions options, ShopClock clock) {
        Dice dice = new Dice(options.seed());
        long start = options.startsAt().toEpochMilli();
        this.clock = clock;
        this.indexLag = options.indexLag();
        this.range = new ProductRange(dice, start);
        this.generator = new OrderGenerator(dice, options.orders(), start, range);
    }

    ProductRange range() {
        return range;
    }

    SubscriptionOrders subscriptionOrders() {
        return new SubscriptionOrders(generator);
    }

    long indexLagMillis() {
        return indexLag.toMillis();
    }

    /** Orders ever made, deleted ones included. */
    synchronized long everMade() {
        return generator.count() + createdOrders;
    }

    /** The id of the order with this place among those of the start. */
    long idAt(long index) {
        return generator.id(Math.floorMod(index, Math.max(1, generator.count())));
    }

    long ordersAtStart() {
        return generator.count();
    }

    /** Every version, oldest first; those not yet committed included; empty when there never was such an order. */
    List<Order> versions(long id) {
        List<Order> versions = changed.get(id);
        return versions != null
                ? versions
                : generator.indexOf(id).map(generator::versions).orElse(List.of());
    }

    /** The order as stored now; empty when it does not exist, not yet or no more. */
    Optional<Order> stored(long id) {
        return stored(versions(id)).filter(order -> !order.isDeleted());
    }

    /**
     * Shows every order that a search finds now, as it is stored at that moment. The index may lag behind what is stored: a
     * changed order is judged by its last visible version, but shown as it is.
     */
    void search(SearchFilter<Order> filter, Visitor visitor) throws IOException {
        scan(0, filter.updatedAtLeast(), () -> true, visitor, filter);
    }

    /** Shows every order that exists or existed, as stored now, from an id on (exclusive), while it is asked to go on. */
    void all(long afterId, BooleanSupplier goOn, Visitor visitor) throws IOException {
        scan(afterId, Long.MIN_VALUE, goOn, visitor, null);
    }

    /** Adds versions; ids of orders and lines that are new come from {@link #newOrderId} and {@link #newLineId}. */
    synchronized void add(Order version) {
        List<Order> versions = new ArrayList<>(versions(version.id()));
        versions.add(version);
        versions.sort((a, b) -> Long.compare(a.committedAt(), b.committedAt()));
        changed.put(version.id(), List.copyOf(versions));
    }

    synchronized long newOrderId() {
        return FIRST_CREATED_ORDER_ID + 1_009 * createdOrders++;
    }

    synchronized long newLineId() {
        return FIRST_CREATED_LINE_ID + 101 * createdLines++;
    }

    /** The number of an order made since the start. */
    long numberOf(long createdOrderId) {
        long place = (createdOrderId - FIRST_CREATED_ORDER_ID) / 1_009;
        return OrderGenerator.NUMBERS_AFTER + 1 + generator.count() + place;
    }

    private void scan(
            long afterId, long updatedAtLeast, BooleanSupplier goOn, Visitor visitor, SearchFilter<Order> filter)
            throws IOException {
        for (long index = generator.indexFrom(afterId + 1); index < generator.count() && goOn.getAsBoolean(); index++) {
            List<Order> versions = changed.isEmpty() ? null : changed.get(generator.id(index));
            if (versions != null) {
                show(versions, visitor, filter);
            } else if (generator.updatedAt(index) >= updatedAtLeast) {
                Order order = generator.current(index);
                if (filter == null || filter.matches(order)) {
                    visitor.visit(order);
                }
            }
        }
        for (Long id :
                changed.tailMap(Math.max(afterId + 1, FIRST_CREATED_ORDER_ID)).keySet()) {
            if (!goOn.getAsBoolean()) {
                return;
            }
            show(changed.get(id), visitor, filter);
        }
    }

    private void show(List<Order> versions, Visitor visitor, SearchFilter<Order> filter) throws IOException {
        Optional<Order> stored = stored(versions);
        if (stored.isEmpty()) {
            return;
        }
        boolean found = filter == null
                || (!stored.get().isDeleted()
                        && indexed(versions).filter(filter::matches).isPresent());
        if (found) {
            visitor.visit(stored.get());
        }
    }

    private Optional<Order> stored(List<Order> versions) {
        long now = clock.millis();
        return last(versions, order -> order.committedAt() <= now);
    }

    private Optional<Order> indexed(List<Order> versions) {
        long now = clock.millis();
        return last(versions, order -> order.visibleAt() <= now);
    }

    private static Optional<Order> last(List<Order> versions, Predicate<Order> condition) {
        for (int i = versions.size() - 1; i >= 0; i--) {
            if (condition.test(versions.get(i))) {
                return Optional.of(versions.get(i));
            }
        }
        return Optional.empty();
    }
}
