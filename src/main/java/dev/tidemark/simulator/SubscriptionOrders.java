package dev.tidemark.simulator;

import java.util.List;

/**
 * What the shop tells its subscription app: who subscribes, to what, and which orders repeat a subscription. Orders are
 * named by their place among those of the start. Money is in minor units of the shop's currency, times are milliseconds.
 */
public final class SubscriptionOrders {
    private final OrderGenerator generator;

    SubscriptionOrders(OrderGenerator generator) {
        this.generator = generator;
    }

    /** What a subscriber gets each time; product and variant are 0 for what the shop has ceased to sell. */
    public record Line(
            long productId,
            long variantId,
            String sku,
            String title,
            String variantTitle,
            int quantity,
            long unitPrice,
            long total) {}

    /** An order as it was placed, before anybody edited it. */
    public record Placed(long orderId, long number, long subscriber, long tax, long shipping, List<Line> lines) {}

    /** Places of orders; those that repeat no subscription included. */
    public long orders() {
        return generator.count();
    }

    public boolean repeatsSubscription(long place) {
        return generator.repeatsSubscription(place);
    }

    public long createdAt(long place) {
        return generator.createdAt(place);
    }

    /** 0 when it was not cancelled before the shop's start. */
    public long cancelledAt(long place) {
        return generator.cancelledAt(place);
    }

    /** 0 when nothing of it was refunded before the shop's start. */
    public long refundedAt(long place) {
        return generator.refundedAt(place);
    }

    public long subscriberOf(long place) {
        return generator.subscriberOf(place);
    }

    public Placed placed(long place) {
        Order order = generator.versions(place).get(0);
        return new Placed(
                order.id(),
                order.number(),
                subscriberOf(place),
                order.tax(),
                order.shipping(),
                order.lines().stream().map(SubscriptionOrders::line).toList());
    }

    public long subscribers() {
        return generator.subscribers();
    }

    public long customerId(long subscriber) {
        return generator.customerId(subscriber);
    }

    public String email(long subscriber) {
        return generator.emailOf(subscriber);
    }

    public List<Line> lines(long subscriber) {
        return generator.subscribedLines(subscriber).stream()
                .map(SubscriptionOrders::line)
                .toList();
    }

    private static Line line(Order.Line line) {
        return new Line(
                line.choice().map(choice -> choice.product().id()).orElse(0L),
                line.choice().map(choice -> choice.variant().id()).orElse(0L),
                line.sku(),
                line.title(),
                line.variantTitle(),
                line.quantity(),
                line.unitPrice(),
                line.total());
    }
}
