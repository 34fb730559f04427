package dev.tidemark.stories;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * What one invocation of Tidemark left behind.
 *
 * @param exitCode as the shell sees it; 128 + n when signal n ended it
 * @param run the last JSON object on standard output; a missing node when there was none
 * @param errors everything on standard error
 */
record Outcome(int exitCode, JsonNode run, String errors) {

    String runId() {
        return run.path("run_id").asText();
    }

    String status() {
        return run.path("status").asText();
    }

    long count(String name) {
        return run.path("counts").path(name).asLong(-1);
    }

    boolean advanced() {
        return run.path("watermark").path("advanced").asBoolean();
    }

    /** The mark that the table holds after the run; null when there is none. */
    Instant watermark() {
        String after = run.path("watermark").path("after").asText(null);
        return after == null || after.equals("null") ? null : Instant.parse(after);
    }

    String heldReason() {
        return run.path("watermark").path("held_reason").asText("");
    }

    @Override
    public String toString() {
        String tail = errors.length() > 4_000 ? "…" + errors.substring(errors.length() - 4_000) : errors;
        return "exit " + exitCode + "\n" + run.toPrettyString() + "\n" + tail;
    }
}
