package dev.tidemark.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How tests steer the shop while it runs: orders, faults, clock, timing, changes during a scan; and what was asked of it. */
final class ControlApi {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ShopChanges changes;
    private final Faults faults;
    private final ShopClock clock;
    private final BulkOperations bulk;
    private final ScanChanges duringScan;
    private final RequestLog requests;

    ControlApi(
            ShopChanges changes,
            Faults faults,
            ShopClock clock,
            BulkOperations bulk,
            ScanChanges duringScan,
            RequestLog requests) {
        this.changes = changes;
        this.faults = faults;
        this.clock = clock;
        this.bulk = bulk;
        this.duringScan = duringScan;
        this.requests = requests;
    }

    Reply answer(Request request) throws IOException {
        try {
            return switch (request.path()) {
                case "/_control/faults" -> faults(request);
                case "/_control/clock" -> clock(request);
                case "/_control/operations" ->
                    json(200, bulk.all().stream().map(ControlApi::show).toList());
                case "/_control/timing" -> timing(request);
                case "/_control/during-scan" -> duringScan(request);
                case "/_control/requests" -> requests(request);
                default -> {
                    String kind = request.path().replaceFirst("/_control/", "");
                    yield changes.concern(kind) ? change(kind, body(request)) : Reply.notFound();
                }
            };
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException refused) {
            return json(400, Map.of("error", String.valueOf(refused.getMessage())));
        }
    }

    static Reply json(int status, Object body) {
        try {
            return Reply.json(status, JSON.writeValueAsString(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Answers are plain maps and lists", e);
        }
    }

    private static JsonNode body(Request request) {
        try {
            return JSON.readTree(request.body().length == 0 ? new byte[] {'{', '}'} : request.body());
        } catch (IOException notJson) {
            throw new IllegalArgumentException("The body is not JSON: " + notJson.getMessage());
        }
    }

    private Reply change(String kind, JsonNode wanted) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TruthJson json = new TruthJson(out)) {
            json.generator().writeStartArray();
            changes.apply(kind, wanted, json);
            json.generator().writeEndArray();
        }
        return Reply.of(200, "application/json; charset=utf-8", new Reply.Content.Bytes(out.toByteArray()));
    }

    private Reply faults(Request request) {
        if (request.method().equals("DELETE")) {
            request.parameter("name")
                    .ifPresentOrElse(
                            name -> faults.remove(Fault.named(name)
                                    .orElseThrow(() -> new IllegalArgumentException("There is no fault " + name))),
                            faults::clear);
            if (faults.inForce(Fault.SLOT_BUSY).isEmpty()) {
                bulk.releaseForeign();
            }
        }
        if (request.method().equals("POST")) {
            JsonNode body = body(request);
            for (JsonNode wanted : body.isArray() ? body : List.of(body)) {
                addFault(wanted);
            }
        }
        return json(200, faults.all().stream().map(ControlApi::show).toList());
    }

    private void addFault(JsonNode wanted) {
        String name = wanted.isTextual() ? wanted.asText() : wanted.path("name").asText("");
        if (wanted.isTextual() || (!wanted.has("arg") && !wanted.has("times"))) {
            faults.add(name);
            return;
        }
        Fault fault = Fault.named(name)
                .orElseThrow(() ->
                        new IllegalArgumentException("There is no fault " + name + "; there are: " + Fault.labels()));
        faults.add(fault, wanted.path("arg").asText(""), wanted.path("times").asLong(0));
    }

    private static Map<String, Object> show(Faults.Active fault) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("name", fault.fault().label());
        shown.put("arg", fault.argument());
        shown.put("times_left", fault.left() < 0 ? null : fault.left());
        shown.put("struck", fault.struck());
        shown.put("orders", fault.orders());
        return shown;
    }

    private Reply clock(Request request) {
        JsonNode wanted = request.method().equals("POST") ? body(request) : JSON.createObjectNode();
        if (wanted.has("set")) {
            clock.set(Instant.parse(wanted.get("set").asText()));
        }
        if (wanted.has("offset_ms")) {
            clock.set(Instant.now().plusMillis(wanted.get("offset_ms").asLong()));
        }
        if (wanted.has("advance_ms")) {
            clock.advance(Duration.ofMillis(wanted.get("advance_ms").asLong()));
        }
        if (wanted.has("running")) {
            clock.run(wanted.get("running").asBoolean());
        }
        return json(200, Map.of("now", clock.now().toString(), "running", clock.isRunning()));
    }

    private Reply timing(Request request) {
        if (request.method().equals("POST")) {
            JsonNode wanted = body(request);
            BulkOperations.Timing old = bulk.timing();
            bulk.timing(new BulkOperations.Timing(
                    Duration.ofMillis(
                            wanted.path("created_ms").asLong(old.created().toMillis())),
                    Duration.ofMillis(
                            wanted.path("running_ms").asLong(old.running().toMillis()))));
        }
        BulkOperations.Timing timing = bulk.timing();
        return json(
                200,
                Map.of(
                        "created_ms",
                        timing.created().toMillis(),
                        "running_ms",
                        timing.running().toMillis()));
    }

    private Reply duringScan(Request request) {
        if (request.method().equals("DELETE")) {
            duringScan.clear();
        }
        if (request.method().equals("POST")) {
            JsonNode body = body(request);
            for (JsonNode wanted : body.isArray() ? body : List.of(body)) {
                JsonNode change = wanted.path("change");
                if (change.isMissingNode()) {
                    throw new IllegalArgumentException("A change during a scan needs the member change");
                }
                Runnable done = () -> changeDuringScan(wanted.path("of").asText("orders"), change);
                if (wanted.has("after_pages")) {
                    duringScan
                            .pages()
                            .add(
                                    wanted.path("list").asText(""),
                                    wanted.path("after_pages").asLong(),
                                    done);
                    continue;
                }
                duringScan.add(
                        new ScanChanges.Place(
                                wanted.path("after_order").asLong(0),
                                wanted.path("after_roots").asLong(-1),
                                wanted.path("at_percent").asDouble(-1)),
                        done);
            }
        }
        return json(200, Map.of("waiting", duringScan.count()));
    }

    private void changeDuringScan(String kind, JsonNode change) {
        try {
            change(kind, change);
        } catch (IOException e) {
            throw new UncheckedIOException("Changing " + kind + " during a scan failed", e);
        }
    }

    private Reply requests(Request request) {
        if (request.method().equals("DELETE")) {
            requests.clear();
        }
        return json(200, requests.all());
    }

    private static Map<String, Object> show(BulkOperation operation) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", operation.gid());
        shown.put("status", operation.status().name());
        shown.put("who", operation.who());
        shown.put("version", operation.version());
        shown.put("created_at", Instant.ofEpochMilli(operation.createdAt()).toString());
        shown.put("object_count", operation.objectCount());
        shown.put("root_object_count", operation.rootObjectCount());
        shown.put("file_size", operation.fileSize() < 0 ? null : operation.fileSize());
        shown.put("query", operation.query());
        return shown;
    }
}
