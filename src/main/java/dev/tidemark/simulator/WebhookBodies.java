package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** The bodies of the shop's own webhooks, by topic and by the record as it is now. */
final class WebhookBodies {
    private final SimulatedShop shop;
    private final BulkOperations bulk;
    private final OrderBodies orders;
    private final ProductBodies products;
    private final ShopBodies shops;

    WebhookBodies(SimulatedShop shop, BulkOperations bulk, String domain) {
        this.shop = shop;
        this.bulk = bulk;
        this.orders = new OrderBodies(shop);
        this.products = new ProductBodies(shop);
        this.shops = new ShopBodies(domain);
    }

    OrderBodies orders() {
        return orders;
    }

    ProductBodies products() {
        return products;
    }

    ShopBodies shops() {
        return shops;
    }

    /**
     * What a webhook of a topic would say now.
     *
     * @param id the record's number; for {@code inventory_levels/update} the item's, whose first level is told of; of no
     *     meaning where the topic is about the shop
     * @return empty when there is no such record or topic
     */
    Optional<ObjectNode> of(String topic, long id) {
        return switch (topic) {
            case "orders/create",
                    "orders/updated",
                    "orders/cancelled",
                    "orders/paid",
                    "orders/fulfilled",
                    "orders/partially_fulfilled" -> shop.orders().stored(id).map(orders::order);
            case "refunds/create" -> refund(id).map(orders::refund);
            case "order_transactions/create" ->
                ofOrder(id, Payment::of, Payment::id).map(orders::transaction);
            case "fulfillments/create", "fulfillments/update" ->
                ofOrder(id, Parcel::of, Parcel::id).map(orders::fulfillment);
            case "customers/create", "customers/update", "customers/enable", "customers/disable" ->
                shop.customers().stored(id).map(CustomerBodies::customer);
            case "customers/purchasing_summary" -> shop.customers().stored(id).map(CustomerBodies::purchases);
            case "customer.tags_added", "customer.tags_removed" ->
                shop.customers().stored(id).map(customer -> CustomerBodies.tags(customer, customer.tags()));
            case "products/create", "products/update" ->
                shop.products().stored(id).map(products::product);
            case "inventory_items/create", "inventory_items/update" ->
                shop.inventoryItems().stored(id).map(ProductBodies::item);
            case "inventory_levels/update" ->
                shop.inventoryItems()
                        .stored(id)
                        .map(item -> ProductBodies.level(shop.stock().levels(id).get(0)));
            case "orders/delete", "products/delete", "inventory_items/delete" -> Optional.of(ShopBodies.deleted(id));
            case "customers/delete" -> Optional.of(CustomerBodies.deleted(id));
            case "bulk_operations/finish" -> bulk.operation(id).map(ShopBodies::operation);
            case "customers/data_request" ->
                person(id).map(customer -> shops.dataRequest(customer, ordersOf(id), 9_999));
            case "customers/redact" -> person(id).map(customer -> shops.redactCustomer(customer, ordersOf(id)));
            case "shop/redact" -> Optional.of(shops.redactShop());
            case "app/uninstalled" -> Optional.of(shops.shop());
            default -> Optional.empty();
        };
    }

    /** Who it was, also when the shop has deleted them since. */
    private Optional<Customer> person(long id) {
        return shop.customers().versions(id).stream().reduce((older, newer) -> newer);
    }

    private List<Long> ordersOf(long customerId) {
        List<Long> ids = new ArrayList<>();
        try {
            shop.orders().all(0, () -> true, order -> {
                if (order.customerId() == customerId) {
                    ids.add(order.id());
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ids;
    }

    private Optional<Refunded> refund(long id) {
        return shop.orders().stored(shop.orderOfNumber(Refund.orderNumberOf(id))).stream()
                .flatMap(order -> Refunded.of(order).stream())
                .filter(refunded -> refunded.refund().id() == id)
                .findFirst();
    }

    /** A part of an order, found by looking through all of them. */
    private <P> Optional<P> ofOrder(long id, Function<Order, List<P>> parts, ToLongFunction<P> idOf) {
        TreeMap<Long, P> found = new TreeMap<>();
        try {
            shop.orders().all(0, found::isEmpty, order -> parts.apply(order).stream()
                    .filter(part -> idOf.applyAsLong(part) == id)
                    .forEach(part -> found.put(id, part)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Optional.ofNullable(found.get(id));
    }
}
