package dev.tidemark.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** The fields of orders and their line items. */
final class OrderFields {
    private OrderFields() {}

    static void describe(ShopTypes types, SimulatedShop shop) {
        lineItem(types);
        order(types, shop);
    }

    private static void lineItem(ShopTypes types) {
        types.lineItem
                .value("id", (line, out) -> out.gid(Gid.LINE_ITEM, line.line().id()))
                .value(
                        "name",
                        (line, out) -> out.text(
                                line.line().title() + " - " + line.line().variantTitle()))
                .value("title", (line, out) -> out.text(line.line().title()))
                .value("variantTitle", (line, out) -> out.text(line.line().variantTitle()))
                .value("sku", (line, out) -> out.text(line.line().sku()))
                .value("vendor", (line, out) -> line.line()
                        .choice()
                        .ifPresentOrElse(choice -> out.text(choice.product().vendor()), out::nothing))
                .value("quantity", (line, out) -> out.number(line.line().quantity()))
                .value("currentQuantity", (line, out) -> out.number(line.line().currentQuantity()))
                .value("requiresShipping", (line, out) -> out.flag(true))
                .value("taxable", (line, out) -> out.flag(line.order().taxPerMille() > 0))
                .value("isGiftCard", (line, out) -> out.flag(false))
                .child(
                        "originalUnitPriceSet",
                        types.bag,
                        line -> bag(line, line.line().unitPrice()))
                .child(
                        "originalTotalSet",
                        types.bag,
                        line -> bag(line, line.line().unitPrice() * line.line().quantity()))
                .child(
                        "discountedUnitPriceSet",
                        types.bag,
                        line -> bag(
                                line,
                                line.line().total() / Math.max(1, line.line().quantity())))
                .child(
                        "discountedTotalSet",
                        types.bag,
                        line -> bag(line, line.line().total()))
                .child(
                        "totalDiscountSet",
                        types.bag,
                        line -> bag(line, line.line().discount()))
                .child("product", types.product, line -> line.line().choice().map(Product.Choice::product))
                .child("variant", types.variant, line -> line.line()
                        .choice()
                        .map(choice -> new SoldVariant(choice.product(), choice.variant())));
    }

    private static void order(ShopTypes types, SimulatedShop shop) {
        types.order
                .value("id", (order, out) -> out.gid(Gid.ORDER, order.id()))
                .value("legacyResourceId", (order, out) -> out.text(Long.toString(order.id())))
                .value("name", (order, out) -> out.text(order.name()))
                .value("email", (order, out) -> out.text(order.email()))
                .textOrNull("note", Order::note)
                .value("createdAt", (order, out) -> out.time(order.createdAt()))
                .value("updatedAt", (order, out) -> out.time(order.updatedAt()))
                .value("processedAt", (order, out) -> out.time(order.createdAt()))
                .value("closedAt", (order, out) -> out.time(order.closedAt()))
                .value("cancelledAt", (order, out) -> out.time(order.cancelledAt()))
                .textOrNull("cancelReason", order -> order.cancelledAt() > 0 ? "CUSTOMER" : "")
                .value("test", (order, out) -> out.flag(false))
                .value("confirmed", (order, out) -> out.flag(true))
                .value("taxesIncluded", (order, out) -> out.flag(false))
                .value("sourceName", (order, out) -> out.text(order.subscription() ? "subscription_contract" : "web"))
                .value("currencyCode", (order, out) -> out.text(Currency.SHOP.code()))
                .value(
                        "presentmentCurrencyCode",
                        (order, out) -> out.text(order.currency().code()))
                .value("displayFinancialStatus", (order, out) -> out.text(order.financialStatus()))
                .value("displayFulfillmentStatus", (order, out) -> out.text(order.fulfillmentStatus()))
                .value(
                        "subtotalLineItemsQuantity",
                        (order, out) -> out.number(order.lines().stream()
                                .mapToLong(Order.Line::quantity)
                                .sum()))
                .child("subtotalPriceSet", types.bag, set(Order::subtotal))
                .child("totalDiscountsSet", types.bag, set(Order::discounts))
                .child("totalTaxSet", types.bag, set(Order::tax))
                .child("totalShippingPriceSet", types.bag, set(Order::shipping))
                .child("totalPriceSet", types.bag, set(Order::total))
                .child("currentTotalPriceSet", types.bag, set(Order::currentTotal))
                .child(
                        "currentSubtotalPriceSet",
                        types.bag,
                        set(order -> order.cancelledAt() > 0 ? 0 : order.subtotal()))
                .child("currentTotalTaxSet", types.bag, set(order -> order.cancelledAt() > 0 ? 0 : order.tax()))
                .child("totalRefundedSet", types.bag, set(Order::refunded))
                .child(
                        "customer",
                        types.customer,
                        order -> order.customerId() == 0 ? Optional.empty() : Optional.of(shop.customerOf(order)))
                .listed("refunds", types.refund, Refunded::of)
                .listed("transactions", types.transaction, Payment::of)
                .listed("fulfillments", types.fulfillment, Parcel::of)
                .many("lineItems", types.lineItem, OrderFields::soldLines);
    }

    // A loop, not a stream: it runs once for each of millions of orders.
    private static List<SoldLine> soldLines(Order order) {
        List<SoldLine> lines = new ArrayList<>(order.lines().size());
        for (Order.Line line : order.lines()) {
            lines.add(new SoldLine(order, line));
        }
        return lines;
    }

    private static Function<Order, Optional<MoneyBag>> set(ToLongFunction<Order> amount) {
        return order -> Optional.of(new MoneyBag(amount.applyAsLong(order), order.currency()));
    }

    private static Optional<MoneyBag> bag(SoldLine line, long minor) {
        return Optional.of(new MoneyBag(minor, line.order().currency()));
    }
}
