package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.run.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A backfill as the database shows it ({@code backfill_document}).
 *
 * @param json the document, unchanged
 */
record BackfillDocument(JsonNode json) {
    private static final Set<String> ENDED = Set.of("completed", "partial", "failed", "cancelled");
    private static final List<Table.Column> COLUMNS = List.of(
            new Table.Column("WINDOW", "/number"),
            new Table.Column("FROM", "/from"),
            new Table.Column("TO", "/to"),
            new Table.Column("STATE", "/state"),
            new Table.Column("ESTIMATE", "/estimate"),
            new Table.Column("RECORDS", "/records"),
            new Table.Column("RUN", "/run_id"),
            new Table.Column("WHY", "/why"));

    /**
     * The backfill as it is now.
     *
     * @param windows whether its single windows are wanted, too
     */
    static BackfillDocument read(Engine engine, UUID id, boolean windows) {
        String document = engine.request(
                "query-backfill-show", Map.of("backfill_id", id.toString(), "windows", windows), String.class);
        if (document == null || document.isBlank()) {
            throw unknown(id);
        }
        return new BackfillDocument(RunDocument.parseJson(document));
    }

    static CommandFailure unknown(UUID id) {
        return new CommandFailure(
                ExitCode.ERROR,
                "There is no backfill or plan " + id + "; 'tidemark backfill list' shows those there are.");
    }

    String state() {
        return json.path("state").asText();
    }

    /** A cancelled backfill has ended when its last window under way has. */
    boolean hasEnded() {
        return ENDED.contains(state()) && text("/finished_at").isPresent();
    }

    ExitCode exitCode() {
        return switch (state()) {
            case "completed" -> ExitCode.COMPLETE;
            case "failed" -> ExitCode.RUN_FAILED;
            default -> ExitCode.PARTIAL;
        };
    }

    long windows(String state) {
        return json.path("progress").path(state).asLong();
    }

    /** Windows that have ended, in whatever way. */
    long windowsEnded() {
        return windows("completed") + windows("partial") + windows("failed") + windows("cancelled");
    }

    long records() {
        return json.at("/counts/roots").asLong();
    }

    Optional<String> text(String pointer) {
        JsonNode value = json.at(pointer);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value.asText());
    }

    /** The document in the words of a person: the range, how far it is, and every window where they are in it. */
    String toText() {
        List<String> lines = new ArrayList<>();
        boolean planned = state().equals("planned");
        lines.add(
                (planned ? "plan       " : "backfill   ") + text("/backfill_id").orElse("-") + "  " + state());
        lines.add("stream     " + text("/store").orElse("-") + " / "
                + text("/stream").orElse("-"));
        lines.add("range      " + text("/from").orElse("-") + "  to  "
                + text("/to").orElse("-"));
        lines.add(String.format(
                Locale.ROOT,
                "windows    %,d of %s, %s first, %s at once",
                windows("windows"),
                text("/window").orElse("-"),
                text("/order").orElse("-"),
                text("/parallel").orElse("-")));
        if (planned) {
            lines.add("estimate   " + estimate());
        } else {
            lines.add(String.format(
                    Locale.ROOT,
                    "progress   %,d completed, %,d partial, %,d failed, %,d under way, %,d to come%s",
                    windows("completed"),
                    windows("partial"),
                    windows("failed"),
                    windows("running"),
                    windows("planned") + windows("paused"),
                    windows("cancelled") == 0
                            ? ""
                            : String.format(Locale.ROOT, ", %,d cancelled", windows("cancelled"))));
            lines.add(String.format(
                    Locale.ROOT,
                    "records    %,d lines, %,d roots: %,d written, %,d unchanged, %,d stale, %,d set aside",
                    count("lines"),
                    count("roots"),
                    count("written"),
                    count("unchanged"),
                    count("stale"),
                    count("set_aside")));
            lines.add("watermark  a backfill leaves it where it is");
        }
        if (json.path("windows").isArray()) {
            lines.add("");
            lines.add(Table.of(rows(), COLUMNS).stripTrailing());
        }
        return String.join("\n", lines);
    }

    private String estimate() {
        long unknown = json.at("/estimate/windows_unknown").asLong();
        String known = text("/estimate/records")
                .map(records -> String.format(Locale.ROOT, "about %,d records", Long.parseLong(records)))
                .orElse("unknown");
        if (unknown == 0) {
            return known + ", from what was read before";
        }
        return known.equals("unknown")
                ? "unknown: nothing of this range was read by a backfill before, and the source does not count in advance"
                : known + " in the windows that were read before; unknown in the other "
                        + String.format(Locale.ROOT, "%,d", unknown);
    }

    private JsonNode rows() {
        JsonNode rows = json.path("windows").deepCopy();
        rows.forEach(row -> {
            if (row instanceof com.fasterxml.jackson.databind.node.ObjectNode window) {
                window.put(
                        "estimate",
                        window.hasNonNull("estimated_records")
                                ? window.get("estimated_records").asText()
                                : "unknown");
                window.set("why", window.hasNonNull("reason") ? window.get("reason") : window.get("waiting_for"));
            }
        });
        return rows;
    }

    private long count(String name) {
        return json.path("counts").path(name).asLong();
    }
}
