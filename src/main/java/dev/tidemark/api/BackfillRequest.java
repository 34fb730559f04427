package dev.tidemark.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.f4b6a3.uuid.UuidCreator;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The requests below {@code /api/ingest/backfills}: what they ask for, and how the backfill they name answers. */
public final class BackfillRequest {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    private static final Set<String> TEXTS = Set.of("store", "stream", "from", "to", "window", "order", "plan");
    private static final String PATH = "/api/ingest/backfills/";
    private static final int NUMBER_SEGMENT = 2;

    /**
     * Reads the body of a POST into the body of {@code direct:backfill-plan}, or of {@code direct:backfill-start-plan}
     * where it names a plan.
     *
     * @throws Refused when the body is no JSON object
     * @throws InvalidRequest when a member is unknown, of the wrong kind, or beside a plan
     */
    public Map<String, Object> begin(Exchange exchange) throws IOException {
        JsonNode document = document(exchange);
        Map<String, Object> asked = new HashMap<>();
        document.fields()
                .forEachRemaining(member -> asked.put(member.getKey(), value(member.getKey(), member.getValue())));
        asked.values().removeIf(value -> value.equals(""));
        Object plan = asked.remove("plan");
        boolean dryRun = Boolean.TRUE.equals(asked.remove("dry_run"));
        if (plan != null) {
            if (dryRun || !asked.isEmpty()) {
                throw new InvalidRequest("plan", "plan stands alone: what it carries out was planned before");
            }
            return Map.of(
                    "plan",
                    true,
                    "backfill_id",
                    QueryFilter.uuid("plan", plan.toString()).toString());
        }
        asked.put("plan", false);
        asked.put("start", !dryRun);
        asked.put("backfill_id", UuidCreator.getTimeOrderedEpoch().toString());
        return asked;
    }

    /** The backfill that the path names, for every route that takes {@code backfill_id}. */
    public Map<String, Object> named(Exchange exchange) {
        return new HashMap<>(Map.of("backfill_id", id(exchange)));
    }

    /** The backfill that the path names, with its windows. */
    public Map<String, Object> shown(Exchange exchange) {
        return Map.of("backfill_id", id(exchange), "windows", true);
    }

    /**
     * The window that the path names.
     *
     * @throws InvalidRequest when its number is none
     */
    public Map<String, Object> window(Exchange exchange) {
        String number = segments(exchange).get(NUMBER_SEGMENT);
        if (!number.matches("[1-9]\\d{0,8}")) {
            throw new InvalidRequest("number", "The number of a window is a whole number from 1, not '" + number + "'");
        }
        return Map.of("backfill_id", id(exchange), "number", Integer.valueOf(number));
    }

    /**
     * Passes on what the routes answered, as the question for its document, unless it is a refusal.
     *
     * @throws Refused when there is no such backfill, window or plan, or it is not in a state for this
     */
    public Map<String, Object> outcome(Exchange exchange) {
        Map<?, ?> answer = exchange.getMessage().getBody(Map.class);
        if (answer == null) {
            throw new Refused(Problem.notFound("There is no such backfill, window or plan."));
        }
        String id = answer.get("backfill_id").toString();
        Object state = Optional.<Object>ofNullable(answer.get("state")).orElse("under way");
        switch (answer.get("outcome").toString()) {
            case "conflict" ->
                throw new Refused(new Problem(
                        409,
                        "backfill-active",
                        "Another backfill is active",
                        "Backfill " + id + " of the same stream is under way; wait for it or cancel it.",
                        Map.of("backfill_id", id)));
            case "used" ->
                throw new Refused(new Problem(
                        409,
                        "plan-used",
                        "The plan was carried out before",
                        "Plan " + id + " is " + state + "; a plan is carried out once.",
                        Map.of("backfill_id", id)));
            case "refused" ->
                throw new Refused(new Problem(
                        409,
                        "wrong-state",
                        "The state does not allow it",
                        "It is " + state + ".",
                        Map.of("backfill_id", id, "state", state)));
            default -> {}
        }
        exchange.getMessage().setHeader("Location", PATH + id);
        return Map.of("backfill_id", id, "windows", true);
    }

    /** Answers with the document in the body: 202 for what goes on by itself, 200 for what is only told. */
    public void answer(Exchange exchange) throws IOException {
        Message answer = exchange.getMessage();
        String document = answer.getBody(String.class);
        String state = JSON.readTree(document).path("state").asText();
        Object location = answer.getHeader("Location");
        answer.removeHeaders("*");
        answer.setHeader("Location", location);
        answer.setHeader(Exchange.CONTENT_TYPE, "application/json");
        answer.setHeader(Exchange.HTTP_RESPONSE_CODE, state.equals("running") ? 202 : 200);
    }

    /**
     * Passes a backfill's document on.
     *
     * @throws Refused when there is none
     */
    public String found(Exchange exchange) {
        return Optional.ofNullable(exchange.getMessage().getBody(String.class))
                .orElseThrow(() -> new Refused(Problem.notFound("There is no backfill or plan of this id.")));
    }

    private static JsonNode document(Exchange exchange) throws IOException {
        byte[] body =
                Optional.ofNullable(exchange.getMessage().getBody(byte[].class)).orElse(new byte[0]);
        String mediaType = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, "", String.class);
        if (!mediaType.toLowerCase(Locale.ROOT).matches("application/json\\s*(;.*)?")) {
            throw new Refused(new Problem(
                    415,
                    "unsupported-media-type",
                    "The body must be JSON",
                    "Send the header Content-Type: application/json; it was "
                            + (mediaType.isEmpty() ? "absent" : mediaType) + "."));
        }
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
        throw new Refused(Problem.badRequest(
                "The body must be a JSON object such as {\"store\": \"acme\", \"stream\": \"shopify-orders\","
                        + " \"from\": \"2024-01-01\", \"to\": \"2025-01-01\"}."));
    }

    private static Object value(String name, JsonNode value) {
        if (TEXTS.contains(name)) {
            if (value.isTextual() || value.isNull()) {
                return value.asText("");
            }
            throw new InvalidRequest(name, name + " must be a text");
        }
        if (name.equals("parallel")) {
            if (value.isIntegralNumber()) {
                return value.asText();
            }
            throw new InvalidRequest(name, name + " must be a whole number");
        }
        if (name.equals("dry_run")) {
            if (value.isBoolean()) {
                return value.booleanValue();
            }
            throw new InvalidRequest(name, name + " must be true or false");
        }
        throw new InvalidRequest(
                name,
                "There is no member " + name
                        + "; known are [dry_run, from, order, parallel, plan, store, stream, to, window]");
    }

    private static String id(Exchange exchange) {
        return QueryFilter.uuid("backfill_id", segments(exchange).get(0)).toString();
    }

    /** What follows {@value #PATH} in the path, which alone says what is meant. */
    private static List<String> segments(Exchange exchange) {
        String path = exchange.getMessage().getHeader(Exchange.HTTP_PATH, "", String.class);
        return List.of(path.substring(path.indexOf("/backfills/") + "/backfills/".length())
                .split("/"));
    }
}
