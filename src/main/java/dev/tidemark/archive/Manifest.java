package dev.tidemark.archive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.UUID;

/**
 * What the manifest of an archived file says.
 *
 * @param json the manifest as it is kept
 */
public record Manifest(ObjectNode json) {

    /**
     * Reads a manifest.
     *
     * @param key where it was found, for the message
     * @throws ArchiveDamaged when it does not say which run's file it describes, its digest and its size
     */
    static Manifest of(JsonNode json, String key) {
        boolean usable = json instanceof ObjectNode
                && json.path("run_id").asText().matches("[0-9a-fA-F-]{36}")
                && json.path("sha256").asText().matches("[0-9a-f]{64}")
                && !json.path("key").asText().isEmpty()
                && json.path("bytes").isIntegralNumber()
                && json.path("lines").isIntegralNumber()
                && json.path("roots").isIntegralNumber();
        if (!usable) {
            throw new ArchiveDamaged("The manifest " + key + " lacks the run, digest, size or counts of its file");
        }
        return new Manifest((ObjectNode) json);
    }

    public UUID runId() {
        return UUID.fromString(json.path("run_id").asText());
    }

    public String store() {
        return json.path("store").asText();
    }

    public String stream() {
        return json.path("stream").asText();
    }

    public String jobType() {
        return json.path("job_type").asText();
    }

    public String key() {
        return json.path("key").asText();
    }

    public String sha256() {
        return json.path("sha256").asText();
    }

    public long bytes() {
        return json.path("bytes").asLong();
    }

    public long lines() {
        return json.path("lines").asLong();
    }

    public long roots() {
        return json.path("roots").asLong();
    }

    /** Whether the source proved that the file holds all it had; only such a file shows what was removed. */
    public boolean complete() {
        return json.path("complete").asBoolean();
    }

    /** When the source began to scan, by its own clock; the order in which archives are read. */
    public Instant startedAt() {
        return moment(json.path("source_started_at"))
                .or(() -> moment(json.path("window").path("to")))
                .orElse(Instant.EPOCH);
    }

    /** The run's number in the database that archived it; 0 where the manifest does not say. */
    public long runNumber() {
        return json.path("run_number").asLong();
    }

    public Optional<Instant> windowFrom() {
        return moment(json.path("window").path("from"));
    }

    /** The same with another word on whether it shows what was removed. */
    public Manifest withComplete(boolean complete) {
        return new Manifest(json.deepCopy().put("complete", complete));
    }

    private static Optional<Instant> moment(JsonNode value) {
        try {
            return value.isTextual() ? Optional.of(Instant.parse(value.asText())) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
