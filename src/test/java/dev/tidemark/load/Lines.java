package dev.tidemark.load;

/** Lines as the vendor writes them, for tests. */
final class Lines {
    private Lines() {}

    static String order(long id, String updatedAt) {
        return order(id, updatedAt, "19.90");
    }

    static String order(long id, String updatedAt, String total) {
        return "{\"__typename\":\"Order\",\"id\":\"gid:\\/\\/shopify\\/Order\\/" + id + "\",\"name\":\"#" + id
                + "\",\"email\":\"a@example.com\",\"customer\":{\"id\":\"gid:\\/\\/shopify\\/Customer\\/7\"},"
                + "\"createdAt\":\"2026-05-01T03:00:00Z\",\"updatedAt\":\"" + updatedAt
                + "\",\"processedAt\":\"2026-05-01T03:00:00Z\","
                + "\"cancelledAt\":null,\"closedAt\":null,\"test\":false,\"currencyCode\":\"EUR\",\"presentmentCurrencyCode\":\"USD\","
                + "\"displayFinancialStatus\":\"PAID\",\"displayFulfillmentStatus\":\"UNFULFILLED\","
                + "\"subtotalPriceSet\":" + money("16.72") + ",\"totalDiscountsSet\":" + money("0.0")
                + ",\"totalTaxSet\":" + money("3.18")
                + ",\"totalPriceSet\":" + money(total) + ",\"currentTotalPriceSet\":" + money(total) + "}";
    }

    static String line(long id, long order) {
        return line(id, order, 2);
    }

    static String line(long id, long order, int quantity) {
        return "{\"__typename\":\"LineItem\",\"id\":\"gid:\\/\\/shopify\\/LineItem\\/" + id
                + "\",\"title\":\"Magnesium \\u00e9\","
                + "\"variantTitle\":\"120 caps\",\"sku\":\"MG-120\",\"quantity\":" + quantity + ",\"currentQuantity\":"
                + quantity
                + ",\"product\":{\"id\":\"gid:\\/\\/shopify\\/Product\\/11\"},\"variant\":{\"id\":\"gid:\\/\\/shopify\\/ProductVariant\\/12\"},"
                + "\"originalUnitPriceSet\":" + money("9.95") + ",\"discountedTotalSet\":" + money("19.90")
                + ",\"__parentId\":\"gid:\\/\\/shopify\\/Order\\/" + order + "\"}";
    }

    private static String money(String amount) {
        return "{\"shopMoney\":{\"amount\":\"" + amount
                + "\",\"currencyCode\":\"EUR\"},\"presentmentMoney\":{\"amount\":\"" + amount
                + "\",\"currencyCode\":\"USD\"}}";
    }
}
