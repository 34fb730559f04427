package dev.tidemark.simulator;

import java.util.ArrayList;
import java.util.List;

/** Makes the next version of an order. Not thread-safe. */
final class OrderBuilder {
    private final Order before;
    private long committedAt;
    private long visibleAt;
    private long updatedAt;
    private long cancelledAt;
    private long deletedAt;
    private String financialStatus;
    private String fulfillmentStatus;
    private long customerId;
    private String email;
    private String note;
    private Currency currency;
    private long shipping;
    private long refunded;
    private long deliveredAt;
    private final List<Order.Line> lines;
    private final List<Refund> refunds;

    OrderBuilder(Order before) {
        this.before = before;
        committedAt = before.committedAt();
        visibleAt = before.visibleAt();
        updatedAt = before.updatedAt();
        cancelledAt = before.cancelledAt();
        deletedAt = before.deletedAt();
        financialStatus = before.financialStatus();
        fulfillmentStatus = before.fulfillmentStatus();
        customerId = before.customerId();
        email = before.email();
        note = before.note();
        currency = before.currency();
        shipping = before.shipping();
        refunded = before.refunded();
        deliveredAt = before.deliveredAt();
        lines = new ArrayList<>(before.lines());
        refunds = new ArrayList<>(before.refunds());
    }

    OrderBuilder committed(long at, long visible) {
        committedAt = at;
        visibleAt = visible;
        return this;
    }

    OrderBuilder updatedAt(long value) {
        updatedAt = value;
        return this;
    }

    OrderBuilder cancelledAt(long value) {
        cancelledAt = value;
        return this;
    }

    OrderBuilder deletedAt(long value) {
        deletedAt = value;
        return this;
    }

    OrderBuilder financialStatus(String value) {
        financialStatus = value;
        return this;
    }

    OrderBuilder fulfillmentStatus(String value) {
        fulfillmentStatus = value;
        return this;
    }

    OrderBuilder customerId(long value) {
        customerId = value;
        return this;
    }

    OrderBuilder email(String value) {
        email = value;
        return this;
    }

    OrderBuilder note(String value) {
        note = value;
        return this;
    }

    OrderBuilder currency(Currency value) {
        currency = value;
        return this;
    }

    OrderBuilder shipping(long value) {
        shipping = value;
        return this;
    }

    OrderBuilder deliveredAt(long value) {
        deliveredAt = value;
        return this;
    }

    /** Adds a refund; the order itself says nothing of it yet. */
    OrderBuilder refund(Refund added) {
        refunds.add(added);
        return this;
    }

    /** What the order says went back. */
    OrderBuilder refunded(long value) {
        refunded = value;
        return this;
    }

    OrderBuilder line(Order.Line added) {
        lines.add(added);
        return this;
    }

    OrderBuilder withoutLine(long id) {
        lines.removeIf(line -> line.id() == id);
        return this;
    }

    OrderBuilder replaceLine(Order.Line replacement) {
        lines.replaceAll(line -> line.id() == replacement.id() ? replacement : line);
        return this;
    }

    Order build() {
        return new Order(
                before.id(),
                before.number(),
                committedAt,
                visibleAt,
                updatedAt,
                before.createdAt(),
                cancelledAt,
                before.closedAt(),
                deletedAt,
                financialStatus,
                fulfillmentStatus,
                customerId,
                email,
                before.subscription(),
                note,
                currency,
                before.taxPerMille(),
                shipping,
                refunded,
                deliveredAt,
                List.copyOf(lines),
                List.copyOf(refunds));
    }
}
