package dev.tidemark.bench;

import static dev.tidemark.bench.ShopLine.number;
import static dev.tidemark.bench.ShopLine.presentment;
import static dev.tidemark.bench.ShopLine.shop;

import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.List;

/** A row of {@code order_header}, in the order of {@code bench/copy_order_header.sql}. */
public record OrderRow(
        String storeId,
        Long orderId,
        String name,
        String email,
        Long customerId,
        OffsetDateTime createdAt,
        OffsetDateTime updatedAt,
        OffsetDateTime processedAt,
        OffsetDateTime cancelledAt,
        OffsetDateTime closedAt,
        Boolean test,
        String currency,
        String presentmentCurrency,
        String financialStatus,
        String fulfillmentStatus,
        BigDecimal subtotal,
        BigDecimal totalDiscounts,
        BigDecimal totalTax,
        BigDecimal total,
        BigDecimal currentTotal,
        BigDecimal presentmentSubtotal,
        BigDecimal presentmentTotalTax,
        BigDecimal presentmentTotal,
        long runNumber) implements Row {

    static final List<String> COLUMNS = List.of(
            "store_id", "order_id", "name", "email", "customer_id", "created_at", "updated_at", "processed_at",
            "cancelled_at", "closed_at", "test", "currency", "presentment_currency", "financial_status",
            "fulfillment_status", "subtotal", "total_discounts", "total_tax", "total", "current_total",
            "presentment_subtotal", "presentment_total_tax", "presentment_total", "run_number");

    static OrderRow of(ShopLine line) {
        return new OrderRow(
                STORE,
                number(line.id()),
                line.name(),
                line.email(),
                number(line.customer()),
                line.createdAt(),
                line.updatedAt(),
                line.processedAt(),
                line.cancelledAt(),
                line.closedAt(),
                line.test(),
                line.currencyCode(),
                line.presentmentCurrencyCode(),
                line.displayFinancialStatus(),
                line.displayFulfillmentStatus(),
                shop(line.subtotalPriceSet()),
                shop(line.totalDiscountsSet()),
                shop(line.totalTaxSet()),
                shop(line.totalPriceSet()),
                shop(line.currentTotalPriceSet()),
                presentment(line.subtotalPriceSet()),
                presentment(line.totalTaxSet()),
                presentment(line.totalPriceSet()),
                1);
    }

    @Override
    public List<String> columns() {
        return COLUMNS;
    }

    @Override
    public Object[] values() {
        return new Object[] {
            storeId, orderId, name, email, customerId, createdAt, updatedAt, processedAt, cancelledAt, closedAt, test,
            currency, presentmentCurrency, financialStatus, fulfillmentStatus,
            subtotal, totalDiscounts, totalTax, total,
            currentTotal, presentmentSubtotal, presentmentTotalTax, presentmentTotal, runNumber
        };
    }
}
