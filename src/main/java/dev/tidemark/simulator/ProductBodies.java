package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Products, what is stocked of them, and how much lies where, as the vendor's webhooks tell of them. */
final class ProductBodies {
    private final SimulatedShop shop;

    ProductBodies(SimulatedShop shop) {
        this.shop = shop;
    }

    /** A product with its variants; what lies in stock of all of them together is not told. */
    ObjectNode product(Product product) {
        return RestJson.of(Gid.PRODUCT, product.id())
                .text("title", product.title())
                .text("handle", product.handle())
                .text("body_html", "")
                .text("vendor", product.vendor())
                .text("product_type", product.type())
                .lower("status", product.status())
                .text("tags", String.join(", ", product.tags()))
                .text("published_scope", "web")
                .nothing("template_suffix", "image", "category")
                .none("images", "options", "media")
                .time("created_at", product.createdAt())
                .time("updated_at", product.updatedAt())
                .time("published_at", product.publishedAt())
                .objects(
                        "variants",
                        product.variants().stream()
                                .map(variant -> variant(product, variant))
                                .toList())
                .objects(
                        "variant_gids",
                        product.variants().stream()
                                .map(variant -> RestJson.object()
                                        .text("admin_graphql_api_id", Gid.PRODUCT_VARIANT.of(variant.id()))
                                        .time("updated_at", variant.updatedAt())
                                        .node())
                                .toList())
                .node();
    }

    /** What is stocked of a variant; which variant that is, and the currency of the cost, are not told. */
    static ObjectNode item(InventoryItem item) {
        RestJson json = RestJson.of(Gid.INVENTORY_ITEM, item.id())
                .textOrNull("sku", item.sku())
                .flag("tracked", item.tracked())
                .flag("requires_shipping", true)
                .time("created_at", item.createdAt())
                .time("updated_at", item.updatedAt())
                .nothing("country_code_of_origin", "province_code_of_origin", "harmonized_system_code")
                .none("country_harmonized_system_codes");
        return (item.cost() < 0 ? json.nothing("cost") : json.amount("cost", MoneyBag.Amount.ofShop(item.cost())))
                .node();
    }

    /** How much of an item lies at a location: what is available alone. */
    static ObjectNode level(StockLevel level) {
        return RestJson.object()
                .number("inventory_item_id", level.itemId())
                .number("location_id", level.location().id())
                .number("available", level.available())
                .time("updated_at", level.updatedAt())
                .text("admin_graphql_api_id", level.gid())
                .node();
    }

    /** That an item is no longer stocked at a location: which, and nothing else. */
    static ObjectNode levelGone(StockLevel level) {
        return RestJson.object()
                .number("inventory_item_id", level.itemId())
                .number("location_id", level.location().id())
                .node();
    }

    private ObjectNode variant(Product product, Product.Variant variant) {
        long itemId = InventoryItem.idOf(variant.id());
        RestJson json = RestJson.of(Gid.PRODUCT_VARIANT, variant.id())
                .number("product_id", product.id())
                .text("title", variant.title())
                .textOrNull("sku", variant.sku())
                .textOrNull("barcode", variant.barcode())
                .amount("price", MoneyBag.Amount.ofShop(variant.price()))
                .number("position", product.positionOf(variant))
                .text("inventory_policy", "deny")
                .flag("taxable", true)
                .number("inventory_item_id", itemId)
                .number("inventory_quantity", shop.stock().available(itemId))
                .number("old_inventory_quantity", shop.stock().available(itemId))
                .text("option1", variant.title())
                .nothing("option2", "option3", "image_id")
                .time("created_at", variant.createdAt())
                .time("updated_at", variant.updatedAt());
        return (variant.compareAtPrice() == 0
                        ? json.nothing("compare_at_price")
                        : json.amount("compare_at_price", MoneyBag.Amount.ofShop(variant.compareAtPrice())))
                .node();
    }
}
