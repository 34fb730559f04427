package dev.tidemark.simulator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/**
 * The truth about a record as JSON, named like the columns that should hold it. Shares no code with the rendering of the
 * API's answers and bulk files, so a mistake there shows as a difference.
 */
final class TruthJson implements AutoCloseable {
    private final JsonGenerator json;

    TruthJson(OutputStream out) throws IOException {
        json = new JsonFactory().createGenerator(out);
        json.setRootValueSeparator(null);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }

    void newLine() throws IOException {
        json.writeRaw('\n');
    }

    void order(Order order) throws IOException {
        Currency paidIn = order.currency();
        json.writeStartObject();
        json.writeNumberField("order_id", order.id());
        json.writeStringField("name", order.name());
        json.writeStringField("email", order.email());
        numberOrNull("customer_id", order.customerId());
        time("created_at", order.createdAt());
        time("updated_at", order.updatedAt());
        time("processed_at", order.createdAt());
        time("cancelled_at", order.cancelledAt());
        time("closed_at", order.closedAt());
        json.writeBooleanField("test", false);
        json.writeStringField("currency", Currency.SHOP.code());
        json.writeStringField("presentment_currency", paidIn.code());
        json.writeStringField("financial_status", order.financialStatus());
        json.writeStringField("fulfillment_status", order.fulfillmentStatus());
        money("subtotal", order.subtotal(), Currency.SHOP);
        money("total_discounts", order.discounts(), Currency.SHOP);
        money("total_tax", order.tax(), Currency.SHOP);
        money("total", order.total(), Currency.SHOP);
        money("current_total", order.currentTotal(), Currency.SHOP);
        money("presentment_subtotal", paidIn.fromShop(order.subtotal()), paidIn);
        money("presentment_total_tax", paidIn.fromShop(order.tax()), paidIn);
        money("presentment_total", paidIn.fromShop(order.total()), paidIn);
        exactTime("committed_at", order.committedAt());
        exactTime("visible_at", order.visibleAt());
        time("deleted_at", order.deletedAt());
        json.writeArrayFieldStart("line_items");
        for (Order.Line line : order.lines()) {
            line(line, paidIn);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void line(Order.Line line, Currency paidIn) throws IOException {
        json.writeStartObject();
        json.writeNumberField("line_item_id", line.id());
        numberOrNull(
                "product_id", line.choice().map(choice -> choice.product().id()).orElse(0L));
        numberOrNull(
                "variant_id", line.choice().map(choice -> choice.variant().id()).orElse(0L));
        json.writeStringField("sku", line.sku());
        json.writeStringField("title", line.title());
        json.writeStringField("variant_title", line.variantTitle());
        json.writeNumberField("quantity", line.quantity());
        json.writeNumberField("current_quantity", line.currentQuantity());
        json.writeStringField("currency", Currency.SHOP.code());
        money("unit_price", line.unitPrice(), Currency.SHOP);
        money("total", line.total(), Currency.SHOP);
        json.writeStringField("presentment_currency", paidIn.code());
        money("presentment_unit_price", paidIn.fromShop(line.unitPrice()), paidIn);
        money("presentment_total", paidIn.fromShop(line.total()), paidIn);
        json.writeEndObject();
    }

    JsonGenerator generator() {
        return json;
    }

    @Override
    public void close() throws IOException {
        json.close();
    }

    void textOrNull(String name, String text) throws IOException {
        if (text.isEmpty()) {
            json.writeNullField(name);
        } else {
            json.writeStringField(name, text);
        }
    }

    void texts(String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    /** When the version was stored and seen, and its end: the last members of every record. */
    void versionOf(Version version) throws IOException {
        exactTime("committed_at", version.committedAt());
        exactTime("visible_at", version.visibleAt());
        time("deleted_at", version.deletedAt());
    }

    /** As the shop's answers show it: whole seconds. */
    void time(String name, long millis) throws IOException {
        if (millis == 0) {
            json.writeNullField(name);
        } else {
            json.writeStringField(
                    name, Instant.ofEpochSecond(Math.floorDiv(millis, 1_000)).toString());
        }
    }

    void exactTime(String name, long millis) throws IOException {
        json.writeStringField(name, Instant.ofEpochMilli(millis).toString());
    }

    void numberOrNull(String name, long number) throws IOException {
        if (number == 0) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, number);
        }
    }

    void money(String name, long minor, Currency currency) throws IOException {
        json.writeStringField(name, BigDecimal.valueOf(minor, currency.digits()).toPlainString());
    }
}
