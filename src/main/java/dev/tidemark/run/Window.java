package dev.tidemark.run;

import dev.tidemark.settings.Settings;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * What a daily run asks the source for, fixed before the first request and never moved.
 *
 * @param from first instant asked for, included, on a whole second because the source's times have no finer steps
 * @param to the source's clock before the request; the request itself has no upper end, so that nothing that changes
 *     during the scan is left out
 * @param gap what the floor leaves out; empty when the window joins on to the watermark
 */
public record Window(Instant from, Instant to, Optional<Gap> gap) {

    /**
     * History that no daily window covers; only a backfill closes it.
     *
     * @param from empty: from the beginning of the shop
     * @param reason {@code first_run} or {@code older_than_floor}
     */
    public record Gap(Optional<Instant> from, Instant to, String reason) {}

    /**
     * The window of a run that starts now.
     *
     * @param watermark where the last complete run got to; empty before the first one
     * @param sourceNow the source's clock
     */
    public static Window since(Optional<Instant> watermark, Instant sourceNow, Settings.Sync sync) {
        Instant floor = wholeSecond(sourceNow.minus(sync.floor()));
        Optional<Instant> start = watermark.map(mark -> wholeSecond(mark.minus(sync.overlap())));
        if (start.isPresent() && !start.get().isBefore(floor)) {
            return new Window(start.get(), sourceNow, Optional.empty());
        }
        // The overlap alone may reach behind the floor; a gap begins only where the watermark itself does.
        Optional<Gap> gap = watermark.isPresent() && !watermark.get().isBefore(floor)
                ? Optional.empty()
                : Optional.of(new Gap(watermark, floor, watermark.isPresent() ? "older_than_floor" : "first_run"));
        return new Window(floor, sourceNow, gap);
    }

    /** The part of the window that a source hides which shows only what is younger than {@code age}. */
    public Optional<Instant> unseenBefore(Duration age) {
        return Optional.of(wholeSecond(to.minus(age))).filter(from::isBefore);
    }

    private static Instant wholeSecond(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS);
    }
}
