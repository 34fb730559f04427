package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Changes to orders as tests ask for them, in JSON: {@code {"action":"update","order_id":1,"set":{"note":"x"}}}. The
 * reference page lists all members.
 */
final class OrderChanges {
    private final SimulatedShop shop;
    private final ShopClock clock;
    private final RefundChanges refunds;

    OrderChanges(SimulatedShop shop, ShopClock clock) {
        this.shop = shop;
        this.clock = clock;
        this.refunds = new RefundChanges(shop);
    }

    /**
     * Applies one change or an array of them, all at the same instant of the shop's clock.
     *
     * @return the new versions
     * @throws IllegalArgumentException when the change makes no sense; those before it in the array are done
     */
    List<Order> apply(JsonNode changes) {
        long now = clock.millis();
        List<Order> made = new ArrayList<>();
        for (JsonNode change : changes.isArray() ? changes : List.of(changes)) {
            made.addAll(applyOne(change, now));
        }
        return made;
    }

    private List<Order> applyOne(JsonNode change, long now) {
        String action = change.path("action").asText("update");
        if (action.equals("create")) {
            return LongStream.range(0, change.path("count").asLong(1))
                    .mapToObj(i -> commit(create(change, now), change, now))
                    .toList();
        }
        return new ChangeJson(change)
                .targets("order_id", shop.orders()).stream()
                        .map(id -> {
                            Order before = shop.orders().latest(id, "order");
                            return commit(changed(action, before, change, now), change, now);
                        })
                        .toList();
    }

    private Order commit(Order version, JsonNode change, long now) {
        long committed = now + change.path("commit_delay_ms").asLong(0);
        long visible = committed + change.path("visible_delay_ms").asLong(shop.indexLagMillis());
        Order stored = new OrderBuilder(version).committed(committed, visible).build();
        shop.orders().add(stored);
        return stored;
    }

    private Order create(JsonNode change, long now) {
        long id = shop.orders().newId();
        long created = time(change, "created_at").orElse(now);
        List<Order.Line> lines = new ArrayList<>();
        if (change.path("lines").isArray()) {
            change.path("lines").forEach(line -> lines.add(newLine(line)));
        } else {
            lines.add(newLine(change.path("line")));
        }
        Order blank = new Order(
                id,
                shop.numberOf(id),
                now,
                now,
                time(change, "updated_at").orElse(now),
                created,
                0,
                0,
                0,
                "PAID",
                "UNFULFILLED",
                0,
                "customer" + id % 100_000 + "@example.com",
                false,
                "",
                Currency.SHOP,
                0,
                495,
                0,
                0,
                lines,
                List.of());
        return set(new OrderBuilder(blank), change.path("set")).build();
    }

    private Order changed(String action, Order before, JsonNode change, long now) {
        ChangeJson wanted = new ChangeJson(change);
        OrderBuilder after = new OrderBuilder(before).updatedAt(wanted.updatedAt(now, before.updatedAt()));
        switch (action) {
            case "update" -> {
                if (change.path("set").isEmpty()) {
                    // Something that a comparison of totals notices: a version that was missed shows.
                    after.shipping(before.shipping() + 100);
                } else {
                    set(after, change.path("set"));
                }
            }
            case "cancel" -> after.cancelledAt(now).financialStatus("REFUNDED");
            case "delete" -> after.deletedAt(now);
            case "add-line" -> after.line(newLine(change.path("line")));
            case "remove-line" -> after.withoutLine(lineOf(before, change).id());
            case "update-line" -> after.replaceLine(changedLine(lineOf(before, change), change.path("line")));
            case "deliver" -> after.deliveredAt(now);
            case "refund" -> refunds.add(before, after, wanted, now);
            default ->
                throw new IllegalArgumentException("Unknown action " + action
                        + "; there are create, update, cancel, delete, add-line, remove-line, update-line, deliver,"
                        + " refund");
        }
        return after.build();
    }

    private static Order.Line lineOf(Order order, JsonNode change) {
        JsonNode wanted = change.path("line").path("line_item_id");
        return order.lines().stream()
                .filter(line -> wanted.isMissingNode() || line.id() == wanted.asLong())
                .reduce((first, last) -> last)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Order " + order.id() + " has no line " + wanted.asText("at all")));
    }

    private static Order.Line changedLine(Order.Line line, JsonNode to) {
        Order.Line priced = to.has("unit_price") ? line.withUnitPrice(ChangeJson.cents(to.get("unit_price"))) : line;
        return to.has("quantity") ? priced.withQuantity(to.get("quantity").asInt()) : priced;
    }

    private Order.Line newLine(JsonNode wanted) {
        Product.Choice choice = shop.range().choice(wanted.path("variant").asInt(0));
        int quantity = wanted.path("quantity").asInt(1);
        long price = wanted.has("unit_price")
                ? ChangeJson.cents(wanted.get("unit_price"))
                : choice.variant().price();
        return new Order.Line(
                shop.newLineId(),
                Optional.of(choice),
                wanted.path("title").asText(choice.product().title()),
                choice.variant().title(),
                choice.variant().sku(),
                quantity,
                quantity,
                price,
                0);
    }

    private static OrderBuilder set(OrderBuilder order, JsonNode values) {
        values.properties().forEach(value -> {
            switch (value.getKey()) {
                case "note" -> order.note(value.getValue().asText());
                case "email" -> order.email(value.getValue().asText());
                case "financial_status" ->
                    order.financialStatus(value.getValue().asText());
                case "fulfillment_status" ->
                    order.fulfillmentStatus(value.getValue().asText());
                case "currency" -> order.currency(Currency.of(value.getValue().asText()));
                case "shipping" -> order.shipping(ChangeJson.cents(value.getValue()));
                case "customer_id" -> order.customerId(value.getValue().asLong());
                default ->
                    throw new IllegalArgumentException(
                            "Cannot set " + value.getKey()
                                    + "; can: note, email, financial_status, fulfillment_status, currency, shipping, customer_id");
            }
        });
        return order;
    }

    private static Optional<Long> time(JsonNode change, String name) {
        return change.has(name)
                ? Optional.of(Instant.parse(change.get(name).asText()).toEpochMilli())
                : Optional.empty();
    }
}
