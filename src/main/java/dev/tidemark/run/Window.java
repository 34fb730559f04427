package dev.tidemark.run;

import dev.tidemark.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * What a run asks the source for, fixed before the first request and never moved.
 *
 * @param from first instant asked for, included, on a whole second because the source's times have no finer steps
 * @param to of a daily run: the source's clock before the request; of a backfill: the first instant no longer asked for
 * @param end the upper end of the request; empty for a daily run, so that nothing that changes during the scan is left out
 * @param gap what the floor leaves out; empty when the window joins on to the watermark
 */
public record Window(Instant from, Instant to, Optional<Instant> end, Optional<Gap> gap) {

    /**
     * History that no daily window covers; only a backfill closes it.
     *
     * @param from empty: from the beginning of the shop
     * @param reason {@code first_run} or {@code older_than_floor}
     */
    public record Gap(Optional<Instant> from, Instant to, String reason) {}

    /**
     * The window of a run: the one that its backfill has cut for it, or the time since the watermark.
     *
     * @param sourceNow the source's clock
     */
    public static Window of(Run run, Instant sourceNow, Settings.Sync sync) {
        if (run.isScan()) {
            return new Window(run.windowFrom().orElse(Instant.EPOCH), sourceNow, Optional.empty(), Optional.empty());
        }
        if (!run.isBackfill()) {
            return since(run.watermark(), sourceNow, sync);
        }
        Optional<Instant> end = run.windowTo();
        return new Window(run.windowFrom().orElseThrow(), end.orElseThrow(), end, Optional.empty());
    }

    /**
     * The window of a daily run that starts now.
     *
     * @param watermark where the last complete run got to; empty before the first one
     * @param sourceNow the source's clock
     */
    public static Window since(Optional<Instant> watermark, Instant sourceNow, Settings.Sync sync) {
        Instant floor = wholeSecond(sourceNow.minus(sync.floor()));
        Optional<Instant> start = watermark.map(mark -> wholeSecond(mark.minus(sync.overlap())));
        if (start.isPresent() && !start.get().isBefore(floor)) {
            return new Window(start.get(), sourceNow, Optional.empty(), Optional.empty());
        }
        // The overlap alone may reach behind the floor; a gap begins only where the watermark itself does.
        Optional<Gap> gap = watermark.isPresent() && !watermark.get().isBefore(floor)
                ? Optional.empty()
                : Optional.of(new Gap(watermark, floor, watermark.isPresent() ? "older_than_floor" : "first_run"));
        return new Window(floor, sourceNow, Optional.empty(), gap);
    }

    /** The same from a later moment on, where the source shows nothing older. */
    public Window notBefore(Instant moment) {
        return from.isBefore(moment) ? new Window(moment, to, end, gap) : this;
    }

    /** The same for a stream that is read whole in every run: it has no gaps. */
    public Window wholeHistory() {
        return new Window(Instant.EPOCH, to, Optional.empty(), Optional.empty());
    }

    /**
     * Values of {@code sql/ledger/record_window.sql} for a source that hides nothing and has no time zone.
     *
     * @param query what is asked of the source
     */
    public Map<String, Object> values(String query, Duration lag, Instant sourceNow) {
        Map<String, Object> values = new HashMap<>();
        values.put("window_from", from.toString());
        values.put("window_to", to.toString());
        values.put("query", query);
        values.put("query_sha256", sha256(query));
        values.put("lag_millis", lag.toMillis());
        values.put("shop_time_zone", null);
        values.put("source_now", sourceNow.toString());
        values.put("gap_from", gap.flatMap(Gap::from).map(Instant::toString).orElse(null));
        values.put("gap_to", gap.map(each -> each.to().toString()).orElse(null));
        values.put("gap_reason", gap.map(Gap::reason).orElse(null));
        values.put("unseen_before", null);
        return values;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    /** Where the part of the window ends that a source hides which shows only what is younger than {@code age}. */
    public Optional<Instant> unseenBefore(Instant sourceNow, Duration age) {
        return Optional.of(wholeSecond(sourceNow.minus(age))).filter(from::isBefore);
    }

    private static Instant wholeSecond(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS);
    }
}
