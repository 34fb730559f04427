package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** An order, and what belongs to it, as the vendor's webhooks tell of it. */
final class OrderBodies {
    private final SimulatedShop shop;

    OrderBodies(SimulatedShop shop) {
        this.shop = shop;
    }

    ObjectNode order(Order order) {
        RestJson json = RestJson.of(Gid.ORDER, order.id())
                .text("name", order.name())
                .number("number", order.number() - 1_000)
                .number("order_number", order.number())
                .text("email", order.email())
                .text("contact_email", order.email())
                .time("created_at", order.createdAt())
                .time("updated_at", order.updatedAt())
                .time("processed_at", order.createdAt())
                .time("cancelled_at", order.cancelledAt())
                .lower("cancel_reason", order.cancelledAt() > 0 ? "CUSTOMER" : "")
                .time("closed_at", order.closedAt())
                .flag("test", false)
                .flag("confirmed", true)
                .flag("taxes_included", false)
                .textOrNull("note", order.note())
                .text("source_name", order.subscription() ? "subscription_contract" : "web")
                .text("tags", "")
                .text("currency", Currency.SHOP.code())
                .text("presentment_currency", order.currency().code())
                .lower("financial_status", order.financialStatus())
                .lower("fulfillment_status", fulfillmentStatus(order));
        money(json, order);
        json.texts(
                "payment_gateway_names",
                Payment.of(order).stream().map(Payment::gateway).distinct().toList());
        if (order.customerId() == 0) {
            json.nothing("customer");
        } else {
            json.child(
                    "customer", CustomerBodies.customer(shop.customerOf(order).full()));
        }
        return json.objects("line_items", lines(order))
                .objects(
                        "fulfillments",
                        Parcel.of(order).stream().map(this::fulfillment).toList())
                .objects(
                        "refunds", Refunded.of(order).stream().map(this::refund).toList())
                .none("discount_codes", "note_attributes", "shipping_lines", "tax_lines")
                .nothing("billing_address", "shipping_address", "payment_terms", "phone", "user_id")
                .node();
    }

    /** A refund, under its own number; it has no update time. */
    ObjectNode refund(Refunded refunded) {
        Refund refund = refunded.refund();
        return RestJson.of(Gid.REFUND, refund.id())
                .number("order_id", refunded.order().id())
                .time("created_at", refund.createdAt())
                .time("processed_at", refund.createdAt())
                .textOrNull("note", refund.note())
                .flag("restock", refund.lines().stream().anyMatch(line -> !line.restockType()
                        .equals("NO_RESTOCK")))
                .none("duties", "refund_shipping_lines")
                .nothing("user_id", "return")
                .objects(
                        "refund_line_items",
                        refund.lines().stream()
                                .map(line -> refundLine(refunded.order(), line))
                                .toList())
                .objects(
                        "order_adjustments",
                        refund.adjustments().stream()
                                .map(adjustment -> adjustment(refunded, adjustment))
                                .toList())
                .objects(
                        "transactions",
                        Payment.ofRefund(refunded.order(), refund).stream()
                                .map(this::transaction)
                                .toList())
                .node();
    }

    /** A payment, in the currency that was paid in alone, and without its order's update time. */
    ObjectNode transaction(Payment payment) {
        MoneyBag.Amount paid = new MoneyBag(payment.amount(), payment.order().currency()).paid();
        return RestJson.of(Gid.ORDER_TRANSACTION, payment.id())
                .number("order_id", payment.order().id())
                .lower("kind", payment.kind())
                .lower("status", payment.status())
                .text("gateway", payment.gateway())
                .amount("amount", paid)
                .text("currency", paid.currency().code())
                .numberOrNull("parent_id", payment.parent().map(Payment::id).orElse(0L))
                .time("created_at", payment.createdAt())
                .time("processed_at", payment.processedAt())
                .flag("test", false)
                .text("source_name", "web")
                .nothing("authorization", "device_id", "error_code", "location_id", "message", "user_id")
                .node();
    }

    /** A parcel; when it arrived is not told, only that it did. */
    ObjectNode fulfillment(Parcel parcel) {
        RestJson json = RestJson.of(Gid.FULFILLMENT, parcel.id())
                .number("order_id", parcel.order().id())
                .text("name", parcel.name())
                .text("status", "success")
                .lower("shipment_status", parcel.displayStatus())
                .time("created_at", parcel.createdAt())
                .time("updated_at", parcel.updatedAt())
                .text("service", "manual")
                .nothing("location_id", "origin_address");
        if (!parcel.tracked()) {
            return json.nothing("tracking_company", "tracking_number", "tracking_url")
                    .none("tracking_numbers", "tracking_urls")
                    .node();
        }
        String url = "https://track.example.com/" + parcel.trackingNumber();
        return json.text("tracking_company", parcel.carrier())
                .text("tracking_number", parcel.trackingNumber())
                .texts("tracking_numbers", List.of(parcel.trackingNumber()))
                .text("tracking_url", url)
                .texts("tracking_urls", List.of(url))
                .node();
    }

    private static String fulfillmentStatus(Order order) {
        return switch (order.fulfillmentStatus()) {
            case "UNFULFILLED" -> "";
            case "PARTIALLY_FULFILLED" -> "PARTIAL";
            default -> order.fulfillmentStatus();
        };
    }

    private static void money(RestJson json, Order order) {
        boolean cancelled = order.cancelledAt() > 0;
        json.money("subtotal_price", bag(order, order.subtotal()))
                .money("total_discounts", bag(order, order.discounts()))
                .money("total_tax", bag(order, order.tax()))
                .money("total_price", bag(order, order.total()))
                .money("total_line_items_price", bag(order, order.subtotal() + order.discounts()))
                .set("total_shipping_price_set", bag(order, order.shipping()))
                .money("current_subtotal_price", bag(order, cancelled ? 0 : order.subtotal()))
                .money("current_total_discounts", bag(order, cancelled ? 0 : order.discounts()))
                .money("current_total_tax", bag(order, cancelled ? 0 : order.tax()))
                .money("current_total_price", bag(order, order.currentTotal()))
                .text("total_tip_received", "0.00")
                .text("total_outstanding", "0.00");
    }

    private static List<ObjectNode> lines(Order order) {
        List<ObjectNode> lines = new ArrayList<>(order.lines().size());
        for (Order.Line line : order.lines()) {
            lines.add(line(order, line));
        }
        return lines;
    }

    /** A line of an order. What it costs after its discounts is not told; it is price times quantity less the discount. */
    private static ObjectNode line(Order order, Order.Line line) {
        Currency paidIn = order.currency();
        MoneyBag.Amount discount = MoneyBag.Amount.ofShop(line.discount());
        // So that the subtraction is exact in the other currency too, where each amount is rounded by itself.
        MoneyBag.Amount discountPaid = new MoneyBag.Amount(
                paidIn.fromShop(line.unitPrice()) * line.quantity() - paidIn.fromShop(line.total()), paidIn);
        return RestJson.of(Gid.LINE_ITEM, line.id())
                .numberOrNull(
                        "product_id",
                        line.choice().map(choice -> choice.product().id()).orElse(0L))
                .numberOrNull(
                        "variant_id",
                        line.choice().map(choice -> choice.variant().id()).orElse(0L))
                .flag("product_exists", line.choice().isPresent())
                .text("name", line.title() + " - " + line.variantTitle())
                .text("title", line.title())
                .text("variant_title", line.variantTitle())
                .text("sku", line.sku())
                .textOrNull(
                        "vendor",
                        line.choice().map(choice -> choice.product().vendor()).orElse(""))
                .number("quantity", line.quantity())
                .number("current_quantity", line.currentQuantity())
                .number("fulfillable_quantity", order.fulfillmentStatus().equals("UNFULFILLED") ? line.quantity() : 0)
                .lower("fulfillment_status", fulfillmentStatus(order))
                .flag("gift_card", false)
                .flag("requires_shipping", true)
                .flag("taxable", order.taxPerMille() > 0)
                .money("price", bag(order, line.unitPrice()))
                .amount("total_discount", discount)
                .set("total_discount_set", discount, discountPaid)
                .none("properties", "tax_lines", "duties", "discount_allocations")
                .node();
    }

    private static ObjectNode refundLine(Order order, Refund.Line line) {
        RestJson json = RestJson.object();
        // The vendor shows some without an id.
        return json.numberOrNull("id", line.id())
                .number("line_item_id", line.line().id())
                .number("quantity", line.quantity())
                .lower("restock_type", line.restockType())
                .nothing("location_id")
                .money("subtotal", bag(order, line.subtotal()))
                .money("total_tax", bag(order, line.tax()))
                .child("line_item", line(order, line.line()))
                .node();
    }

    private static ObjectNode adjustment(Refunded refunded, Refund.Adjustment adjustment) {
        return RestJson.of(Gid.ORDER_ADJUSTMENT, adjustment.id())
                .number("order_id", refunded.order().id())
                .number("refund_id", refunded.refund().id())
                .text("kind", "refund_discrepancy")
                .textOrNull("reason", adjustment.reason())
                .money("amount", bag(refunded.order(), adjustment.amount()))
                .money("tax_amount", bag(refunded.order(), adjustment.tax()))
                .node();
    }

    private static MoneyBag bag(Order order, long minor) {
        return new MoneyBag(minor, order.currency());
    }
}
