package dev.tidemark.simulator;

import java.time.ZoneId;

/** The fields by which orders and products can be searched. */
final class OrderSearch {
    static final ZoneId SHOP_ZONE = ZoneId.of("America/New_York");

    static final SearchFilter.Fields<Order> ORDER_FIELDS = new SearchFilter.Fields<Order>()
            .time("created_at", Order::createdAt)
            .time("updated_at", Order::updatedAt)
            .time("processed_at", Order::createdAt)
            .number("id", Order::id)
            .text("name", Order::name)
            .text("email", Order::email)
            .text("financial_status", Order::financialStatus)
            .text("fulfillment_status", Order::fulfillmentStatus)
            .text("status", OrderSearch::status, value -> value.matches("open|closed|cancelled|not_closed|any"))
            .text("test", order -> "false");

    static final SearchFilter.Fields<Product> PRODUCT_FIELDS = new SearchFilter.Fields<Product>()
            .time("created_at", Product::createdAt)
            .time("updated_at", Product::updatedAt)
            .number("id", Product::id)
            .text("title", Product::title)
            .text("vendor", Product::vendor)
            .text("product_type", Product::type)
            .text("status", Product::status, value -> value.matches("(?i)active|archived|draft"));

    private OrderSearch() {}

    private static String status(Order order) {
        if (order.cancelledAt() > 0) {
            return "cancelled";
        }
        return order.closedAt() > 0 ? "closed" : "open";
    }
}
