package dev.tidemark.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Writes the bulk file: orders with about three line items each, in the shape in which the vendor answers the stream's
 * query (escaped slashes, {@code __parentId} last, children after their parent). The same seed gives the same bytes.
 */
final class Orders {

    private static final Instant FIRST = Instant.parse("2026-05-01T00:00:00Z");
    private static final String[] PRODUCTS = {
        "Magnesium Bisglycinate 400 mg", "Vitamin D3 + K2 Drops", "Omega-3 Fish Oil, lemon", "Whey Isolate Vanilla 1 kg",
        "Ashwagandha KSM-66", "Collagen Peptides", "Zinc Picolinate 25 mg", "Creatine Monohydrate", "Probiotic 50 bn",
        "Electrolyte Sticks, berry", "B-Complex Forte", "Curcumin with Piperine"
    };

    private Orders() {}

    /** Writes {@code lines} lines to {@code file} unless it is already there. */
    static void write(Path file, long lines) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        Files.createDirectories(file.getParent());
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        SplittableRandom random = new SplittableRandom(20260501);
        try (BufferedWriter out = Files.newBufferedWriter(unfinished)) {
            long written = 0;
            for (long order = 0; written < lines; order++) {
                int lineItems = (int) Math.min(lines - written - 1, 1 + random.nextInt(5));
                writeOrder(out, order, random, lineItems);
                written += 1 + lineItems;
            }
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void writeOrder(BufferedWriter out, long order, SplittableRandom random, int lineItems) throws IOException {
        long orderId = 5_450_000_000_000L + order * 1_024 + random.nextInt(1_000);
        Instant created = FIRST.plusSeconds(order * 25 + random.nextInt(25));
        Instant updated = created.plusSeconds(random.nextInt(900_000));
        boolean fulfilled = random.nextInt(10) > 2;
        boolean cancelled = random.nextInt(50) == 0;
        boolean euro = random.nextInt(10) == 0;
        BigDecimal[] prices = new BigDecimal[lineItems];
        int[] quantities = new int[lineItems];
        BigDecimal subtotal = BigDecimal.ZERO.setScale(2);
        for (int i = 0; i < lineItems; i++) {
            prices[i] = BigDecimal.valueOf(900 + random.nextInt(8_000), 2);
            quantities[i] = 1 + random.nextInt(3);
            subtotal = subtotal.add(prices[i].multiply(BigDecimal.valueOf(quantities[i])));
        }
        BigDecimal tax = subtotal.multiply(new BigDecimal("0.08")).setScale(2, java.math.RoundingMode.HALF_UP);
        BigDecimal total = subtotal.add(tax);
        String orderGid = "gid:\\/\\/shopify\\/Order\\/" + orderId;
        out.write("{\"__typename\":\"Order\",\"id\":\"" + orderGid + "\",\"name\":\"#" + (1_000 + order) + "\",\"email\":\"buyer" + random.nextInt(60_000)
                + "@example.com\",\"customer\":{\"id\":\"gid:\\/\\/shopify\\/Customer\\/" + (7_000_000_000_000L + random.nextInt(60_000))
                + "\"},\"createdAt\":\"" + created + "\",\"updatedAt\":\"" + updated + "\",\"processedAt\":\"" + created
                + "\",\"cancelledAt\":" + (cancelled ? "\"" + updated + "\"" : "null") + ",\"closedAt\":"
                + (fulfilled ? "\"" + updated + "\"" : "null") + ",\"test\":false,\"currencyCode\":\"USD\",\"presentmentCurrencyCode\":\""
                + (euro ? "EUR" : "USD") + "\",\"displayFinancialStatus\":\"" + (cancelled ? "REFUNDED" : "PAID")
                + "\",\"displayFulfillmentStatus\":\"" + (fulfilled ? "FULFILLED" : "UNFULFILLED") + "\",\"subtotalPriceSet\":");
        out.write(bag(subtotal, euro) + ",\"totalDiscountsSet\":" + bag(new BigDecimal("0.0"), euro) + ",\"totalTaxSet\":"
                + bag(tax, euro) + ",\"totalPriceSet\":" + bag(total, euro) + ",\"currentTotalPriceSet\":" + bag(total, euro) + "}\n");
        for (int i = 0; i < lineItems; i++) {
            int product = random.nextInt(600);
            String title = PRODUCTS[product % PRODUCTS.length];
            out.write(String.format(Locale.ROOT,
                    "{\"__typename\":\"LineItem\",\"id\":\"gid:\\/\\/shopify\\/LineItem\\/%d\",\"title\":\"%s\",\"variantTitle\":\"%d capsules\","
                            + "\"sku\":\"SKU-%05d\",\"quantity\":%d,\"currentQuantity\":%d,\"product\":{\"id\":\"gid:\\/\\/shopify\\/Product\\/%d\"},"
                            + "\"variant\":{\"id\":\"gid:\\/\\/shopify\\/ProductVariant\\/%d\"},\"originalUnitPriceSet\":%s,"
                            + "\"discountedTotalSet\":%s,\"__parentId\":\"%s\"}\n",
                    14_000_000_000_000L + order * 8 + i, title, 30 * (1 + product % 4), product, quantities[i], quantities[i],
                    8_000_000_000_000L + product, 9_000_000_000_000L + product, bag(prices[i], euro),
                    bag(prices[i].multiply(BigDecimal.valueOf(quantities[i])), euro), orderGid));
        }
    }

    private static String bag(BigDecimal amount, boolean euro) {
        BigDecimal buyers = euro ? amount.multiply(new BigDecimal("0.92")).setScale(2, java.math.RoundingMode.HALF_UP) : amount;
        return "{\"shopMoney\":{\"amount\":\"" + amount.toPlainString() + "\",\"currencyCode\":\"USD\"},\"presentmentMoney\":{\"amount\":\""
                + buyers.toPlainString() + "\",\"currencyCode\":\"" + (euro ? "EUR" : "USD") + "\"}}";
    }
}
