package dev.tidemark.simulator.recharge;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Reads the parameters of a list, and refuses what does not fit. */
record ListRequest(Listing listing, int limit) {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MOST = 250;
    private static final long FURTHEST = 1L << 40;

    /** A parameter that the vendor answers with 422. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String parameter;

        Refused(String parameter, String message) {
            super(message);
            this.parameter = parameter;
        }

        String parameter() {
            return parameter;
        }
    }

    /**
     * @param modern whether times without an offset are UTC, as in 2021-11; else they are US Eastern
     * @throws Refused naming the first parameter that does not fit
     */
    static ListRequest of(Map<String, String> parameters, boolean modern) {
        int limit = limit(parameters);
        return Optional.ofNullable(parameters.get("cursor"))
                .map(cursor -> new ListRequest(continued(cursor, parameters), limit))
                .orElseGet(() -> new ListRequest(first(parameters, modern), limit));
    }

    private static Listing continued(String cursor, Map<String, String> parameters) {
        for (String name : new TreeSet<>(parameters.keySet())) {
            if (!name.equals("cursor") && !name.equals("limit")) {
                throw new Refused(name, "cannot be used with cursor; only limit can");
            }
        }
        return Listing.of(cursor).orElseThrow(() -> new Refused("cursor", "is invalid"));
    }

    private static Listing first(Map<String, String> parameters, boolean modern) {
        for (String name : new TreeSet<>(parameters.keySet())) {
            if (!name.matches("limit|sort_by|(created|updated)_at_(min|max)")) {
                throw new Refused(name, "is not a valid filter");
            }
        }
        String sort = parameters.getOrDefault("sort_by", "id-desc");
        if (!sort.matches("(id|created_at|updated_at)-(asc|desc)")) {
            throw new Refused("sort_by", "must be one of id, created_at, updated_at with -asc or -desc");
        }
        return new Listing(
                Listing.Sort.valueOf(sort.substring(0, sort.indexOf('-')).toUpperCase(Locale.ROOT)),
                sort.endsWith("-desc"),
                time(parameters, "created_at_min", modern).orElse(-FURTHEST),
                time(parameters, "created_at_max", modern).orElse(FURTHEST),
                time(parameters, "updated_at_min", modern).orElse(-FURTHEST),
                time(parameters, "updated_at_max", modern).orElse(FURTHEST),
                Optional.empty(),
                false,
                0);
    }

    private static int limit(Map<String, String> parameters) {
        String text = parameters.getOrDefault("limit", Integer.toString(DEFAULT_LIMIT));
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST) {
            throw new Refused("limit", "must be between 1 and " + MOST);
        }
        return Integer.parseInt(text);
    }

    /** The time in whole seconds; a lower bound with a fraction still finds its whole second. */
    private static Optional<Long> time(Map<String, String> parameters, String name, boolean modern) {
        String text = parameters.get(name);
        if (text == null) {
            return Optional.empty();
        }
        ZoneId zone = modern ? ZoneOffset.UTC : ClockChanges.EASTERN;
        try {
            Instant time;
            if (text.length() == "2026-01-01".length()) {
                time = LocalDate.parse(text).atStartOfDay(zone).toInstant();
            } else if (text.matches(".*(Z|[+-]\\d\\d:\\d\\d)")) {
                time = OffsetDateTime.parse(text).toInstant();
            } else {
                time = LocalDateTime.parse(text).atZone(zone).toInstant();
            }
            return Optional.of(time.getEpochSecond());
        } catch (DateTimeException notATime) {
            throw new Refused(name, "is not a valid datetime");
        }
    }
}
