package dev.tidemark.api;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Body;

/**
 * Checks what a query asks for and completes it: every parameter that its SQL names is in the answer, absent ones as
 * null, because camel-sql refuses a statement whose parameters it cannot find. Unknown parameters are refused, so that a
 * misspelt filter never passes for "no filter".
 */
public final class QueryFilter {
    /** Rows of one page when none are asked for. */
    static final int DEFAULT_LIMIT = 50;

    /** Most rows of one page. */
    static final int MAXIMUM_LIMIT = 200;

    private static final Set<String> STATUSES = Set.of(
            "initiated",
            "polling",
            "downloading",
            "upserting",
            "transforming",
            "finalizing",
            "completed",
            "partial",
            "failed");

    private static final Set<String> BACKFILL_STATES =
            Set.of("planned", "running", "paused", "completed", "partial", "failed", "cancelled");

    /** Parameters of {@code sql/api/list_runs.sql}. */
    public Map<String, Object> runs(@Body Map<String, Object> asked) {
        Map<String, Object> filter =
                texts(asked, Set.of("store", "stream", "status", "job_type", "since", "before", "limit"));
        value(filter, "status").filter(status -> !STATUSES.contains(status)).ifPresent(status -> {
            throw new InvalidRequest(
                    "status",
                    "status is one of "
                            + String.join(", ", STATUSES.stream().sorted().toList()) + "; not '" + status + "'");
        });
        value(filter, "since")
                .ifPresent(since -> filter.put("since", moment("since", since).toString()));
        value(filter, "before")
                .ifPresent(cursor -> filter.put("before", cursor(cursor).toString()));
        filter.put("limit", limit(filter));
        return filter;
    }

    /** Parameters of {@code sql/api/show_run.sql}. */
    public Map<String, Object> run(@Body Map<String, Object> asked) {
        Map<String, Object> filter = texts(asked, Set.of("run_id"));
        String runId = value(filter, "run_id").orElseThrow(() -> new InvalidRequest("run_id", "run_id is missing"));
        filter.put("run_id", uuid("run_id", runId).toString());
        return filter;
    }

    /** Parameters of {@code sql/api/list_watermarks.sql}. */
    public Map<String, Object> watermarks(@Body Map<String, Object> asked) {
        return texts(asked, Set.of("store", "stream"));
    }

    /** Parameters of {@code sql/api/list_watermark_history.sql}. */
    public Map<String, Object> history(@Body Map<String, Object> asked) {
        Map<String, Object> filter = texts(asked, Set.of("store", "stream", "limit"));
        filter.put("limit", limit(filter));
        return filter;
    }

    /** Parameters of {@code sql/backfill/list_backfills.sql}. */
    public Map<String, Object> backfills(@Body Map<String, Object> asked) {
        Map<String, Object> filter = texts(asked, Set.of("store", "stream", "state", "limit"));
        value(filter, "state").filter(state -> !BACKFILL_STATES.contains(state)).ifPresent(state -> {
            throw new InvalidRequest(
                    "state",
                    "state is one of "
                            + String.join(
                                    ", ", BACKFILL_STATES.stream().sorted().toList())
                            + "; not '" + state + "'");
        });
        filter.put("limit", limit(filter));
        return filter;
    }

    /** Parameters of {@code sql/backfill/show_backfill.sql}; the windows are left out unless they are asked for. */
    public Map<String, Object> backfill(@Body Map<String, Object> asked) {
        Map<String, Object> filter = texts(asked, Set.of("backfill_id", "windows"));
        String id = value(filter, "backfill_id")
                .orElseThrow(() -> new InvalidRequest("backfill_id", "backfill_id is missing"));
        filter.put("backfill_id", uuid("backfill_id", id).toString());
        filter.put("windows", value(filter, "windows").filter("true"::equals).isPresent());
        return filter;
    }

    /**
     * Passes a page on; the statement answers with no row when its cursor names no run.
     *
     * @throws InvalidRequest when there is no page
     */
    public String knownCursor(@Body String page) {
        return Optional.ofNullable(page).orElseThrow(QueryFilter::foreignCursor);
    }

    /**
     * A time with its offset, as ISO 8601 writes it.
     *
     * @throws InvalidRequest when it is none, or lies outside the years 1970 to 9999
     */
    static Instant moment(String parameter, String text) {
        try {
            OffsetDateTime moment = OffsetDateTime.parse(text);
            if (moment.getYear() >= 1970 && moment.getYear() <= 9999) {
                return moment.toInstant();
            }
        } catch (DateTimeException e) {
            // Answered below with the same words as a time that is out of range.
        }
        throw new InvalidRequest(
                parameter,
                parameter + " must be a time with an offset such as 2026-02-01T06:00:00Z, not '" + text + "'");
    }

    /**
     * A UUID in its full form of 36 characters; Java's own parser also takes shorter ones.
     *
     * @throws InvalidRequest when it is none
     */
    static UUID uuid(String parameter, String text) {
        try {
            UUID uuid = UUID.fromString(text);
            if (uuid.toString().equalsIgnoreCase(text)) {
                return uuid;
            }
        } catch (IllegalArgumentException e) {
            // Answered below with the same words as a shortened form.
        }
        throw new InvalidRequest(
                parameter,
                parameter + " must be a UUID such as 0198a5c2-7b1e-7c3d-9f00-1a2b3c4d5e6f, not '" + text + "'");
    }

    private static UUID cursor(String text) {
        try {
            return uuid("before", text);
        } catch (InvalidRequest e) {
            throw foreignCursor();
        }
    }

    private static InvalidRequest foreignCursor() {
        return new InvalidRequest(
                "before", "before is not a cursor of this list; take it from the member next of a page");
    }

    private static int limit(Map<String, Object> filter) {
        String text = value(filter, "limit").orElse(String.valueOf(DEFAULT_LIMIT));
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAXIMUM_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Answered below with the same words as a number out of range.
        }
        throw new InvalidRequest(
                "limit", "limit must be a whole number from 1 to " + MAXIMUM_LIMIT + ", not '" + text + "'");
    }

    /** Every known parameter as text, null where it is absent or empty. */
    private static Map<String, Object> texts(Map<String, Object> asked, Set<String> known) {
        Map<String, Object> filter = new HashMap<>();
        known.forEach(parameter -> filter.put(parameter, null));
        Optional.ofNullable(asked).orElse(Map.of()).forEach((parameter, value) -> {
            if (!known.contains(parameter)) {
                throw new InvalidRequest(
                        parameter,
                        "There is no parameter " + parameter + "; known are "
                                + known.stream().sorted().toList());
            }
            String text = value == null ? "" : value.toString();
            // PostgreSQL has no text with a NUL in it; refused here, it is the caller's mistake and not an outage.
            if (text.indexOf('\0') >= 0) {
                throw new InvalidRequest(parameter, parameter + " contains a NUL character");
            }
            filter.put(parameter, text.isEmpty() ? null : text);
        });
        return filter;
    }

    private static Optional<String> value(Map<String, Object> filter, String parameter) {
        return Optional.ofNullable((String) filter.get(parameter));
    }
}
