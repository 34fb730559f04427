package dev.tidemark.simulator;

import java.util.Map;

/** The points an app may spend on queries: a bucket that refills with time. Thread-safe. */
final class CostBucket {
    private static final double MAXIMUM = 2_000;
    private static final double RESTORED_PER_SECOND = 100;
    /** A single query may not cost more, however full the bucket is. */
    static final int MOST_PER_QUERY = 1_000;

    private double available = MAXIMUM;
    private long asOf = System.nanoTime();

    /** Takes the points if they are there. */
    synchronized boolean take(int points) {
        refill();
        if (available < points) {
            return false;
        }
        available -= points;
        return true;
    }

    /** Gives back what a query did not use after all. */
    synchronized void giveBack(int points) {
        refill();
        available = Math.min(MAXIMUM, available + points);
    }

    synchronized Map<String, Object> status() {
        refill();
        return status((long) available);
    }

    static Map<String, Object> status(long currentlyAvailable) {
        return Map.of(
                "maximumAvailable", MAXIMUM,
                "currentlyAvailable", currentlyAvailable,
                "restoreRate", RESTORED_PER_SECOND);
    }

    private void refill() {
        long now = System.nanoTime();
        available = Math.min(MAXIMUM, available + (now - asOf) / 1e9 * RESTORED_PER_SECOND);
        asOf = now;
    }
}
