package dev.tidemark.simulator;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The connections at the top of the API that list records of the shop. */
final class ShopRoots {
    private final List<RootList<?>> all;

    /** @param ordersFrom orders made before this time (milliseconds) are hidden from the app */
    ShopRoots(SimulatedShop shop, ShopTypes types, LongSupplier ordersFrom) {
        all = List.of(
                orders(shop, types, ordersFrom),
                customers(shop, types),
                products(shop, types),
                variants(shop, types),
                inventoryItems(shop, types),
                locations(types),
                events(shop, types));
    }

    List<RootList<?>> all() {
        return all;
    }

    Optional<RootList<?>> named(String name) {
        return all.stream().filter(root -> root.name().equals(name)).findFirst();
    }

    private static RootList<Order> orders(SimulatedShop shop, ShopTypes types, LongSupplier ordersFrom) {
        return new RootList<>(
                "orders",
                types.order,
                "read_orders",
                OrderSearch.ORDER_FIELDS,
                Map.of(
                        "CREATED_AT", Order::createdAt,
                        "PROCESSED_AT", Order::createdAt,
                        "UPDATED_AT", Order::updatedAt,
                        "TOTAL_PRICE", Order::total,
                        "ORDER_NUMBER", Order::number),
                Order::id,
                (filter, worthwhile, visitor) -> {
                    long from = ordersFrom.getAsLong();
                    shop.orders().search(filter, worthwhile, order -> {
                        if (order.createdAt() >= from) {
                            visitor.visit(order);
                        }
                    });
                });
    }

    private static RootList<CustomerSource> customers(SimulatedShop shop, ShopTypes types) {
        return new RootList<>(
                "customers",
                types.customer,
                "read_customers",
                new SearchFilter.Fields<CustomerSource>()
                        .day("updated_at", customer -> customer.full().updatedAt())
                        .day("customer_date", customer -> customer.full().createdAt())
                        .number("id", CustomerSource::id)
                        .number("orders_count", customer -> customer.full().orders())
                        .text("email", customer -> customer.full().email())
                        .text("phone", customer -> customer.full().phone())
                        .text("first_name", customer -> customer.full().firstName())
                        .text("last_name", customer -> customer.full().lastName())
                        .text("state", customer -> customer.full().state())
                        .text("country", customer -> customer.full().country()),
                Map.of(
                        "CREATED_AT", customer -> customer.full().createdAt(),
                        "UPDATED_AT", customer -> customer.full().updatedAt()),
                CustomerSource::id,
                (filter, worthwhile, visitor) -> shop.customers().search(filter, worthwhile, visitor::visit));
    }

    private static RootList<Product> products(SimulatedShop shop, ShopTypes types) {
        return new RootList<>(
                "products",
                types.product,
                "read_products",
                OrderSearch.PRODUCT_FIELDS,
                Map.of("CREATED_AT", Product::createdAt, "UPDATED_AT", Product::updatedAt),
                Product::id,
                (filter, worthwhile, visitor) -> shop.products().search(filter, worthwhile, visitor));
    }

    private static RootList<SoldVariant> variants(SimulatedShop shop, ShopTypes types) {
        return new RootList<>(
                "productVariants",
                types.variant,
                "read_products",
                new SearchFilter.Fields<SoldVariant>()
                        .time("updated_at", sold -> sold.variant().updatedAt())
                        .time("created_at", sold -> sold.variant().createdAt())
                        .number("id", sold -> sold.variant().id())
                        .number("product_id", sold -> sold.product().id())
                        .text("sku", sold -> sold.variant().sku())
                        .text("barcode", sold -> sold.variant().barcode())
                        .text("title", sold -> sold.variant().title()),
                Map.of("POSITION", sold -> sold.product().positionOf(sold.variant())),
                sold -> sold.variant().id(),
                (filter, worthwhile, visitor) -> {
                    for (SoldVariant variant : shop.variants()) {
                        if (filter.matches(variant)) {
                            visitor.visit(variant);
                        }
                    }
                });
    }

    private static RootList<InventoryItem> inventoryItems(SimulatedShop shop, ShopTypes types) {
        return new RootList<>(
                "inventoryItems",
                types.inventoryItem,
                "read_inventory",
                new SearchFilter.Fields<InventoryItem>()
                        .time("updated_at", InventoryItem::updatedAt)
                        .time("created_at", InventoryItem::createdAt)
                        .number("id", InventoryItem::id)
                        .text("sku", InventoryItem::sku),
                Map.of(),
                InventoryItem::id,
                (filter, worthwhile, visitor) -> shop.inventoryItems().search(filter, worthwhile, visitor));
    }

    private static RootList<Location> locations(ShopTypes types) {
        return new RootList<>(
                "locations",
                types.location,
                "read_locations",
                new SearchFilter.Fields<Location>().number("id", Location::id).text("name", Location::name),
                Map.of(),
                Location::id,
                (filter, worthwhile, visitor) -> {
                    for (Location location : Location.ALL) {
                        if (filter.matches(location)) {
                            visitor.visit(location);
                        }
                    }
                });
    }

    private static RootList<BasicEvent> events(SimulatedShop shop, ShopTypes types) {
        return new RootList<>(
                "events",
                types.event,
                "read_products",
                new SearchFilter.Fields<BasicEvent>()
                        .time("created_at", BasicEvent::createdAt)
                        .number("id", BasicEvent::id)
                        .text("action", BasicEvent::action)
                        .text("subject_type", BasicEvent::subjectType),
                Map.of("CREATED_AT", BasicEvent::createdAt),
                BasicEvent::id,
                (filter, worthwhile, visitor) -> {
                    for (BasicEvent event : shop.diary().events()) {
                        if (filter.matches(event)) {
                            visitor.visit(event);
                        }
                    }
                });
    }
}
