package dev.tidemark.simulator.recharge;

/** How many requests the app's vendor still takes: each fills the bucket by one, and it leaks steadily. Thread-safe. */
final class LeakyBucket {
    private double size = 40;
    private double leakPerSecond = 2;
    private double level;
    private long asOf = System.nanoTime();

    /** Adds one request if there is room. */
    synchronized boolean take() {
        leak();
        if (level + 1 > size) {
            return false;
        }
        level++;
        return true;
    }

    synchronized void resize(double newSize, double newLeakPerSecond) {
        leak();
        size = newSize;
        leakPerSecond = newLeakPerSecond;
    }

    /** As the header says it: {@code 12/40}. */
    synchronized String status() {
        leak();
        return (long) Math.ceil(level) + "/" + (long) size;
    }

    synchronized double size() {
        return size;
    }

    synchronized double leakPerSecond() {
        return leakPerSecond;
    }

    private void leak() {
        long now = System.nanoTime();
        level = Math.max(0, level - (now - asOf) / 1e9 * leakPerSecond);
        asOf = now;
    }
}
