package dev.tidemark.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A run as the database shows it ({@code sync_run_document}).
 *
 * @param json the document, unchanged
 */
record RunDocument(JsonNode json) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> ENDED = Set.of("completed", "partial", "failed");

    static RunDocument parse(String text) {
        return new RunDocument(parseJson(text));
    }

    static JsonNode parseJson(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "A query answered with something that is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    String runId() {
        return json.path("run_id").asText();
    }

    String status() {
        return json.path("status").asText();
    }

    boolean hasEnded() {
        return ENDED.contains(status());
    }

    Optional<String> waitingFor() {
        return text("/waiting_for");
    }

    long lines() {
        return number("/counts/lines").orElse(0);
    }

    /** Lines of the whole result; empty until the source has told. */
    OptionalLong objectCount() {
        return number("/proof/object_count");
    }

    Optional<String> text(String pointer) {
        JsonNode value = json.at(pointer);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value.asText());
    }

    OptionalLong number(String pointer) {
        JsonNode value = json.at(pointer);
        return value.isNumber() ? OptionalLong.of(value.asLong()) : OptionalLong.empty();
    }

    /** The document in the words of a person: what came, what became of it, where the watermark stands. */
    String toText() {
        List<String> lines = new ArrayList<>();
        lines.add("run        " + runId() + "  " + status());
        lines.add("stream     " + text("/store").orElse("-") + " / "
                + text("/stream").orElse("-") + "  (" + text("/job_type").orElse("-") + ")");
        lines.add("window     " + text("/window/from").orElse("-") + "  to  "
                + text("/window/to").orElse("-"));
        lines.add(String.format(
                Locale.ROOT,
                "records    %,d lines, %,d roots: %,d written, %,d unchanged, %,d stale, %,d set aside",
                lines(),
                count("roots"),
                count("written"),
                count("unchanged"),
                count("stale"),
                count("set_aside")));
        lines.add("proof      source counted " + objectCountText() + ", archived "
                + text("/proof/archived_lines").orElse("-") + ", loaded "
                + text("/proof/lines").orElse("-")
                + ", accounted " + text("/proof/accounted").orElse("-")
                + (json.at("/proof/complete").asBoolean() ? ": complete" : ": not complete"));
        text("/archive/key").ifPresent(key -> lines.add("archive    " + key));
        lines.add("watermark  " + text("/watermark/before").orElse("none") + "  ->  "
                + text("/watermark/after").orElse("none")
                + (json.at("/watermark/advanced").asBoolean()
                        ? "  (moved)"
                        : status().equals("completed") ? "  (stays)" : "  (held)"));
        text("/watermark/held_reason").ifPresent(reason -> lines.add("           " + reason));
        waitingFor().filter(reason -> !hasEnded()).ifPresent(reason -> lines.add("waiting    " + reason));
        json.path("failures").forEach(failure -> lines.add("failure    " + sentence(failure)));
        return String.join("\n", lines);
    }

    private String objectCountText() {
        return objectCount().isPresent() ? Long.toString(objectCount().getAsLong()) : "nothing yet";
    }

    private long count(String name) {
        return number("/counts/" + name).orElse(0);
    }

    private static String sentence(JsonNode failure) {
        if (failure.isTextual()) {
            return failure.asText();
        }
        String where = failure.hasNonNull("record") ? failure.get("record").asText() + ": " : "";
        for (String name : List.of("message", "code")) {
            if (failure.hasNonNull(name)) {
                return where + failure.get(name).asText();
            }
        }
        return failure.toString();
    }
}
