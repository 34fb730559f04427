package dev.tidemark.simulator;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The last requests to the shop's API, for tests that care about what was asked and how. Thread-safe. */
final class RequestLog {
    private static final int KEPT = 2_000;

    private final Deque<Map<String, Object>> entries = new ArrayDeque<>();

    synchronized void add(Instant at, Request request, Reply reply) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("at", at.toString());
        entry.put("method", request.method());
        entry.put("path", request.path());
        entry.put("query", request.query());
        entry.put("status", reply.status());
        entry.put("token_present", request.header("x-shopify-access-token").isPresent());
        entry.put("user_agent", request.header("user-agent").orElse(""));
        entry.put("headers", request.headers().keySet().stream().sorted().toList());
        entry.put("body", request.text());
        entries.addLast(entry);
        if (entries.size() > KEPT) {
            entries.removeFirst();
        }
    }

    /** Oldest first. */
    synchronized List<Map<String, Object>> all() {
        return List.copyOf(entries);
    }

    synchronized void clear() {
        entries.clear();
    }
}
