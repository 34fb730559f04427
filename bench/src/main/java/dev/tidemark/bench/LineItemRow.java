package dev.tidemark.bench;

import static dev.tidemark.bench.ShopLine.number;
import static dev.tidemark.bench.ShopLine.presentment;
import static dev.tidemark.bench.ShopLine.presentmentCurrencyOf;
import static dev.tidemark.bench.ShopLine.shop;
import static dev.tidemark.bench.ShopLine.shopCurrencyOf;

import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.List;

/** A row of {@code order_line_item}, in the order of {@code bench/copy_order_line_item.sql}. */
public record LineItemRow(
        String storeId,
        Long lineItemId,
        Long orderId,
        OffsetDateTime orderUpdatedAt,
        Long productId,
        Long variantId,
        String sku,
        String title,
        String variantTitle,
        Integer quantity,
        Integer currentQuantity,
        String currency,
        BigDecimal unitPrice,
        BigDecimal total,
        String presentmentCurrency,
        BigDecimal presentmentUnitPrice,
        BigDecimal presentmentTotal,
        long runNumber) implements Row {

    static final List<String> COLUMNS = List.of(
            "store_id", "line_item_id", "order_id", "order_updated_at", "product_id", "variant_id", "sku", "title",
            "variant_title", "quantity", "current_quantity", "currency", "unit_price", "total",
            "presentment_currency", "presentment_unit_price", "presentment_total", "run_number");

    /** @param orderUpdatedAt the parent's version, or null where the loader does not join children to parents */
    static LineItemRow of(ShopLine line, OffsetDateTime orderUpdatedAt) {
        return new LineItemRow(
                STORE,
                number(line.id()),
                number(line.parentId()),
                orderUpdatedAt,
                number(line.product()),
                number(line.variant()),
                line.sku(),
                line.title(),
                line.variantTitle(),
                line.quantity(),
                line.currentQuantity(),
                shopCurrencyOf(line.originalUnitPriceSet()),
                shop(line.originalUnitPriceSet()),
                shop(line.discountedTotalSet()),
                presentmentCurrencyOf(line.originalUnitPriceSet()),
                presentment(line.originalUnitPriceSet()),
                presentment(line.discountedTotalSet()),
                1);
    }

    @Override
    public List<String> columns() {
        return COLUMNS;
    }

    @Override
    public Object[] values() {
        return new Object[] {
            storeId, lineItemId, orderId, orderUpdatedAt, productId, variantId, sku, title, variantTitle, quantity,
            currentQuantity, currency, unitPrice, total, presentmentCurrency, presentmentUnitPrice, presentmentTotal,
            runNumber
        };
    }
}
