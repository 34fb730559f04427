package dev.tidemark.simulator;

import java.util.List;

/**
 * How much of an item lies at a location.
 *
 * @param number the first number of its id, alone unique
 * @param updatedAt when it changed; the item's own update time knows nothing of it
 * @param countedAt when the available quantity changed, 0 where the vendor does not tell
 */
record StockLevel(
        long number,
        long itemId,
        Location location,
        long updatedAt,
        long countedAt,
        int available,
        int committed,
        int incoming) {

    /** A quantity by its name in the API. */
    record Quantity(String name, int quantity, long updatedAt) {}

    int onHand() {
        return available + committed;
    }

    String gid() {
        return "gid://shopify/InventoryLevel/" + number + "?inventory_item_id=" + itemId;
    }

    /** The quantities of these names in this order; unknown ones are 0. */
    List<Quantity> quantities(List<String> names) {
        return names.stream()
                .map(name -> switch (name) {
                    case "available" -> new Quantity(name, available, countedAt);
                    case "on_hand" -> new Quantity(name, onHand(), countedAt);
                    case "committed" -> new Quantity(name, committed, 0);
                    case "incoming" -> new Quantity(name, incoming, 0);
                    default -> new Quantity(name, 0, 0);
                })
                .toList();
    }
}
