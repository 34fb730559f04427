package dev.tidemark.simulator.recharge;

import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;

/**
 * The moments at which version 2021-01, which writes US Eastern time without its offset, is hard to read: around the hour
 * that is missing in March, and in the one that comes twice in November. Times are seconds.
 */
final class ClockChanges {
    static final ZoneId EASTERN = ZoneId.of("America/New_York");
    private static final long HOUR = 3_600;

    private ClockChanges() {}

    /** Half past one, when it comes for the first time in the last doubled hour before the moment; an hour later again. */
    static long doubledHalfPastOne(long before) {
        return last(before, false) - HOUR / 2;
    }

    /** Half past one in the last night before the moment that has no half past two; an hour later it is half past three. */
    static long halfPastOneBeforeMissing(long before) {
        return last(before, true) - HOUR / 2;
    }

    private static long last(long before, boolean gap) {
        ZoneOffsetTransition change = EASTERN.getRules().previousTransition(Instant.ofEpochSecond(before - HOUR));
        while (change.isGap() != gap) {
            change = EASTERN.getRules().previousTransition(change.getInstant());
        }
        return change.getInstant().getEpochSecond();
    }
}
