package dev.tidemark.simulator;

import java.time.Duration;
import java.time.Instant;

/** The shop's own clock: it runs with the machine's, may differ from it, and can be set, advanced and stopped. */
public final class ShopClock {
    private Instant reference;
    private long referenceNanos = System.nanoTime();
    private boolean running = true;

    ShopClock(Instant startsAt) {
        reference = startsAt;
    }

    public synchronized Instant now() {
        return running ? reference.plusNanos(System.nanoTime() - referenceNanos) : reference;
    }

    public long millis() {
        return now().toEpochMilli();
    }

    synchronized void set(Instant now) {
        reference = now;
        referenceNanos = System.nanoTime();
    }

    synchronized void advance(Duration by) {
        set(now().plus(by));
    }

    /** A stopped clock still can be set and advanced. */
    synchronized void run(boolean run) {
        set(now());
        running = run;
    }

    synchronized boolean isRunning() {
        return running;
    }
}
