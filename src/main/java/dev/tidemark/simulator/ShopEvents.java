package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.simulator.webhook.Event;
import dev.tidemark.simulator.webhook.Source;
import dev.tidemark.simulator.webhook.Webhooks;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Which topics a change to the shop is told under, and what they say: its version as it was then. */
final class ShopEvents {
    private final Webhooks webhooks;
    private final WebhookBodies bodies;
    private final ShopClock clock;

    private ShopEvents(Webhooks webhooks, WebhookBodies bodies, ShopClock clock) {
        this.webhooks = webhooks;
        this.bodies = bodies;
        this.clock = clock;
    }

    /** Tells of every change from now on. */
    static void tell(
            SimulatedShop shop, BulkOperations bulk, WebhookBodies bodies, Webhooks webhooks, ShopClock clock) {
        ShopEvents events = new ShopEvents(webhooks, bodies, clock);
        shop.orders().listener(events::order);
        shop.customers().listener(events::customer);
        shop.products().listener(events::product);
        shop.inventoryItems().listener(events::item);
        shop.stock().listeners(events::level, events::levelGone);
        bulk.onEnd(events::operation);
    }

    private void order(Optional<Order> before, Order after) {
        long at = after.committedAt();
        if (after.isDeleted()) {
            tell("orders/delete", "orders", after.id(), at, () -> ShopBodies.deleted(after.id()));
            return;
        }
        String topic = before.isEmpty() ? "orders/create" : "orders/updated";
        // What belongs to an order may change without it, and then nothing is told of the order.
        if (before.isEmpty() || !sameApartFromParts(before.get(), after)) {
            tell(topic, "orders", after.id(), at, () -> bodies.orders().order(after));
        }
        if (becomes("PAID", before, after, Order::financialStatus)) {
            tell("orders/paid", "orders", after.id(), at, () -> bodies.orders().order(after));
        }
        if (becomes("FULFILLED", before, after, Order::fulfillmentStatus)) {
            tell("orders/fulfilled", "orders", after.id(), at, () -> bodies.orders()
                    .order(after));
        }
        if (becomes("PARTIALLY_FULFILLED", before, after, Order::fulfillmentStatus)) {
            tell("orders/partially_fulfilled", "orders", after.id(), at, () -> bodies.orders()
                    .order(after));
        }
        if (after.cancelledAt() > 0 && before.map(Order::cancelledAt).orElse(0L) == 0) {
            tell("orders/cancelled", "orders", after.id(), at, () -> bodies.orders()
                    .order(after));
        }
        parts(before, after, Refunded::of, refunded -> refunded.refund().id())
                .forEach(refunded ->
                        tell("refunds/create", "refunds", refunded.refund().id(), at, () -> bodies.orders()
                                .refund(refunded)));
        parts(before, after, Payment::of, Payment::id)
                .forEach(payment ->
                        tell("order_transactions/create", "transactions", payment.id(), at, () -> bodies.orders()
                                .transaction(payment)));
        parts(before, after, Parcel::of, Parcel::id)
                .forEach(parcel -> tell("fulfillments/create", "fulfillments", parcel.id(), at, () -> bodies.orders()
                        .fulfillment(parcel)));
        if (before.isPresent() && before.get().deliveredAt() != after.deliveredAt()) {
            Parcel.of(after)
                    .forEach(
                            parcel -> tell("fulfillments/update", "fulfillments", parcel.id(), at, () -> bodies.orders()
                                    .fulfillment(parcel)));
        }
    }

    private static <R> boolean becomes(String status, Optional<R> before, R after, Function<R, String> read) {
        return read.apply(after).equals(status)
                && !before.map(read).map(status::equals).orElse(false);
    }

    /** Those that the order has and did not have before. */
    private static <P> List<P> parts(
            Optional<Order> before, Order after, Function<Order, List<P>> parts, Function<P, Long> id) {
        Set<Long> had = before.stream()
                .flatMap(order -> parts.apply(order).stream())
                .map(id)
                .collect(Collectors.toSet());
        return parts.apply(after).stream()
                .filter(part -> !had.contains(id.apply(part)))
                .toList();
    }

    private static boolean sameApartFromParts(Order before, Order after) {
        OrderBuilder likeAfter = new OrderBuilder(before)
                .committed(after.committedAt(), after.visibleAt())
                .deliveredAt(after.deliveredAt());
        after.refunds().stream().skip(before.refunds().size()).forEach(likeAfter::refund);
        return likeAfter.build().equals(after);
    }

    private void customer(Optional<Customer> before, Customer after) {
        long at = after.committedAt();
        if (after.isDeleted()) {
            tell("customers/delete", "customers", after.id(), at, () -> CustomerBodies.deleted(after.id()));
            return;
        }
        String topic = before.isEmpty() ? "customers/create" : "customers/update";
        tell(topic, "customers", after.id(), at, () -> CustomerBodies.customer(after));
        if (before.isPresent() && becomes("ENABLED", before, after, Customer::state)) {
            tell("customers/enable", "customers", after.id(), at, () -> CustomerBodies.customer(after));
        }
        if (before.isPresent() && becomes("DISABLED", before, after, Customer::state)) {
            tell("customers/disable", "customers", after.id(), at, () -> CustomerBodies.customer(after));
        }
        boolean bought = before.map(Customer::orders).orElse(0L) != after.orders()
                || before.map(Customer::spent).orElse(0L) != after.spent();
        if (bought) {
            tell("customers/purchasing_summary", "customers", after.id(), at, () -> CustomerBodies.purchases(after));
        }
        List<String> had = before.map(Customer::tags).orElse(List.of());
        tags("customer.tags_added", after, without(after.tags(), had));
        tags("customer.tags_removed", after, without(had, after.tags()));
    }

    private void tags(String topic, Customer customer, List<String> tags) {
        if (!tags.isEmpty()) {
            tell(topic, "customers", customer.id(), customer.committedAt(), () -> CustomerBodies.tags(customer, tags));
        }
    }

    private static List<String> without(List<String> all, List<String> others) {
        List<String> left = new ArrayList<>(all);
        left.removeAll(others);
        return left;
    }

    private void product(Optional<Product> before, Product after) {
        if (after.isDeleted()) {
            tell("products/delete", "products", after.id(), after.committedAt(), () -> ShopBodies.deleted(after.id()));
        } else {
            String topic = before.isEmpty() ? "products/create" : "products/update";
            tell(topic, "products", after.id(), after.committedAt(), () -> bodies.products()
                    .product(after));
        }
    }

    private void item(Optional<InventoryItem> before, InventoryItem after) {
        String topic = after.isDeleted()
                ? "inventory_items/delete"
                : before.isEmpty() ? "inventory_items/create" : "inventory_items/update";
        tell(
                topic,
                "inventory_items",
                after.id(),
                after.committedAt(),
                () -> after.isDeleted() ? ShopBodies.deleted(after.id()) : ProductBodies.item(after));
    }

    private void level(StockLevel level) {
        tell(
                "inventory_levels/update",
                "inventory_levels",
                level.number(),
                level.updatedAt(),
                () -> ProductBodies.level(level));
    }

    private void levelGone(StockLevel level) {
        tell(
                "inventory_levels/disconnect",
                "inventory_levels",
                level.number(),
                clock.millis(),
                () -> ProductBodies.levelGone(level));
    }

    private void operation(BulkOperation operation) {
        tell(
                "bulk_operations/finish",
                "bulk_operations",
                operation.id(),
                clock.millis(),
                () -> ShopBodies.operation(operation));
    }

    private void tell(String topic, String kind, long id, long at, Supplier<ObjectNode> body) {
        webhooks.publish(new Event(Source.SHOPIFY, topic, kind + ":" + id, at, () -> bytes(body.get())));
    }

    static byte[] bytes(ObjectNode body) {
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }
}
