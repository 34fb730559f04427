package dev.tidemark.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** The truth about an order's transactions and fulfillments. */
final class DeliveryTruth {
    private DeliveryTruth() {}

    static void write(Payment payment, TruthJson out) throws IOException {
        JsonGenerator json = out.generator();
        Currency paidIn = payment.order().currency();
        json.writeStartObject();
        json.writeNumberField("transaction_id", payment.id());
        json.writeNumberField("order_id", payment.order().id());
        json.writeStringField("kind", payment.kind());
        json.writeStringField("status", payment.status());
        json.writeStringField("gateway", payment.gateway());
        json.writeStringField("currency", Currency.SHOP.code());
        out.money("amount", payment.amount(), Currency.SHOP);
        json.writeStringField("presentment_currency", paidIn.code());
        out.money("presentment_amount", paidIn.fromShop(payment.amount()), paidIn);
        out.time("created_at", payment.createdAt());
        out.time("processed_at", payment.processedAt());
        out.numberOrNull("parent_id", payment.parent().map(Payment::id).orElse(0L));
        json.writeEndObject();
    }

    static void write(Parcel parcel, TruthJson out) throws IOException {
        JsonGenerator json = out.generator();
        json.writeStartObject();
        json.writeNumberField("fulfillment_id", parcel.id());
        json.writeNumberField("order_id", parcel.order().id());
        json.writeStringField("name", parcel.name());
        json.writeStringField("status", "SUCCESS");
        json.writeStringField("display_status", parcel.displayStatus());
        out.time("created_at", parcel.createdAt());
        out.time("updated_at", parcel.updatedAt());
        out.time("delivered_at", parcel.deliveredAt());
        out.textOrNull("tracking_company", parcel.tracked() ? parcel.carrier() : "");
        out.textOrNull("tracking_number", parcel.tracked() ? parcel.trackingNumber() : "");
        out.textOrNull("tracking_url", parcel.tracked() ? "https://track.example.com/" + parcel.trackingNumber() : "");
        json.writeEndObject();
    }
}
