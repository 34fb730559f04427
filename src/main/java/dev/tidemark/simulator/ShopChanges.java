package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;

/** Changes to every kind of record, by the kind's name in the paths under {@code /_control/}. */
final class ShopChanges {
    /** Applies changes and writes the new versions in the form of the truth. */
    private interface Kind {
        void apply(JsonNode changes, TruthJson out) throws IOException;
    }

    private final Map<String, Kind> kinds;

    ShopChanges(SimulatedShop shop, ShopClock clock) {
        OrderChanges orders = new OrderChanges(shop, clock);
        CustomerChanges customers = new CustomerChanges(shop, clock);
        ProductChanges products = new ProductChanges(shop, clock);
        InventoryChanges inventory = new InventoryChanges(shop, clock);
        kinds = Map.of(
                "orders",
                (changes, out) -> {
                    for (Order order : orders.apply(changes)) {
                        out.order(order);
                    }
                },
                "customers",
                (changes, out) -> {
                    for (Customer customer : customers.apply(changes)) {
                        CustomerTruth.write(customer, out);
                    }
                },
                "products",
                (changes, out) -> {
                    for (Product product : products.apply(changes)) {
                        ProductTruth.write(product, shop, out);
                    }
                },
                "inventory",
                inventory::apply);
    }

    boolean concern(String kind) {
        return kinds.containsKey(kind);
    }

    /** Applies the changes and writes the new versions in the form of the truth. */
    void apply(String kind, JsonNode changes, TruthJson out) throws IOException {
        if (!concern(kind)) {
            throw new IllegalArgumentException("There is nothing to change under " + kind);
        }
        kinds.get(kind).apply(changes, out);
    }
}
