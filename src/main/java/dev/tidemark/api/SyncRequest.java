package dev.tidemark.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The body that asks for a run, as it was sent; an absent member is null.
 *
 * @param runId UUID of the run to make; the same id again names the same run
 * @param initiator {@code cron} or {@code user}
 * @param requestedAt ISO 8601 time with an offset
 * @param store store to read
 * @param stream stream to read
 */
public record SyncRequest(
        @JsonProperty("run_id") String runId,
        @JsonProperty("initiator") String initiator,
        @JsonProperty("requested_at") String requestedAt,
        @JsonProperty("store") String store,
        @JsonProperty("stream") String stream) {

    private static final Set<String> MEMBERS = Set.of("run_id", "initiator", "requested_at", "store", "stream");
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    /**
     * Reads a body; an empty one asks for nothing in particular.
     *
     * @throws Refused when it is no JSON object
     * @throws InvalidRequest when a member is unknown or no text
     */
    static SyncRequest read(byte[] body) throws IOException {
        if (body.length == 0) {
            return new SyncRequest(null, null, null, null, null);
        }
        JsonNode document = parse(body);
        Map<String, String> members = new HashMap<>();
        document.fields().forEachRemaining(member -> {
            String name = member.getKey();
            if (!MEMBERS.contains(name)) {
                throw new InvalidRequest(
                        name,
                        "There is no member " + name + "; known are "
                                + MEMBERS.stream().sorted().toList());
            }
            if (!member.getValue().isTextual() && !member.getValue().isNull()) {
                throw new InvalidRequest(name, name + " must be a text");
            }
            members.put(
                    name,
                    Optional.ofNullable(member.getValue().textValue())
                            .filter(text -> !text.isEmpty())
                            .orElse(null));
        });
        return new SyncRequest(
                members.get("run_id"),
                members.get("initiator"),
                members.get("requested_at"),
                members.get("store"),
                members.get("stream"));
    }

    private static JsonNode parse(byte[] body) throws IOException {
        try {
            JsonNode document = JSON.readTree(body);
            if (document.isObject()) {
                return document;
            }
        } catch (JsonProcessingException e) {
            throw new Refused(Problem.badRequest(
                    "The body is no JSON: line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + " cannot be read."));
        }
        throw new Refused(Problem.badRequest("The body must be a JSON object such as {\"store\": \"acme\"}."));
    }
}
