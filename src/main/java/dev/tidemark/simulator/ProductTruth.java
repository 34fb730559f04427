package dev.tidemark.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** The truth about products and their variants. */
final class ProductTruth {
    private ProductTruth() {}

    /** Without the variants, which have lines of their own. */
    static void write(Product product, SimulatedShop shop, TruthJson out) throws IOException {
        JsonGenerator json = out.generator();
        json.writeStartObject();
        json.writeNumberField("product_id", product.id());
        json.writeStringField("title", product.title());
        json.writeStringField("handle", product.handle());
        json.writeStringField("status", product.status());
        json.writeStringField("vendor", product.vendor());
        json.writeStringField("product_type", product.type());
        out.texts("tags", product.tags());
        out.time("created_at", product.createdAt());
        out.time("updated_at", product.updatedAt());
        out.time("published_at", product.publishedAt());
        int total = 0;
        json.writeArrayFieldStart("variant_ids");
        for (Product.Variant variant : product.variants()) {
            json.writeNumber(variant.id());
            total += shop.stock().available(InventoryItem.idOf(variant.id()));
        }
        json.writeEndArray();
        json.writeNumberField("total_inventory", total);
        out.versionOf(product);
        json.writeEndObject();
    }

    static void write(SoldVariant sold, SimulatedShop shop, TruthJson out) throws IOException {
        JsonGenerator json = out.generator();
        Product.Variant variant = sold.variant();
        json.writeStartObject();
        json.writeNumberField("variant_id", variant.id());
        json.writeNumberField("product_id", sold.product().id());
        json.writeStringField("title", variant.title());
        out.textOrNull("sku", variant.sku());
        out.textOrNull("barcode", variant.barcode());
        json.writeStringField("currency", Currency.SHOP.code());
        out.money("price", variant.price(), Currency.SHOP);
        if (variant.compareAtPrice() == 0) {
            json.writeNullField("compare_at_price");
        } else {
            out.money("compare_at_price", variant.compareAtPrice(), Currency.SHOP);
        }
        json.writeNumberField("position", sold.product().positionOf(variant));
        out.time("created_at", variant.createdAt());
        out.time("updated_at", variant.updatedAt());
        long item = InventoryItem.idOf(variant.id());
        json.writeNumberField("inventory_item_id", item);
        json.writeNumberField("inventory_quantity", shop.stock().available(item));
        out.versionOf(sold.product());
        json.writeEndObject();
    }
}
