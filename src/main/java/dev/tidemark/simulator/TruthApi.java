package dev.tidemark.simulator;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** What is really so in the shop, for tests to compare with: {@code /_truth/orders}, {@code /versions}, {@code /summary}. */
final class TruthApi {
    private final SimulatedShop shop;
    private final ShopClock clock;
    private final WebhookBodies bodies;

    TruthApi(SimulatedShop shop, ShopClock clock, WebhookBodies bodies) {
        this.shop = shop;
        this.clock = clock;
        this.bodies = bodies;
    }

    Reply answer(Request request) throws IOException {
        return switch (request.path()) {
            case "/_truth/orders" -> all(request, shop.orders(), (order, out) -> out.order(order));
            case "/_truth/customers" -> all(request, shop.customers(), CustomerTruth::write);
            case "/_truth/products" ->
                all(request, shop.products(), (product, out) -> ProductTruth.write(product, shop, out));
            case "/_truth/refunds" ->
                ofOrders(request, Refunded::of, refunded -> refunded.refund().id(), RefundTruth::write);
            case "/_truth/refund-line-items" ->
                ofOrders(request, TruthApi::refundLines, line -> line.refund().id(), RefundTruth::write);
            case "/_truth/transactions" -> ofOrders(request, Payment::of, Payment::id, DeliveryTruth::write);
            case "/_truth/fulfillments" -> ofOrders(request, Parcel::of, Parcel::id, DeliveryTruth::write);
            case "/_truth/variants" -> variants(request);
            case "/_truth/inventory-items" -> all(request, shop.inventoryItems(), InventoryTruth::write);
            case "/_truth/inventory-levels" -> levels(request);
            case "/_truth/versions" -> versions(request);
            case "/_truth/summary" -> summary();
            case "/_truth/webhook-body" ->
                bodies.of(request.parameter("topic").orElse(""), number(request, "id", 0))
                        .map(body -> Reply.json(200, body.toString()))
                        .orElseGet(Reply::notFound);
            default -> Reply.notFound();
        };
    }

    /** Writes one record. */
    private interface Writer<R> {
        void write(R record, TruthJson out) throws IOException;
    }

    private static <R extends Version> Reply all(Request request, Records<R> records, Writer<R> writer) {
        long after = number(request, "after", 0);
        long limit = number(request, "limit", Long.MAX_VALUE);
        boolean withDeleted = request.parameter("deleted").isPresent();
        return Reply.ndjson(out -> {
            try (TruthJson json = new TruthJson(out)) {
                long[] left = {limit};
                records.all(after, () -> left[0] > 0, record -> {
                    if (withDeleted || !record.isDeleted()) {
                        writer.write(record, json);
                        json.newLine();
                        left[0]--;
                    }
                });
            }
        });
    }

    /** What belongs to orders that exist, by rising id. */
    private <P> Reply ofOrders(
            Request request, Function<Order, List<P>> parts, ToLongFunction<P> id, Writer<P> writer) {
        long after = number(request, "after", 0);
        long limit = number(request, "limit", Long.MAX_VALUE);
        return Reply.ndjson(out -> {
            try (TruthJson json = new TruthJson(out)) {
                long[] left = {limit};
                shop.orders().all(0, () -> left[0] > 0, order -> {
                    for (P part : order.isDeleted() ? List.<P>of() : parts.apply(order)) {
                        if (id.applyAsLong(part) > after && left[0]-- > 0) {
                            writer.write(part, json);
                            json.newLine();
                        }
                    }
                });
            }
        });
    }

    private static List<RefundTruth.Line> refundLines(Order order) {
        return order.refunds().stream()
                .flatMap(refund -> refund.lines().stream().map(line -> new RefundTruth.Line(order, refund, line)))
                .toList();
    }

    private Reply variants(Request request) throws IOException {
        List<SoldVariant> variants = new ArrayList<>(shop.variants());
        variants.sort(Comparator.comparingLong(sold -> sold.variant().id()));
        return some(request, variants, sold -> sold.variant().id(), (sold, out) -> ProductTruth.write(sold, shop, out));
    }

    private Reply levels(Request request) throws IOException {
        List<StockLevel> levels = new ArrayList<>();
        shop.inventoryItems().all(0, () -> true, item -> {
            if (!item.isDeleted()) {
                levels.addAll(shop.stock().levels(item.id()));
            }
        });
        return some(request, levels, StockLevel::number, InventoryTruth::write);
    }

    /** The part of a list, sorted by id, that is asked for. */
    private static <R> Reply some(Request request, List<R> records, ToLongFunction<R> id, Writer<R> writer) {
        long after = number(request, "after", 0);
        List<R> wanted = records.stream()
                .filter(record -> id.applyAsLong(record) > after)
                .limit(number(request, "limit", Long.MAX_VALUE))
                .toList();
        return Reply.ndjson(out -> {
            try (TruthJson json = new TruthJson(out)) {
                for (R record : wanted) {
                    writer.write(record, json);
                    json.newLine();
                }
            }
        });
    }

    private Reply versions(Request request) {
        long id = number(request, "order_id", 0);
        return Reply.ndjson(out -> {
            try (TruthJson json = new TruthJson(out)) {
                for (Order version : shop.orders().versions(id)) {
                    json.order(version);
                    json.newLine();
                }
            }
        });
    }

    private Reply summary() throws IOException {
        long[] counts = new long[3];
        long[] latest = {0};
        shop.orders().all(0, () -> true, order -> {
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
