package dev.tidemark.simulator;

import java.util.List;
import java.util.Optional;

/** The fields of an order's transactions and fulfillments. */
final class DeliveryFields {
    private DeliveryFields() {}

    static void describe(ShopTypes types) {
        types.transaction
                .value("id", (payment, out) -> out.gid(Gid.ORDER_TRANSACTION, payment.id()))
                .value("kind", (payment, out) -> out.text(payment.kind()))
                .value("status", (payment, out) -> out.text(payment.status()))
                .value("gateway", (payment, out) -> out.text(payment.gateway()))
                .value("test", (payment, out) -> out.flag(false))
                .value("createdAt", (payment, out) -> out.time(payment.createdAt()))
                .value("processedAt", (payment, out) -> out.time(payment.processedAt()))
                .child(
                        "amountSet",
                        types.bag,
                        payment -> Optional.of(
                                new MoneyBag(payment.amount(), payment.order().currency())))
                .child("parentTransaction", types.transaction, Payment::parent)
                .child("order", types.order, payment -> Optional.of(payment.order()));
        types.fulfillment
                .value("id", (parcel, out) -> out.gid(Gid.FULFILLMENT, parcel.id()))
                .value("legacyResourceId", (parcel, out) -> out.text(Long.toString(parcel.id())))
                .value("name", (parcel, out) -> out.text(parcel.name()))
                .value("status", (parcel, out) -> out.text("SUCCESS"))
                .value("displayStatus", (parcel, out) -> out.text(parcel.displayStatus()))
                .value("createdAt", (parcel, out) -> out.time(parcel.createdAt()))
                .value("updatedAt", (parcel, out) -> out.time(parcel.updatedAt()))
                .value("deliveredAt", (parcel, out) -> out.time(parcel.deliveredAt()))
                .listed(
                        "trackingInfo",
                        types.trackingInfo,
                        (Parcel parcel) -> parcel.tracked() ? List.of(parcel) : List.of())
                .child("order", types.order, parcel -> Optional.of(parcel.order()));
        types.trackingInfo
                .value("company", (parcel, out) -> out.text(parcel.carrier()))
                .value("number", (parcel, out) -> out.text(parcel.trackingNumber()))
                .value("url", (parcel, out) -> out.text("https://track.example.com/" + parcel.trackingNumber()));
    }
}
