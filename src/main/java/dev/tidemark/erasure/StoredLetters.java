package dev.tidemark.erasure;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The payloads that the database keeps: dead letters, and deliveries of webhooks. */
final class StoredLetters {
    private static final int PAGE = 200;

    private final ErasureDatabase database;
    private final StreamCatalog catalog;

    StoredLetters(ErasureDatabase database, StreamCatalog catalog) {
        this.database = database;
        this.catalog = catalog;
    }

    /** Replaces payloads that concern the persons; gives how many. */
    int redact(String store, Persons persons, boolean keep) {
        int[] count = {0};
        each(store, letter -> {
            byte[] raw = (byte[]) letter.get("raw");
            byte[] left = redacted(letter, persons);
            if (!Arrays.equals(raw, left)) {
                count[0] += keep
                        ? database.change("redact_letter", left, store, letter.get("dead_letter_id"), sha256(raw))
                        : 1;
            }
        });
        return count[0];
    }

    /** What is left of one letter's payload. */
    private byte[] redacted(Map<String, Object> letter, Persons persons) {
        byte[] raw = (byte[]) letter.get("raw");
        StreamDeclaration stream = catalog.declaration((String) letter.get("stream"));
        return stream == null || "webhook".equals(letter.get("kind"))
                ? new PayloadRedaction(persons, Optional.ofNullable(stream)).redact(raw)
                : new LineRedaction(stream, persons).redact(raw, Set.of());
    }

    /** The same for deliveries of webhooks. */
    int redactDeliveries(String store, Persons persons, boolean keep) {
        int count = 0;
        String after = "";
        List<Map<String, Object>> page;
        do {
            page = database.rows("list_deliveries", store, after, PAGE);
            for (Map<String, Object> delivery : page) {
                after = (String) delivery.get("delivery_id");
                byte[] payload = (byte[]) delivery.get("payload");
                byte[] left = new PayloadRedaction(
                                persons, Optional.ofNullable(catalog.declaration((String) delivery.get("stream"))))
                        .redact(payload);
                if (!Arrays.equals(payload, left)) {
                    count += keep ? database.change("redact_delivery", left, store, after) : 1;
                }
            }
        } while (!page.isEmpty());
        return count;
    }

    /** The letters that concern the persons, with their payloads. */
    List<ObjectNode> of(String store, Persons persons) {
        List<ObjectNode> found = new ArrayList<>();
        each(store, letter -> {
            byte[] raw = (byte[]) letter.get("raw");
            if (!Arrays.equals(raw, redacted(letter, persons))) {
                found.add(JsonNodeFactory.instance
                        .objectNode()
                        .put("id", ((Number) letter.get("dead_letter_id")).longValue())
                        .put("stream", (String) letter.get("stream"))
                        .put("raw", new String(raw, StandardCharsets.UTF_8)));
            }
        });
        return found;
    }

    private void each(String store, Consumer<Map<String, Object>> visitor) {
        long after = 0;
        List<Map<String, Object>> page;
        do {
            page = database.rows("list_letters", store, after, PAGE);
            for (Map<String, Object> letter : page) {
                visitor.accept(letter);
                after = ((Number) letter.get("dead_letter_id")).longValue();
            }
        } while (!page.isEmpty());
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
