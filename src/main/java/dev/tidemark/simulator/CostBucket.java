package dev.tidemark.simulator;

import java.util.Map;

/** The points an app may spend on queries: a bucket that refills with time. Thread-safe. */
final class CostBucket {
    private static final int SECONDS_TO_FILL = 20;
    /** A single query may not cost more, however full the bucket is. */
    static final int MOST_PER_QUERY = 1_000;

    private final double restoredPerSecond;
    private final double maximum;
    private double available;
    private long asOf = System.nanoTime();

    CostBucket(int restoredPerSecond) {
        this.restoredPerSecond = restoredPerSecond;
        this.maximum = (double) restoredPerSecond * SECONDS_TO_FILL;
        this.available = maximum;
    }

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
        available = Math.min(maximum, available + points);
    }

    synchronized Map<String, Object> status() {
        refill();
        return status((long) available);
    }

    Map<String, Object> status(long currentlyAvailable) {
        return Map.of(
                "maximumAvailable", maximum,
                "currentlyAvailable", currentlyAvailable,
                "restoreRate", restoredPerSecond);
    }

    private void refill() {
        long now = System.nanoTime();
        available = Math.min(maximum, available + (now - asOf) / 1e9 * restoredPerSecond);
        asOf = now;
    }
}
