package dev.tidemark.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** The truth about refunds and their lines. */
final class RefundTruth {

    /** A line with its refund. */
    record Line(Order order, Refund refund, Refund.Line line) {}

    private RefundTruth() {}

    /** Without the lines, which have lines of their own. */
    static void write(Refunded refunded, TruthJson out) throws IOException {
        JsonGenerator json = out.generator();
        Refund refund = refunded.refund();
        Currency paidIn = refunded.order().currency();
        json.writeStartObject();
        json.writeNumberField("refund_id", refund.id());
        json.writeNumberField("order_id", refunded.order().id());
        out.time("created_at", refund.createdAt());
        out.time("updated_at", refund.updatedAt());
        out.textOrNull("note", refund.note());
        json.writeStringField("currency", Currency.SHOP.code());
        out.money("total_refunded", refund.total(), Currency.SHOP);
        json.writeStringField("presentment_currency", paidIn.code());
        out.money("presentment_total_refunded", paidIn.fromShop(refund.total()), paidIn);
        json.writeNumberField("line_count", refund.lines().size());
        json.writeArrayFieldStart("order_adjustments");
        for (Refund.Adjustment adjustment : refund.adjustments()) {
            json.writeStartObject();
            json.writeNumberField("order_adjustment_id", adjustment.id());
            out.money("amount", adjustment.amount(), Currency.SHOP);
            out.money("tax_amount", adjustment.tax(), Currency.SHOP);
            out.textOrNull("reason", adjustment.reason());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("transaction_ids");
        for (Payment payment : Payment.ofRefund(refunded.order(), refund)) {
            json.writeNumber(payment.id());
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    static void write(Line refunded, TruthJson out) throws IOException {
        JsonGenerator json = out.generator();
        Refund.Line line = refunded.line();
        Currency paidIn = refunded.order().currency();
        json.writeStartObject();
        json.writeNumberField("refund_id", refunded.refund().id());
        out.numberOrNull("refund_line_item_id", line.id());
        json.writeNumberField("order_id", refunded.order().id());
        json.writeNumberField("line_item_id", line.line().id());
        out.numberOrNull(
                "product_id",
                line.line().choice().map(choice -> choice.product().id()).orElse(0L));
        json.writeNumberField("quantity", line.quantity());
        json.writeStringField("restock_type", line.restockType());
        json.writeStringField("currency", Currency.SHOP.code());
        out.money("price", line.line().unitPrice(), Currency.SHOP);
        out.money("subtotal", line.subtotal(), Currency.SHOP);
        out.money("total_tax", line.tax(), Currency.SHOP);
        json.writeStringField("presentment_currency", paidIn.code());
        out.money("presentment_price", paidIn.fromShop(line.line().unitPrice()), paidIn);
        out.money("presentment_subtotal", paidIn.fromShop(line.subtotal()), paidIn);
        out.money("presentment_total_tax", paidIn.fromShop(line.tax()), paidIn);
        json.writeEndObject();
    }
}
