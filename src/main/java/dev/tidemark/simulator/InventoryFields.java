package dev.tidemark.simulator;

import java.util.List;
import java.util.Optional;

/** The fields of inventory items, their levels and the locations. */
final class InventoryFields {
    private InventoryFields() {}

    static void describe(ShopTypes types, SimulatedShop shop) {
        types.inventoryItem
                .value("id", (item, out) -> out.gid(Gid.INVENTORY_ITEM, item.id()))
                .value("legacyResourceId", (item, out) -> out.text(Long.toString(item.id())))
                .textOrNull("sku", InventoryItem::sku)
                .value("tracked", (item, out) -> out.flag(item.tracked()))
                .value("requiresShipping", (item, out) -> out.flag(true))
                .value("createdAt", (item, out) -> out.time(item.createdAt()))
                .value("updatedAt", (item, out) -> out.time(item.updatedAt()))
                .child(
                        "unitCost",
                        types.amount,
                        item -> item.cost() < 0 ? Optional.empty() : Optional.of(MoneyBag.Amount.ofShop(item.cost())))
                .child("variant", types.variant, item -> shop.variant(item.variantId()))
                .many("inventoryLevels", types.inventoryLevel, item -> shop.stock()
                        .levels(item.id()));
        types.inventoryLevel
                .value("id", (level, out) -> out.text(level.gid()))
                .value("updatedAt", (level, out) -> out.time(level.updatedAt()))
                .child("location", types.location, level -> Optional.of(level.location()))
                .child("item", types.inventoryItem, level -> shop.inventoryItems()
                        .stored(level.itemId()))
                .listed(
                        "quantities",
                        types.inventoryQuantity,
                        (level, arguments) -> level.quantities(
                                arguments.get("names") instanceof List<?> names
                                        ? names.stream().map(String::valueOf).toList()
                                        : List.of()));
        types.inventoryQuantity
                .value("name", (quantity, out) -> out.text(quantity.name()))
                .value("quantity", (quantity, out) -> out.number(quantity.quantity()))
                .value("updatedAt", (quantity, out) -> out.time(quantity.updatedAt()));
        types.location
                .value("id", (location, out) -> out.gid(Gid.LOCATION, location.id()))
                .value("legacyResourceId", (location, out) -> out.text(Long.toString(location.id())))
                .value("name", (location, out) -> out.text(location.name()))
                .value("isActive", (location, out) -> out.flag(true))
                .child("address", types.locationAddress, Optional::of);
        types.locationAddress.value("countryCode", (location, out) -> out.text(location.country()));
    }
}
