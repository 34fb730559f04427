package dev.tidemark.verify;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Compares the watermark of a stream with its history, and says what holds it. */
final class MarkCheck {
    private MarkCheck() {}

    /** @param repair what mends a mark that its history does not prove, by the row of {@code list_marks.sql} */
    static void run(
            ReadOnlyDatabase database,
            String store,
            String stream,
            Report report,
            Function<Map<String, Object>, String> repair) {
        Map<String, Object> mark = database.rows(ReadOnlyDatabase.statement("list_marks", Map.of()), store, stream)
                .get(0);
        if (!Objects.equals(mark.get("value"), mark.get("history"))) {
            report.add(damage(
                    "mark_unproved",
                    store,
                    stream,
                    "watermark",
                    "the watermark is " + mark.get("value") + " but its history ends with " + mark.get("history"),
                    repair.apply(mark)));
        }
        if (List.of("partial", "failed").contains(String.valueOf(mark.get("status")))) {
            report.add(damage(
                    "mark_held",
                    store,
                    stream,
                    (String) mark.get("run_id"),
                    "the last run ended " + mark.get("status") + " and the watermark stays at " + mark.get("value")
                            + ": " + mark.get("held_reason"),
                    Repairs.sync(store, stream)));
        }
        long letters = ((Number) mark.get("open_letters")).longValue();
        if (letters > 0) {
            report.notice(letters + " record(s) of " + store + "/" + stream + " are set aside in the dead letters");
        }
    }

    private static Damage damage(
            String kind, String store, String stream, String subject, String message, String repair) {
        return new Damage(kind, store, stream, Optional.empty(), subject, Optional.empty(), message, List.of(), repair);
    }
}
