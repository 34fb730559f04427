package dev.tidemark.source.shopify;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * A bulk operation as the source describes it. Counts arrive as decimal strings; a field the source left out or set to
 * null is empty here.
 *
 * @param status CREATED, RUNNING, CANCELING, CANCELED, COMPLETED, FAILED or EXPIRED
 * @param createdAt by the source's clock, whole seconds
 */
public record BulkOperation(
        String id,
        String status,
        Optional<String> errorCode,
        Optional<Instant> createdAt,
        Optional<Long> objectCount,
        Optional<Long> rootObjectCount,
        Optional<Long> fileSize,
        Optional<String> url,
        Optional<String> partialDataUrl,
        Optional<String> query) {

    static BulkOperation of(JsonNode node) {
        return new BulkOperation(
                node.path("id").asText(),
                node.path("status").asText().toUpperCase(java.util.Locale.ROOT),
                text(node, "errorCode"),
                text(node, "createdAt").flatMap(BulkOperation::instant),
                number(node, "objectCount"),
                number(node, "rootObjectCount"),
                number(node, "fileSize"),
                text(node, "url"),
                text(node, "partialDataUrl"),
                text(node, "query"));
    }

    /** True while the source still works on it; a canceling operation still occupies its slot. */
    public boolean isUnderWay() {
        return status.equals("CREATED") || status.equals("RUNNING") || status.equals("CANCELING");
    }

    public boolean isCompleted() {
        return status.equals("COMPLETED");
    }

    /** Where the result, or what there is of it, can be fetched. */
    public Optional<String> anyUrl() {
        return url.or(() -> partialDataUrl);
    }

    private static Optional<String> text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isMissingNode() || value.isNull() || value.asText().isEmpty()
                ? Optional.empty()
                : Optional.of(value.asText());
    }

    private static Optional<Long> number(JsonNode node, String field) {
        return text(node, field).filter(digits -> digits.matches("\\d{1,18}")).map(Long::valueOf);
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
