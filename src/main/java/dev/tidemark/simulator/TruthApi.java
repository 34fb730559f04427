package dev.tidemark.simulator;

import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is really so in the shop, for tests to compare with: {@code /_truth/orders}, {@code /versions}, {@code /summary}. */
final class TruthApi {
    private final SimulatedShop shop;
    private final ShopClock clock;

    TruthApi(SimulatedShop shop, ShopClock clock) {
        this.shop = shop;
        this.clock = clock;
    }

    Reply answer(Request request) throws IOException {
        return switch (request.path()) {
            case "/_truth/orders" -> orders(request);
            case "/_truth/versions" -> versions(request);
            case "/_truth/summary" -> summary();
            default -> Reply.notFound();
        };
    }

    private Reply orders(Request request) {
        long after = number(request, "after", 0);
        long limit = number(request, "limit", Long.MAX_VALUE);
        boolean withDeleted = request.parameter("deleted").isPresent();
        return Reply.ndjson(out -> {
            try (TruthJson json = new TruthJson(out)) {
                long[] left = {limit};
                shop.all(after, () -> left[0] > 0, order -> {
                    if (withDeleted || !order.isDeleted()) {
                        json.line(order);
                        left[0]--;
                    }
                });
            }
        });
    }

    private Reply versions(Request request) {
        long id = number(request, "order_id", 0);
        return Reply.ndjson(out -> {
            try (TruthJson json = new TruthJson(out)) {
                for (Order version : shop.versions(id)) {
                    json.line(version);
                }
            }
        });
    }

    private Reply summary() throws IOException {
        long[] counts = new long[3];
        long[] latest = {0};
        shop.all(0, () -> true, order -> {
            counts[order.isDeleted() ? 2 : 0]++;
            counts[1] += order.isDeleted() ? 0 : order.lines().size();
            latest[0] = Math.max(latest[0], order.isDeleted() ? 0 : order.updatedAt());
        });
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("now", clock.now().toString());
        summary.put("orders", counts[0]);
        summary.put("line_items", counts[1]);
        summary.put("deleted_orders", counts[2]);
        summary.put(
                "max_updated_at",
                latest[0] == 0 ? null : Instant.ofEpochSecond(latest[0] / 1_000).toString());
        return ControlApi.json(200, summary);
    }

    private static long number(Request request, String name, long otherwise) {
        return request.parameter(name)
                .filter(text -> text.matches("\\d{1,18}"))
                .map(Long::parseLong)
                .orElse(otherwise);
    }
}
