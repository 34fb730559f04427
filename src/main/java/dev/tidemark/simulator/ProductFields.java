package dev.tidemark.simulator;

import java.util.Optional;

/** The fields of products and their variants. */
final class ProductFields {
    private ProductFields() {}

    static void describe(ShopTypes types, SimulatedShop shop) {
        product(types, shop);
        variant(types, shop);
    }

    private static void product(ShopTypes types, SimulatedShop shop) {
        types.product
                .value("id", (product, out) -> out.gid(Gid.PRODUCT, product.id()))
                .value("legacyResourceId", (product, out) -> out.text(Long.toString(product.id())))
                .value("title", (product, out) -> out.text(product.title()))
                .value("handle", (product, out) -> out.text(product.handle()))
                .value("vendor", (product, out) -> out.text(product.vendor()))
                .value("productType", (product, out) -> out.text(product.type()))
                .value("status", (product, out) -> out.text(product.status()))
                .value("tags", (product, out) -> out.texts(product.tags()))
                .value("createdAt", (product, out) -> out.time(product.createdAt()))
                .value("updatedAt", (product, out) -> out.time(product.updatedAt()))
                .value("publishedAt", (product, out) -> out.time(product.publishedAt()))
                .value(
                        "totalInventory",
                        (product, out) -> out.number(product.variants().stream()
                                .mapToInt(variant -> shop.stock().available(InventoryItem.idOf(variant.id())))
                                .sum()))
                .many("variants", types.variant, product -> product.variants().stream()
                        .map(variant -> new SoldVariant(product, variant))
                        .toList());
    }

    private static void variant(ShopTypes types, SimulatedShop shop) {
        types.variant
                .value(
                        "id",
                        (sold, out) ->
                                out.gid(Gid.PRODUCT_VARIANT, sold.variant().id()))
                .value(
                        "legacyResourceId",
                        (sold, out) -> out.text(Long.toString(sold.variant().id())))
                .value("title", (sold, out) -> out.text(sold.variant().title()))
                .value(
                        "displayName",
                        (sold, out) -> out.text(
                                sold.product().title() + " - " + sold.variant().title()))
                .textOrNull("sku", sold -> sold.variant().sku())
                .textOrNull("barcode", sold -> sold.variant().barcode())
                .value("price", (sold, out) -> out.money(sold.variant().price(), Currency.SHOP))
                .value("compareAtPrice", (sold, out) -> {
                    if (sold.variant().compareAtPrice() == 0) {
                        out.nothing();
                    } else {
                        out.money(sold.variant().compareAtPrice(), Currency.SHOP);
                    }
                })
                .value("position", (sold, out) -> out.number(sold.product().positionOf(sold.variant())))
                .value("createdAt", (sold, out) -> out.time(sold.variant().createdAt()))
                .value("updatedAt", (sold, out) -> out.time(sold.variant().updatedAt()))
                .value(
                        "inventoryQuantity",
                        (sold, out) -> out.number(shop.stock()
                                .available(InventoryItem.idOf(sold.variant().id()))))
                .child("inventoryItem", types.inventoryItem, sold -> shop.inventoryItems()
                        .stored(InventoryItem.idOf(sold.variant().id())))
                .child("product", types.product, sold -> Optional.of(sold.product()));
    }
}
