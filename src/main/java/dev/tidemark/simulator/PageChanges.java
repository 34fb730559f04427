package dev.tidemark.simulator;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Changes that wait until so many pages of a list were served, so that a test can change a record between two pages of one
 * walk. Thread-safe.
 */
final class PageChanges {

    /** @param list the connection whose pages are counted; empty counts those of all */
    private record Waiting(String list, AtomicLong left, Runnable change) {}

    private final List<Waiting> waiting = new CopyOnWriteArrayList<>();

    void add(String list, long pages, Runnable change) {
        waiting.add(new Waiting(list, new AtomicLong(pages), change));
    }

    int count() {
        return waiting.size();
    }

    void clear() {
        waiting.clear();
    }

    /** A page of a list at the top of the API is made up and goes out as it is. */
    void served(String list) {
        for (Waiting change : waiting) {
            boolean concerned = change.list().isEmpty() || change.list().equals(list);
            if (concerned && change.left().decrementAndGet() == 0 && waiting.remove(change)) {
                change.change().run();
            }
        }
    }
}
