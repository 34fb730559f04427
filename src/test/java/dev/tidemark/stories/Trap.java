package dev.tidemark.stories;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A fault laid into a {@link Wire}: it springs once, in one phase of the n-th exchange whose name the pattern finds.
 * Thread-safe.
 */
final class Trap {
    /** What the wire does after the fault has struck. */
    enum Then {
        GO_ON,
        /** Close the connection; what was not forwarded yet is lost. */
        CUT
    }

    private final Pattern exchange;
    private final Phase phase;
    private final int occurrence;
    private final Supplier<Then> fault;
    private final AtomicInteger seen = new AtomicInteger();
    private final CountDownLatch sprung = new CountDownLatch(1);

    /**
     * @param exchange regular expression found in the exchange's name: SQL text, or method, path and body
     * @param occurrence counted from 1
     * @param fault runs while the exchange is held
     */
    Trap(String exchange, Phase phase, int occurrence, Supplier<Then> fault) {
        this.exchange = Pattern.compile(exchange, Pattern.DOTALL);
        this.phase = phase;
        this.occurrence = occurrence;
        this.fault = fault;
    }

    /** Counts the exchange; true when it is the one this trap waits for. */
    boolean waitsFor(String name) {
        return exchange.matcher(name).find() && seen.incrementAndGet() == occurrence;
    }

    Then spring(Phase reached) {
        if (reached != phase) {
            return Then.GO_ON;
        }
        try {
            return fault.get();
        } finally {
            sprung.countDown();
        }
    }

    boolean hasSprung() {
        return sprung.getCount() == 0;
    }

    /** Waits until the fault has struck; false when it did not within the limit. */
    boolean awaitSprung(Duration limit) {
        try {
            return sprung.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public String toString() {
        return phase + " of '" + exchange + "' #" + occurrence + " (seen " + seen + ")";
    }
}
