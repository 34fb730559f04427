package dev.tidemark.simulator;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Kinds of global ids, {@code gid://shopify/Order/1}. */
enum Gid {
    ORDER("Order"),
    LINE_ITEM("LineItem"),
    CUSTOMER("Customer"),
    PRODUCT("Product"),
    PRODUCT_VARIANT("ProductVariant"),
    INVENTORY_ITEM("InventoryItem"),
    INVENTORY_LEVEL("InventoryLevel"),
    LOCATION("Location"),
    REFUND("Refund"),
    REFUND_LINE_ITEM("RefundLineItem"),
    ORDER_ADJUSTMENT("OrderAdjustment"),
    ORDER_TRANSACTION("OrderTransaction"),
    FULFILLMENT("Fulfillment"),
    BASIC_EVENT("BasicEvent"),
    SHOP("Shop"),
    BULK_OPERATION("BulkOperation"),
    WEBHOOK_SUBSCRIPTION("WebhookSubscription");

    private final String prefix;
    private final byte[] escapedPrefix;

    Gid(String typeName) {
        prefix = "gid://shopify/" + typeName + "/";
        escapedPrefix = ("\"" + prefix.replace("/", "\\/")).getBytes(StandardCharsets.US_ASCII);
    }

    String of(long id) {
        return prefix + id;
    }

    /** The number, when the text is an id of this kind. */
    Optional<Long> numberIn(String gid) {
        String digits = gid.startsWith(prefix) ? gid.substring(prefix.length()) : "";
        return digits.matches("\\d{1,18}") ? Optional.of(Long.parseLong(digits)) : Optional.empty();
    }

    /** With the opening quote and the slashes as bulk files write them. */
    byte[] escapedPrefix() {
        return escapedPrefix;
    }
}
