package dev.tidemark.simulator;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Changes that wait for a bulk scan to pass a certain place, so that a test can change a record just after it was written or
 * just before it is reached. Thread-safe.
 */
final class ScanChanges {

    /** Where in a scan a change happens: after an order was written, or after so many roots, or at a percentage of them. */
    record Place(long afterOrder, long afterRoots, double atPercent) {}

    /** One waiting change. */
    record Waiting(Place place, Runnable change) {}

    private final List<Waiting> waiting = new CopyOnWriteArrayList<>();
    private final PageChanges pages = new PageChanges();
    private long expected;

    /** Those that wait for pages instead. */
    PageChanges pages() {
        return pages;
    }

    void add(Place place, Runnable change) {
        waiting.add(new Waiting(place, change));
    }

    int count() {
        return waiting.size() + pages.count();
    }

    void clear() {
        waiting.clear();
        pages.clear();
    }

    boolean needsCount() {
        return waiting.stream().anyMatch(change -> change.place().atPercent() >= 0);
    }

    /** A scan begins that expects so many roots, if it counted them. */
    void begin(long expectedRoots) {
        expected = expectedRoots;
        apply(0, 0);
    }

    /** The scan has written this order, and so many roots by now. */
    void written(long orderId, long roots) {
        if (!waiting.isEmpty()) {
            apply(orderId, roots);
        }
    }

    private void apply(long orderId, long roots) {
        for (Waiting change : waiting) {
            Place place = change.place();
            boolean due = (place.afterOrder() > 0 && place.afterOrder() == orderId)
                    || (place.afterRoots() >= 0 && roots >= place.afterRoots())
                    || (place.atPercent() >= 0 && expected > 0 && roots >= expected * place.atPercent() / 100);
            if (due && waiting.remove(change)) {
                change.change().run();
            }
        }
    }
}
