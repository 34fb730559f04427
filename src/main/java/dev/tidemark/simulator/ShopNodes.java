package dev.tidemark.simulator;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/** Finds records of the shop by their global ids. */
final class ShopNodes {
    private final Map<Gid, LongFunction<Optional<?>>> finders = new LinkedHashMap<>();

    /** @param ordersFrom orders made before this time (milliseconds) are hidden from the app */
    ShopNodes(SimulatedShop shop, LongSupplier ordersFrom) {
        finders.put(
                Gid.ORDER, id -> shop.orders().stored(id).filter(order -> order.createdAt() >= ordersFrom.getAsLong()));
        finders.put(Gid.REFUND, id -> shop.orders()
                .stored(shop.orderOfNumber(Refund.orderNumberOf(id)))
                .filter(order -> order.createdAt() >= ordersFrom.getAsLong())
                .flatMap(order -> Refunded.of(order).stream()
                        .filter(refunded -> refunded.refund().id() == id)
                        .findFirst()));
        finders.put(Gid.CUSTOMER, id -> shop.customers().stored(id));
        finders.put(Gid.PRODUCT, id -> shop.products().stored(id));
        finders.put(Gid.PRODUCT_VARIANT, shop::variant);
        finders.put(Gid.INVENTORY_ITEM, id -> shop.inventoryItems().stored(id));
        finders.put(Gid.INVENTORY_LEVEL, number -> shop.inventoryItems()
                .stored(Stock.itemOf(number))
                .flatMap(item -> shop.stock().levels(item.id()).stream()
                        .filter(level -> level.number() == number)
                        .findFirst()));
        finders.put(Gid.BASIC_EVENT, id -> shop.diary().events().stream()
                .filter(event -> event.id() == id)
                .findFirst());
        finders.put(Gid.LOCATION, id -> Location.ALL.stream()
                .filter(location -> location.id() == id)
                .findFirst());
    }

    Optional<Object> find(String gid) {
        // The id of an inventory level ends in a query that names its item.
        String plain = gid.replaceFirst("\\?.*", "");
        for (Map.Entry<Gid, LongFunction<Optional<?>>> finder : finders.entrySet()) {
            Optional<Long> number = finder.getKey().numberIn(plain);
            if (number.isPresent()) {
                return finder.getValue().apply(number.get()).map(record -> record);
            }
        }
        return Optional.empty();
    }
}
