package dev.tidemark.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.f4b6a3.uuid.UuidCreator;
import dev.tidemark.run.UnknownStore;
import java.io.IOException;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** {@code POST /api/performance-metrics/sync}: what it asks for, and how the run it names answers. */
public final class SyncStart {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DEFAULT_STREAM = "shopify-orders";

    private final Collection<String> stores;
    private final Clock clock;

    /**
     * @param stores ids of the configured stores
     */
    public SyncStart(Collection<String> stores, Clock clock) {
        this.stores = stores;
        this.clock = clock;
    }

    /**
     * Reads the request into the body of {@code direct:sync-start}.
     *
     * @throws Refused when the body is no JSON
     * @throws InvalidRequest when a member is wrong, or none says which of several stores is meant
     */
    public Map<String, Object> request(Exchange exchange) throws IOException {
        byte[] body =
                Optional.ofNullable(exchange.getMessage().getBody(byte[].class)).orElse(new byte[0]);
        String mediaType = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, "", String.class);
        boolean json = mediaType.toLowerCase(Locale.ROOT).matches("application/json\\s*(;.*)?");
        if (!json && !(body.length == 0 && mediaType.isEmpty())) {
            throw new Refused(new Problem(
                    415,
                    "unsupported-media-type",
                    "The body must be JSON",
                    "Send the header Content-Type: application/json; it was "
                            + (mediaType.isEmpty() ? "absent" : mediaType) + "."));
        }
        SyncRequest asked = SyncRequest.read(body);
        Map<String, Object> request = new HashMap<>();
        request.put("store", store(Optional.ofNullable(asked.store())));
        request.put("stream", Optional.ofNullable(asked.stream()).orElse(DEFAULT_STREAM));
        request.put(
                "run_id",
                Optional.ofNullable(asked.runId())
                        .map(text -> QueryFilter.uuid("run_id", text))
                        .orElseGet(UuidCreator::getTimeOrderedEpoch)
                        .toString());
        request.put("initiator", initiator(Optional.ofNullable(asked.initiator())));
        request.put(
                "requested_at",
                Optional.ofNullable(asked.requestedAt())
                        .map(text -> QueryFilter.moment("requested_at", text))
                        .orElseGet(clock::instant)
                        .toString());
        return request;
    }

    /** The body of {@code direct:query-run-show} for the run in the variable {@code started}. */
    public Map<String, Object> started(Exchange exchange) {
        return Map.of(
                "run_id",
                exchange.getVariable("started", Map.class).get("run_id").toString());
    }

    /**
     * Turns the run's document in the body into the answer. In the variable {@code started}: outcome and run_id of
     * {@code direct:sync-start}; in {@code waited}: the seconds that were waited, or null.
     */
    public void answer(Exchange exchange) throws JsonProcessingException {
        JsonNode run = JSON.readTree(exchange.getMessage().getBody(String.class));
        Map<?, ?> started = exchange.getVariable("started", Map.class);
        Integer waited = exchange.getVariable("waited", Integer.class);
        String runId = started.get("run_id").toString();
        String status = run.path("status").asText();

        Message answer = exchange.getMessage();
        answer.setHeader("Location", "/api/ingest/runs/" + runId);
        answer.setHeader(Exchange.CONTENT_TYPE, "application/json");
        if (waited != null) {
            answer.setHeader("Preference-Applied", "wait=" + waited);
        }
        if (started.get("outcome").equals("conflict")) {
            Problems.put(answer, conflict(runId, run));
            return;
        }
        boolean justAccepted = started.get("outcome").equals("accepted") && waited == null;
        switch (justAccepted ? "accepted" : status) {
            case "completed" -> answer.setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
            case "partial" -> answer.setHeader(Exchange.HTTP_RESPONSE_CODE, 207);
            case "failed" -> Problems.put(answer, failed(runId, run));
            default -> answer.setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
        }
    }

    private String store(Optional<String> asked) {
        if (asked.isEmpty() && stores.size() == 1) {
            return stores.iterator().next();
        }
        return asked.orElseThrow(() -> stores.isEmpty()
                ? new UnknownStore("", stores)
                : new InvalidRequest(
                        "store",
                        "store is missing; choose one of "
                                + String.join(", ", stores.stream().sorted().toList())));
    }

    private static String initiator(Optional<String> asked) {
        String initiator = asked.orElse("user");
        if (!Set.of("cron", "user").contains(initiator)) {
            throw new InvalidRequest("initiator", "initiator is cron or user, not '" + initiator + "'");
        }
        return initiator;
    }

    private static Problem conflict(String runId, JsonNode run) {
        return new Problem(
                409,
                "run-active",
                "Another run is active",
                "Run " + runId + " of " + run.path("store").asText() + "/"
                        + run.path("stream").asText() + " is "
                        + run.path("status").asText() + "; ask again when it has ended.",
                Map.of("run_id", runId, "run", run));
    }

    private static Problem failed(String runId, JsonNode run) {
        return new Problem(
                502,
                "run-failed",
                "The run failed",
                "Run " + runId + " failed and its watermark stays; its member failures says why.",
                Map.of("run_id", runId, "run", run));
    }
}
