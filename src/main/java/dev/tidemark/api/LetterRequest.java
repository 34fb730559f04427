package dev.tidemark.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The requests below {@code /api/dead-letters}: what they ask for, and how the acts answer. */
public final class LetterRequest {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    private static final Set<String> MEMBERS = Set.of("filter", "token", "reason");
    private static final String PATH = "/dead-letters/";

    /** The letter that the path names, for {@code direct:query-letter-show}. */
    public Map<String, Object> shown(Exchange exchange) {
        return Map.of("id", segment(exchange));
    }

    /** An act on the letter that the path names; the body may hold a reason. */
    public Map<String, Object> one(Exchange exchange) throws IOException {
        Map<String, Object> act = body(exchange);
        if (act.containsKey("filter") || act.containsKey("token")) {
            throw new InvalidRequest("filter", "The path names the letter; the body may hold a reason only");
        }
        act.put("id", segment(exchange));
        act.put("actor", actor(exchange));
        return act;
    }

    /**
     * An act on many letters: with a token it is done, without one it is previewed.
     *
     * @return for a preview the members of the filter, action and actor; for the act token, reason and actor
     */
    public Map<String, Object> many(Exchange exchange) throws IOException {
        Map<String, Object> asked = body(exchange);
        String action = segment(exchange);
        Map<String, Object> act = new HashMap<>();
        if (asked.containsKey("token")) {
            if (asked.containsKey("filter")) {
                throw new InvalidRequest("filter", "The token stands for the filter of its preview; send it alone");
            }
            act.putAll(asked);
        } else {
            JsonNode filter = (JsonNode) Optional.ofNullable(asked.get("filter"))
                    .orElseThrow(() -> new InvalidRequest("filter", "Send a filter for a preview, then its token"));
            filter.fields()
                    .forEachRemaining(
                            member -> act.put(member.getKey(), member.getValue().asText()));
            act.put("action", action);
        }
        act.put("actor", actor(exchange));
        return act;
    }

    /**
     * Passes a letter's document on.
     *
     * @throws Refused when there is none
     */
    public String found(Exchange exchange) {
        return Optional.ofNullable(exchange.getMessage().getBody(String.class))
                .orElseThrow(() -> new Refused(Problem.notFound("There is no dead letter of this id.")));
    }

    /** Answers with the document of an act in the body: 202 while runs of it go on, else 200. */
    public void answer(Exchange exchange) throws IOException {
        Message answer = exchange.getMessage();
        boolean goesOn = JSON.readTree(answer.getBody(String.class))
                .path("status")
                .asText()
                .equals("running");
        answer.removeHeaders("*");
        answer.setHeader(Exchange.CONTENT_TYPE, "application/json");
        answer.setHeader(Exchange.HTTP_RESPONSE_CODE, goesOn ? 202 : 200);
    }

    private static Map<String, Object> body(Exchange exchange) throws IOException {
        byte[] body =
                Optional.ofNullable(exchange.getMessage().getBody(byte[].class)).orElse(new byte[0]);
        Map<String, Object> members = new HashMap<>();
        if (body.length == 0) {
            return members;
        }
        JsonNode document;
        try {
            document = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new Refused(Problem.badRequest(
                    "The body is no JSON: line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + " cannot be read."));
        }
        if (!document.isObject()) {
            throw new Refused(Problem.badRequest("The body must be a JSON object."));
        }
        document.fields().forEachRemaining(member -> {
            boolean known = MEMBERS.contains(member.getKey())
                    && (member.getKey().equals("filter")
                            ? member.getValue().isObject()
                            : member.getValue().isTextual());
            if (!known) {
                throw new InvalidRequest(
                        member.getKey(),
                        "The body has filter (an object of texts), token and reason (texts); not " + member.getKey()
                                + " like this");
            }
            members.put(
                    member.getKey(),
                    member.getKey().equals("filter")
                            ? member.getValue()
                            : member.getValue().asText());
        });
        return members;
    }

    /** The first segment behind {@value #PATH}. */
    private static String segment(Exchange exchange) {
        String path = exchange.getMessage().getHeader(Exchange.HTTP_PATH, "", String.class);
        int at = path.indexOf(PATH);
        return List.of((at < 0 ? "" : path.substring(at + PATH.length())).split("/"))
                .get(0);
    }

    private static String actor(Exchange exchange) {
        return exchange.getMessage().getHeader(BearerAuthentication.ACTOR, "api", String.class);
    }
}
