package dev.tidemark.simulator;

import java.util.Optional;

/** The fields of refunds and what is in them. */
final class RefundFields {
    private RefundFields() {}

    static void describe(ShopTypes types) {
        types.refund
                .value(
                        "id",
                        (refunded, out) -> out.gid(Gid.REFUND, refunded.refund().id()))
                .value(
                        "legacyResourceId",
                        (refunded, out) ->
                                out.text(Long.toString(refunded.refund().id())))
                .value(
                        "createdAt",
                        (refunded, out) -> out.time(refunded.refund().createdAt()))
                .value(
                        "updatedAt",
                        (refunded, out) -> out.time(refunded.refund().updatedAt()))
                .textOrNull("note", refunded -> refunded.refund().note())
                .child("order", types.order, refunded -> Optional.of(refunded.order()))
                .child(
                        "totalRefundedSet",
                        types.bag,
                        refunded -> bag(refunded.order(), refunded.refund().total()))
                .many("refundLineItems", types.refundLineItem, Refunded::lines)
                .many("orderAdjustments", types.orderAdjustment, Refunded::adjustments)
                .many(
                        "transactions",
                        types.transaction,
                        refunded -> Payment.ofRefund(refunded.order(), refunded.refund()));
        types.refundLineItem
                .value(
                        "id",
                        (refunded, out) ->
                                out.gid(Gid.REFUND_LINE_ITEM, refunded.line().id()))
                .value("quantity", (refunded, out) -> out.number(refunded.line().quantity()))
                .value(
                        "restockType",
                        (refunded, out) -> out.text(refunded.line().restockType()))
                .value(
                        "restocked",
                        (refunded, out) ->
                                out.flag(!refunded.line().restockType().equals("NO_RESTOCK")))
                .child(
                        "priceSet",
                        types.bag,
                        refunded -> bag(refunded.order(), refunded.line().line().unitPrice()))
                .child(
                        "subtotalSet",
                        types.bag,
                        refunded -> bag(refunded.order(), refunded.line().subtotal()))
                .child(
                        "totalTaxSet",
                        types.bag,
                        refunded -> bag(refunded.order(), refunded.line().tax()))
                .child(
                        "lineItem",
                        types.lineItem,
                        refunded -> Optional.of(
                                new SoldLine(refunded.order(), refunded.line().line())));
        types.orderAdjustment
                .value(
                        "id",
                        (refunded, out) -> out.gid(
                                Gid.ORDER_ADJUSTMENT, refunded.adjustment().id()))
                .textOrNull("reason", refunded -> refunded.adjustment().reason())
                .child(
                        "amountSet",
                        types.bag,
                        refunded -> bag(refunded.order(), refunded.adjustment().amount()))
                .child(
                        "taxAmountSet",
                        types.bag,
                        refunded -> bag(refunded.order(), refunded.adjustment().tax()));
    }

    private static Optional<MoneyBag> bag(Order order, long minor) {
        return Optional.of(new MoneyBag(minor, order.currency()));
    }
}
