package dev.tidemark.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.f4b6a3.uuid.UuidCreator;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Body;

/**
 * Checks what is asked of the dead letters, for command line and REST API alike, and makes the values of the statements
 * in {@code sql/letters}. Unknown members are refused, so that a misspelt filter never means every letter.
 */
public final class LetterFilter {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What narrows a list, a preview or an export down. */
    static final Set<String> FILTERS = Set.of("store", "stream", "kind", "reason", "state", "run", "from", "to");

    private static final Set<String> STATES = Set.of("open", "retried", "resolved", "discarded");
    private static final Set<String> KINDS = Set.of("bulk_line", "page", "webhook", "supplier_event");
    private static final Set<String> ACTIONS = Set.of("retry", "discard");
    private static final int PREVIEW_MINUTES = 30;
    private static final int MOST_REASON_CHARACTERS = 2_000;
    private static final int EXPORT_PAGE = 500;

    /** Parameters of {@code sql/letters/list_letters.sql}. */
    public Map<String, Object> list(@Body Map<String, Object> asked) {
        Map<String, Object> values = new HashMap<>();
        Map<String, Object> rest = new HashMap<>(asked);
        values.put(
                "before",
                text(rest.remove("before")).map(id -> number("before", id)).orElse(null));
        values.put("limit", limit(text(rest.remove("limit"))));
        values.put("filter", filter(rest));
        return values;
    }

    /** Parameters of {@code sql/letters/export_letters.sql}. */
    public Map<String, Object> export(@Body Map<String, Object> asked) {
        Map<String, Object> values = new HashMap<>();
        Map<String, Object> rest = new HashMap<>(asked);
        values.put(
                "after",
                text(rest.remove("after")).map(id -> number("after", id)).orElse(0L));
        values.put("limit", EXPORT_PAGE);
        values.put("filter", filter(rest));
        return values;
    }

    /** Parameters of {@code sql/letters/show_letter.sql}. */
    public Map<String, Object> one(@Body Map<String, Object> asked) {
        return Map.of("id", number("id", text(asked.get("id")).orElse("")));
    }

    /** Parameters of {@code sql/letters/preview_act.sql}. */
    public Map<String, Object> preview(@Body Map<String, Object> asked) {
        Map<String, Object> rest = new HashMap<>(asked);
        Map<String, Object> values = new HashMap<>();
        values.put("action", oneOf("action", text(rest.remove("action")).orElse(""), ACTIONS));
        values.put("actor", actor(rest));
        values.put("token", UuidCreator.getRandomBased().toString());
        values.put("valid_minutes", PREVIEW_MINUTES);
        values.put("filter", filter(rest));
        return values;
    }

    /**
     * Parameters of {@code sql/letters/retry_letters.sql}: either a letter's id or the token of a preview, the actor, and
     * a reason where one is given.
     */
    public Map<String, Object> retry(@Body Map<String, Object> asked) throws JsonProcessingException {
        Optional<String> token = text(asked.get("token"));
        Optional<String> id = text(asked.get("id"));
        if (token.isPresent() == id.isPresent()) {
            throw new InvalidRequest("token", "Name one letter by its id, or give the token of a preview");
        }
        ObjectNode filter = JSON.createObjectNode();
        id.ifPresent(text -> filter.put("id", number("id", text)));
        Map<String, Object> values = new HashMap<>();
        values.put(
                "token",
                token.map(text -> QueryFilter.uuid("token", text).toString()).orElse(null));
        values.put("filter", JSON.writeValueAsString(filter));
        values.put("actor", actor(new HashMap<>(asked)));
        values.put(
                "reason", text(asked.get("reason")).map(LetterFilter::sentence).orElse(null));
        values.put(
                "act_id",
                text(asked.get("act_id"))
                        .map(text -> QueryFilter.uuid("act_id", text).toString())
                        .orElseGet(() -> UuidCreator.getTimeOrderedEpoch().toString()));
        return values;
    }

    /**
     * Parameters of {@code sql/letters/discard_letters.sql}.
     *
     * @throws InvalidRequest when no reason is given: it is what the audit is for
     */
    public Map<String, Object> discard(@Body Map<String, Object> asked) throws JsonProcessingException {
        if (text(asked.get("reason")).isEmpty()) {
            throw new InvalidRequest("reason", "reason is missing: say why the records may be given up");
        }
        return retry(asked);
    }

    /**
     * Passes on an act that was done.
     *
     * @throws ActRefused when it was not
     */
    public Map<String, Object> done(Map<String, Object> row, Map<String, Object> act) {
        if (!"done".equals(row.get("outcome"))) {
            throw ActRefused.of(
                    String.valueOf(row.get("outcome")), ((Number) row.get("letters")).longValue(), row.get("promised"));
        }
        return Map.of("act_id", act.get("act_id"));
    }

    /**
     * A letter with its payload as text: what is no UTF-8 is shown by replacement characters and kept beside as base64. Null
     * without a letter.
     *
     * @param row of {@code sql/letters/show_letter.sql}
     */
    public String document(@Body Map<String, Object> row) throws JsonProcessingException {
        if (row == null) {
            return null;
        }
        ObjectNode document = (ObjectNode) JSON.readTree((String) row.get("document"));
        byte[] raw = (byte[]) row.get("raw");
        document.put("raw", new String(raw, StandardCharsets.UTF_8));
        if (!isUtf8(raw)) {
            document.put("raw_base64", Base64.getEncoder().encodeToString(raw));
        }
        return JSON.writeValueAsString(document);
    }

    /** Whether the bytes are text that can be shown without loss. */
    public static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static String filter(Map<String, Object> asked) {
        ObjectNode filter = JSON.createObjectNode();
        asked.forEach((name, value) -> {
            if (!FILTERS.contains(name)) {
                throw new InvalidRequest(
                        name, "There is no parameter " + name + "; known are " + new TreeSet<>(FILTERS));
            }
            text(value).ifPresent(text -> filter.put(name, checked(name, text)));
        });
        try {
            return JSON.writeValueAsString(filter);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A filter of texts is JSON", e);
        }
    }

    private static String checked(String name, String text) {
        return switch (name) {
            case "state" -> oneOf(name, text, STATES);
            case "kind" -> oneOf(name, text, KINDS);
            case "run" -> QueryFilter.uuid(name, text).toString();
            case "from", "to" -> QueryFilter.moment(name, text).toString();
            default -> text;
        };
    }

    private static String oneOf(String name, String text, Set<String> known) {
        if (!known.contains(text)) {
            throw new InvalidRequest(name, name + " is one of " + new TreeSet<>(known) + "; not '" + text + "'");
        }
        return text;
    }

    private static String actor(Map<String, Object> asked) {
        return text(asked.remove("actor")).orElseThrow(() -> new InvalidRequest("actor", "actor is missing"));
    }

    private static String sentence(String reason) {
        if (reason.length() > MOST_REASON_CHARACTERS) {
            throw new InvalidRequest(
                    "reason",
                    "reason has " + reason.length() + " characters; " + MOST_REASON_CHARACTERS + " are allowed");
        }
        return reason;
    }

    private static long number(String name, String text) {
        if (!text.matches("\\d{1,18}")) {
            throw new InvalidRequest(name, name + " must be the number of a dead letter, not '" + text + "'");
        }
        return Long.parseLong(text);
    }

    private static int limit(Optional<String> given) {
        String text = given.orElse(String.valueOf(QueryFilter.DEFAULT_LIMIT));
        if (!text.matches("[1-9]\\d{0,2}") || Integer.parseInt(text) > QueryFilter.MAXIMUM_LIMIT) {
            throw new InvalidRequest(
                    "limit",
                    "limit must be a whole number from 1 to " + QueryFilter.MAXIMUM_LIMIT + ", not '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    private static Optional<String> text(Object value) {
        String text = value instanceof JsonNode node ? node.asText() : Objects.toString(value, "");
        // PostgreSQL has no text with a NUL in it.
        if (text.indexOf('\0') >= 0) {
            throw new InvalidRequest("filter", "A parameter contains a NUL character");
        }
        return text.isBlank() ? Optional.empty() : Optional.of(text.strip());
    }
}
