package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Refunds as tests ask for them: {@code {"action":"refund","order_id":1,"lines":[{"quantity":1}],"discrepancy":"-5.00"}}.
 * The reference page lists all members.
 */
final class RefundChanges {
    private final SimulatedShop shop;

    RefundChanges(SimulatedShop shop) {
        this.shop = shop;
    }

    /** Adds a refund to the next version of an order; where it is not to bump the order, that says nothing of it. */
    void add(Order before, OrderBuilder after, ChangeJson change, long now) {
        int place = before.refunds().size();
        if (place >= Refund.MOST_PER_ORDER) {
            throw new IllegalArgumentException(
                    "Order " + before.id() + " has as many refunds as it can have: " + place);
        }
        long id = Refund.idOf(before.number(), place);
        JsonNode body = change.body();
        JsonNode discrepancy = body.path("discrepancy");
        List<Refund.Adjustment> adjustments = discrepancy.isMissingNode()
                ? List.of()
                : List.of(new Refund.Adjustment(
                        Refund.adjustmentIdOf(id, 0),
                        ChangeJson.cents(discrepancy),
                        0,
                        body.path("reason").asText("REFUND_DISCREPANCY")));
        Refund refund = new Refund(
                id,
                change.time("created_at").orElse(now),
                now,
                body.path("note").asText(""),
                body.path("gateway").asText(""),
                lines(before, id, body.path("lines")),
                adjustments);
        after.refund(refund);
        if (change.bumps()) {
            long refunded = before.refunded() + refund.total();
            after.refunded(refunded).financialStatus(refunded >= before.total() ? "REFUNDED" : "PARTIALLY_REFUNDED");
        }
    }

    private List<Refund.Line> lines(Order order, long refundId, JsonNode wanted) {
        List<Refund.Line> lines = new ArrayList<>();
        if (wanted.isNumber()) {
            for (int place = 0; place < Math.min(wanted.asInt(), Refund.MOST_LINES); place++) {
                lines.add(new Refund.Line(Refund.lineIdOf(refundId, place), gone(place), 1, "RETURN", 100, 0));
            }
        } else if (wanted.isArray()) {
            wanted.forEach(one -> lines.add(line(order, refundId, lines.size(), one)));
        } else {
            lines.add(line(order, refundId, 0, wanted));
        }
        return List.copyOf(lines);
    }

    private static Refund.Line line(Order order, long refundId, int place, JsonNode wanted) {
        JsonNode id = wanted.path("line_item_id");
        Order.Line line = order.lines().stream()
                .filter(candidate -> id.isMissingNode() || candidate.id() == id.asLong())
                .reduce((first, last) -> last)
                .orElseThrow(() ->
                        new IllegalArgumentException("Order " + order.id() + " has no line " + id.asText("at all")));
        int quantity = wanted.path("quantity").asInt(1);
        long subtotal = wanted.has("amount")
                ? ChangeJson.cents(wanted.get("amount"))
                : line.total() * quantity / Math.max(1, line.quantity());
        return new Refund.Line(
                wanted.path("without_id").asBoolean() ? 0 : Refund.lineIdOf(refundId, place),
                line,
                quantity,
                wanted.path("restock_type").asText("RETURN"),
                subtotal,
                (subtotal * order.taxPerMille() + 500) / 1_000);
    }

    /** A line that the order does not have any more. */
    private Order.Line gone(int place) {
        Product.Choice choice = shop.range().choice(place);
        return new Order.Line(
                shop.newLineId(),
                Optional.of(choice),
                choice.product().title(),
                choice.variant().title(),
                choice.variant().sku(),
                1,
                0,
                100,
                0);
    }
}
