package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * Changes to inventory: {@code {"action":"set-level","index":0,"available":7}} changes a level and leaves its item as it is,
 * {@code disconnect} takes one away and leaves its item as it is, too, {@code update} changes the item.
 */
final class InventoryChanges {
    private static final Set<String> SETTABLE = Set.of("sku", "tracked", "unit_cost");

    private final SimulatedShop shop;
    private final ShopClock clock;

    InventoryChanges(SimulatedShop shop, ShopClock clock) {
        this.shop = shop;
        this.clock = clock;
    }

    /**
     * Applies one change or an array of them and writes the levels and items that came of it.
     *
     * @throws IllegalArgumentException when the change makes no sense; those before it in the array are done
     */
    void apply(JsonNode changes, TruthJson out) throws IOException {
        long now = clock.millis();
        for (ChangeJson change : ChangeJson.each(changes).toList()) {
            change.refuseOthersThan(SETTABLE);
            for (long id : change.targets("inventory_item_id", shop.inventoryItems())) {
                InventoryItem item = shop.inventoryItems().latest(id, "inventory item");
                switch (change.action()) {
                    case "set-level" -> InventoryTruth.write(setLevel(item, change.body()), out);
                    case "disconnect" -> InventoryTruth.write(disconnect(item, change.body()), out);
                    case "update" -> InventoryTruth.write(update(item, change, now), out);
                    default ->
                        throw new IllegalArgumentException(
                                "Unknown action " + change.action() + "; there are set-level, disconnect, update");
                }
            }
        }
    }

    private StockLevel setLevel(InventoryItem item, JsonNode wanted) {
        List<StockLevel> levels = shop.stock().levels(item.id());
        long location =
                wanted.path("location_id").asLong(levels.get(0).location().id());
        Location at = location(location);
        int before = levels.stream()
                .filter(level -> level.location().equals(at))
                .mapToInt(StockLevel::available)
                .sum();
        return shop.stock()
                .set(
                        item.id(),
                        at,
                        wanted.path("available").asInt(before - 1),
                        wanted.path("committed").asInt(0),
                        wanted.path("incoming").asInt(0));
    }

    /** As in the vendor's admin, the last place that stocks an item cannot be taken away. */
    private StockLevel disconnect(InventoryItem item, JsonNode wanted) {
        List<StockLevel> levels = shop.stock().levels(item.id());
        StockLevel last = levels.get(levels.size() - 1);
        Location at = location(wanted.path("location_id").asLong(last.location().id()));
        if (levels.size() == 1) {
            throw new IllegalArgumentException("The item " + item.id() + " is stocked at one location only");
        }
        return levels.stream()
                .filter(level -> level.location().equals(at))
                .findFirst()
                .map(shop.stock()::disconnect)
                .orElseThrow(() -> new IllegalArgumentException(
                        "The item " + item.id() + " is not stocked at location " + at.id()));
    }

    private static Location location(long id) {
        return Location.ALL.stream()
                .filter(known -> known.id() == id)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no location " + id));
    }

    private InventoryItem update(InventoryItem before, ChangeJson change, long now) {
        long cost = change.set().isEmpty() ? before.cost() + 100 : before.cost();
        InventoryItem after = new InventoryItem(
                before.id(),
                change.committedAt(now),
                change.visibleAt(now, shop.indexLagMillis()),
                change.updatedAt(now, before.updatedAt()),
                before.createdAt(),
                0,
                change.text("sku", before.sku()),
                change.set().path("tracked").asBoolean(before.tracked()),
                change.set().path("unit_cost").isNull() ? -1 : change.cents("unit_cost", cost));
        shop.inventoryItems().add(after);
        return after;
    }
}
