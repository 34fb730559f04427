package dev.tidemark.run;

import dev.tidemark.settings.Durations;
import dev.tidemark.settings.Settings;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Values for the statements in {@code sql/backfill}, and the rules that a backfill has to keep. */
public final class Backfills {
    /** Most windows of one backfill. */
    public static final int MOST_WINDOWS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Backfills.class);
    private static final String USUAL_WINDOW = "P30D";
    private static final int USUAL_PARALLEL = 2;
    private static final int MOST_PARALLEL = 64;
    /** A chunk of history may be this many times as long as a daily one: nobody waits for its rows. */
    private static final int CHUNK_FACTOR = 4;

    private final Settings settings;
    private final Map<String, String> sourceByStream;
    private final Set<String> bulkStreams;
    private final int slots;
    private final Worker worker;
    private final Clock clock;

    /**
     * @param sourceByStream the declared streams and where each is read from
     * @param bulkStreams those that are read by bulk operations
     * @param slots bulk operations that a shop runs at the same time
     */
    public Backfills(
            Settings settings,
            Map<String, String> sourceByStream,
            Set<String> bulkStreams,
            int slots,
            Worker worker,
            Clock clock) {
        this.settings = settings;
        this.sourceByStream = sourceByStream;
        this.bulkStreams = bulkStreams;
        this.slots = slots;
        this.worker = worker;
        this.clock = clock;
    }

    /**
     * What is asked for, with its source.
     *
     * @param request store, stream, from, to, and optionally window, parallel, order, backfill_id, initiator and start
     * @throws UnknownStore when no configuration names the store
     * @throws UnknownStream when no declaration names the stream
     * @throws InvalidBackfill when the store has no such source
     */
    public Map<String, Object> asked(Map<String, Object> request) {
        String store = Objects.toString(request.get("store"), "");
        String stream = Objects.toString(request.get("stream"), "");
        if (!settings.stores().containsKey(store)) {
            throw new UnknownStore(store, settings.stores().keySet());
        }
        if (!sourceByStream.containsKey(stream)) {
            throw new UnknownStream(stream, sourceByStream.keySet());
        }
        String source = sourceByStream.get(stream);
        Settings.Store configured = settings.stores().get(store);
        if (source.equals("shopify") && configured.shopify().isEmpty()
                || source.equals("recharge") && configured.recharge().isEmpty()) {
            throw new InvalidBackfill(
                    "store", "Store " + store + " has no " + source + " account, which " + stream + " is read from");
        }
        // Everything that does not depend on the source's clock is refused before the source is asked.
        range(request);
        windowLength(request);
        parallel(request);
        order(request);
        Map<String, Object> asked = new HashMap<>(request);
        asked.put("source", source);
        return asked;
    }

    /** How far back the source lets itself be read when it was not asked: as far as anybody knows, all the way. */
    public Map<String, Object> horizon() {
        Map<String, Object> horizon = new HashMap<>();
        horizon.put("now", clock.instant());
        horizon.put("hidden_before", null);
        return horizon;
    }

    /** Goes on without an answer; each window's own run looks again, and fails where the source hides its range. */
    public Map<String, Object> unknownHorizon(Map<String, Object> asked, Throwable cause) {
        LOG.warn(
                "The source of {}/{} could not be asked what it shows ({}); every run of the backfill asks again",
                asked.get("store"),
                asked.get("stream"),
                cause.getMessage());
        return horizon();
    }

    /**
     * Values of {@code plan_backfill.sql}.
     *
     * @param horizon the source's clock under {@code now}; under {@code hidden_before}, where its history begins for the
     *     token, null when it shows all of it
     * @throws InvalidBackfill when the range, or what it is cut into, cannot be
     * @throws RangeHidden when the source does not show the range's beginning
     */
    public Map<String, Object> planning(Map<String, Object> asked, Map<String, Object> horizon) {
        Range range = range(asked);
        Instant now = ((Instant) horizon.get("now")).truncatedTo(ChronoUnit.SECONDS);
        if (!range.from().isBefore(now)) {
            throw new InvalidBackfill(
                    "from", "from lies in the future: " + range.from() + ", and at the source it is " + now);
        }
        Instant to = range.to().isAfter(now) ? now : range.to();
        Optional.ofNullable((Instant) horizon.get("hidden_before"))
                .map(moment -> moment.truncatedTo(ChronoUnit.SECONDS))
                .filter(range.from()::isBefore)
                .ifPresent(moment -> {
                    throw new RangeHidden("The token of store " + asked.get("store")
                            + " lacks read_all_orders, so the source shows " + asked.get("stream") + " of the last "
                            + Duration.between(moment, now).toDays() + " days only, and from " + range.from()
                            + " lies before " + moment
                            + "; add the scope to the app and install it again, or begin later");
                });
        Duration window = windowLength(asked);
        long windows = -Math.floorDiv(-Duration.between(range.from(), to).toSeconds(), window.toSeconds());
        if (windows > MOST_WINDOWS) {
            throw new InvalidBackfill(
                    "window",
                    "window " + text(asked, "window").orElse(USUAL_WINDOW) + " cuts the range into " + windows
                            + " windows; at most " + MOST_WINDOWS + " are allowed, so take a longer one");
        }
        Map<String, Object> values = new HashMap<>();
        values.put(
                "backfill_id",
                Objects.toString(asked.get("backfill_id"), UUID.randomUUID().toString()));
        values.put("store", asked.get("store"));
        values.put("stream", asked.get("stream"));
        values.put("from", range.from().toString());
        values.put("to", to.toString());
        values.put("window", text(asked, "window").orElse(USUAL_WINDOW));
        values.put("window_seconds", window.toSeconds());
        values.put("order", order(asked));
        values.put("parallel", parallel(asked));
        values.put("chunk_lines", Math.multiplyExact(settings.sync().chunkLines(), CHUNK_FACTOR));
        values.put("initiator", text(asked, "initiator").orElse("user"));
        values.put("start", !Boolean.FALSE.equals(asked.get("start")));
        return values;
    }

    /** Takes note of a backfill that was started or found here: its runs are carried here. */
    public Map<String, Object> started(Map<String, Object> row) {
        if (row != null && !"conflict".equals(row.get("outcome"))) {
            worker.carryBackfill((UUID) row.get("backfill_id"));
        }
        return row;
    }

    /** Values of {@code start_window.sql}. */
    public Map<String, Object> beginning() {
        Map<String, Object> values = new HashMap<>();
        values.put("streams", worker.activeStreams().toArray(String[]::new));
        values.put("only_backfills", worker.onlyBackfills());
        values.put("bulk_streams", bulkStreams.toArray(String[]::new));
        values.put("slots", slots);
        values.put("lanes", Math.max(1, slots - 1));
        values.put("retry_for_millis", settings.sync().retryFor().toMillis());
        return values;
    }

    private record Range(Instant from, Instant to) {}

    private static Range range(Map<String, Object> asked) {
        Instant from = moment(asked, "from").truncatedTo(ChronoUnit.SECONDS);
        Instant end = moment(asked, "to");
        // The source's times have whole seconds, so a range that ends within one takes all of it.
        Instant whole = end.truncatedTo(ChronoUnit.SECONDS);
        Instant to = whole.equals(end) ? end : whole.plusSeconds(1);
        if (!from.isBefore(to)) {
            throw new InvalidBackfill("from", "from must lie before to, and " + from + " is not before " + to);
        }
        return new Range(from, to);
    }

    private static Instant moment(Map<String, Object> asked, String name) {
        String text = text(asked, name)
                .orElseThrow(() ->
                        new InvalidBackfill(name, name + " is missing; give a time such as 2024-01-01T00:00:00Z"));
        try {
            Instant moment = text.matches("\\d{4}-\\d{2}-\\d{2}")
                    ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
                    : OffsetDateTime.parse(text).toInstant();
            int year = moment.atOffset(ZoneOffset.UTC).getYear();
            if (year >= 1970 && year <= 9999) {
                return moment;
            }
        } catch (DateTimeException e) {
            // Answered below with the same words as a time that is out of range.
        }
        throw new InvalidBackfill(
                name,
                name + " must be a day or a time with an offset, such as 2024-01-01 or 2024-01-01T00:00:00Z, not '"
                        + text + "'");
    }

    private static Duration windowLength(Map<String, Object> asked) {
        String text = text(asked, "window").orElse(USUAL_WINDOW);
        Optional<Duration> length = Durations.parse(text);
        if (length.isEmpty()) {
            try {
                length = Optional.of(Duration.parse(text));
            } catch (DateTimeException e) {
                // Answered below with the same words as a length that is too short.
            }
        }
        return length.filter(duration -> duration.toSeconds() >= 1 && duration.getNano() == 0)
                .orElseThrow(() -> new InvalidBackfill(
                        "window",
                        "window must be a length of days, hours, minutes or whole seconds, such as P30D, PT6H or 30d, not '"
                                + text + "'"));
    }

    private static int parallel(Map<String, Object> asked) {
        String text = text(asked, "parallel").orElse(String.valueOf(USUAL_PARALLEL));
        if (text.matches("\\d{1,4}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= MOST_PARALLEL) {
            return Integer.parseInt(text);
        }
        throw new InvalidBackfill(
                "parallel", "parallel must be a whole number from 1 to " + MOST_PARALLEL + ", not '" + text + "'");
    }

    private static String order(Map<String, Object> asked) {
        String order = text(asked, "order").orElse("newest");
        if (Set.of("newest", "oldest").contains(order)) {
            return order;
        }
        throw new InvalidBackfill("order", "order is newest or oldest, not '" + order + "'");
    }

    private static Optional<String> text(Map<String, Object> asked, String name) {
        return Optional.ofNullable(asked.get(name)).map(Object::toString).filter(text -> !text.isBlank());
    }
}
