package dev.tidemark.webhook;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A claimed delivery as it is processed.
 *
 * @param row columns by name, as {@code sql/webhook/claim_deliveries.sql} returns them
 */
public record Delivery(Map<String, Object> row) {
    public String store() {
        return text("store_id");
    }

    /** The vendor's id of it. */
    public String id() {
        return text("delivery_id");
    }

    public String source() {
        return text("source");
    }

    public String topic() {
        return text("topic");
    }

    /** When the event happened, or else when we heard of it. */
    public Instant happenedAt() {
        return moment("triggered_at").or(() -> moment("received_at")).orElseThrow();
    }

    /** The body as it came. */
    public byte[] payload() {
        return (byte[]) row.get("payload");
    }

    /** Claims so far, this one included. */
    public int attempts() {
        return ((Number) row.get("attempts")).intValue();
    }

    /** Identity and fence, with what else a statement asks for. */
    Map<String, Object> with(Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.put("store_id", store());
        all.put("delivery_id", id());
        all.put("epoch", row.get("epoch"));
        all.put("run_number", row.get("run_number"));
        all.put("stream", row.get("stream"));
        return all;
    }

    @Override
    public String toString() {
        return source() + " delivery " + id() + " of " + store() + " (" + topic() + ")";
    }

    private String text(String column) {
        return (String) row.get(column);
    }

    private Optional<Instant> moment(String column) {
        return Optional.ofNullable((Timestamp) row.get(column)).map(Timestamp::toInstant);
    }
}
