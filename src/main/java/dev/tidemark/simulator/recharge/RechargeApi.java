package dev.tidemark.simulator.recharge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.simulator.Fault;
import dev.tidemark.simulator.Faults;
import dev.tidemark.simulator.HttpFaults;
import dev.tidemark.simulator.Reply;
import dev.tidemark.simulator.Request;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The vendor's REST API over HTTP: who may ask, how often, in which version, and page by page. Thread-safe. */
final class RechargeApi {
    static final String TOKEN = "rc_simulator";

    private static final List<String> VERSIONS = List.of("2021-11", "2021-01");
    private static final Pattern PATH = Pattern.compile("/recharge/([a-z_]+)(?:/([^/]+))?");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RechargeRecords records;
    private final Faults faults;
    private final HttpFaults httpFaults;
    private final LeakyBucket bucket;
    private final WebhookList webhooks;

    RechargeApi(
            RechargeRecords records, Faults faults, HttpFaults httpFaults, LeakyBucket bucket, WebhookList webhooks) {
        this.records = records;
        this.faults = faults;
        this.httpFaults = httpFaults;
        this.bucket = bucket;
        this.webhooks = webhooks;
    }

    Reply answer(Request request) {
        Optional<Reply> struck = httpFaults.strike();
        if (struck.isPresent()) {
            return struck.get();
        }
        if (!request.header("x-recharge-access-token").orElse("").equals(TOKEN)) {
            return error(401, "bad authentication");
        }
        if (!bucket.take()) {
            return error(429, "Too many requests. Please retry in 2 seconds.")
                    .with("Retry-After", "2.0")
                    .with("X-Recharge-Limit", bucket.status());
        }
        String version = request.header("x-recharge-version").orElse("2021-01");
        if (!VERSIONS.contains(version)) {
            return error(426, "Invalid version " + version + ". Supported versions: 2021-11, 2021-01");
        }
        Reply reply =
                request.path().matches(WebhookList.PATH) ? webhooks.answer(request, version) : get(request, version);
        return reply.with("X-Recharge-Version", version).with("X-Recharge-Limit", bucket.status());
    }

    private Reply get(Request request, String version) {
        Matcher path = PATH.matcher(request.path());
        Optional<Kind> kind = path.matches() ? Kind.of(path.group(1)) : Optional.empty();
        if (kind.isEmpty()) {
            return error(404, "Not Found");
        }
        if (!request.method().equals("GET")) {
            return error(405, "The method is not allowed for the requested URL.");
        }
        try {
            return path.group(2) == null
                    ? list(kind.get(), ListRequest.of(request.query(), version.equals("2021-11")), version)
                    : one(kind.get(), path.group(2), version);
        } catch (ListRequest.Refused refused) {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.putObject("errors").putArray(refused.parameter()).add(refused.getMessage());
            return json(422, body);
        }
    }

    private Reply one(Kind kind, String id, String version) {
        return Optional.of(id)
                .filter(text -> text.matches("\\d{1,18}"))
                .flatMap(text -> records.stored(kind, Long.parseLong(text)))
                .map(entry -> {
                    ObjectNode body = JsonNodeFactory.instance.objectNode();
                    body.set(kind.singular(), node(entry, version));
                    return json(200, body);
                })
                .orElseGet(() -> error(404, "Not Found"));
    }

    private Reply list(Kind kind, ListRequest wanted, String version) {
        Listing listing = wanted.listing();
        RechargeRecords.Page page = records.page(kind, listing, wanted.limit());
        List<Entry> entries = page.entries();
        boolean hasNext = listing.backwards() ? listing.after().isPresent() : page.hasMore();
        boolean hasPrevious =
                listing.backwards() ? page.hasMore() : listing.after().isPresent();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("next_cursor", hasNext && !entries.isEmpty() ? nextCursor(listing, entries) : null);
        body.put("previous_cursor", hasPrevious && !entries.isEmpty() ? previousCursor(listing, entries) : null);
        ArrayNode nodes = body.putArray(kind.plural());
        entries.forEach(entry -> nodes.add(node(entry, version)));
        return json(200, body);
    }

    private String nextCursor(Listing listing, List<Entry> entries) {
        if (faults.strike(Fault.RECHARGE_CURSOR_LOOP)
                .or(() -> faults.strike(Fault.CURSOR_LOOP))
                .isPresent()) {
            return listing.cursor();
        }
        if (faults.strike(Fault.RECHARGE_PAGE_REPEATED).isPresent()) {
            return listing.repeated().cursor();
        }
        Entry last = entries.get(entries.size() - 1);
        return listing.continuing(listing.sort().positionOf(last), false).cursor();
    }

    private static String previousCursor(Listing listing, List<Entry> entries) {
        return listing.continuing(listing.sort().positionOf(entries.get(0)), true)
                .cursor();
    }

    private static ObjectNode node(Entry entry, String version) {
        return version.equals("2021-11") ? NestedJson.of(entry) : FlatJson.of(entry);
    }

    private static Reply error(int status, String message) {
        return json(status, JsonNodeFactory.instance.objectNode().put("error", message));
    }

    private static Reply json(int status, ObjectNode body) {
        try {
            return Reply.of(
                    status, "application/json; charset=utf-8", new Reply.Content.Bytes(JSON.writeValueAsBytes(body)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Answers are plain objects and lists", e);
        }
    }
}
