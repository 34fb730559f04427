package dev.tidemark.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** The truth about inventory items and their levels. */
final class InventoryTruth {
    private InventoryTruth() {}

    static void write(InventoryItem item, TruthJson out) throws IOException {
        JsonGenerator json = out.generator();
        json.writeStartObject();
        json.writeNumberField("inventory_item_id", item.id());
        json.writeNumberField("variant_id", item.variantId());
        out.textOrNull("sku", item.sku());
        json.writeBooleanField("tracked", item.tracked());
        out.time("created_at", item.createdAt());
        out.time("updated_at", item.updatedAt());
        json.writeStringField("currency", Currency.SHOP.code());
        if (item.cost() < 0) {
            json.writeNullField("unit_cost");
        } else {
            out.money("unit_cost", item.cost(), Currency.SHOP);
        }
        out.versionOf(item);
        json.writeEndObject();
    }

    static void write(StockLevel level, TruthJson out) throws IOException {
        JsonGenerator json = out.generator();
        json.writeStartObject();
        json.writeNumberField("inventory_level_id", level.number());
        json.writeNumberField("inventory_item_id", level.itemId());
        json.writeNumberField("location_id", level.location().id());
        json.writeStringField("location_name", level.location().name());
        json.writeNumberField("available", level.available());
        json.writeNumberField("on_hand", level.onHand());
        json.writeNumberField("committed", level.committed());
        json.writeNumberField("incoming", level.incoming());
        out.time("available_updated_at", level.countedAt());
        out.time("updated_at", level.updatedAt());
        json.writeEndObject();
    }
}
