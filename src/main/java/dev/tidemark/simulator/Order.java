package dev.tidemark.simulator;

import java.util.List;
import java.util.Optional;

/**
 * One version of an order. Times are milliseconds, money is minor units of the shop's currency; 0 stands for no time and no
 * customer.
 *
 * @param committedAt when this version was stored
 * @param visibleAt when searches begin to see it
 * @param updatedAt what the order says about itself; the stored value has fractions, answers show whole seconds
 * @param refunded what went back, as the order says it
 * @param deliveredAt when its parcels arrived
 * @param deletedAt 0 unless this version is the order's end
 */
record Order(
        long id,
        long number,
        long committedAt,
        long visibleAt,
        long updatedAt,
        long createdAt,
        long cancelledAt,
        long closedAt,
        long deletedAt,
        String financialStatus,
        String fulfillmentStatus,
        long customerId,
        String email,
        boolean subscription,
        String note,
        Currency currency,
        int taxPerMille,
        long shipping,
        long refunded,
        long deliveredAt,
        List<Line> lines,
        List<Refund> refunds)
        implements Version {

    /** A line item. Product and variant are absent for what the shop has ceased to sell. */
    record Line(
            long id,
            Optional<Product.Choice> choice,
            String title,
            String variantTitle,
            String sku,
            int quantity,
            int currentQuantity,
            long unitPrice,
            long discount) {

        long total() {
            return unitPrice * quantity - discount;
        }

        Line withQuantity(int newQuantity) {
            return new Line(
                    id,
                    choice,
                    title,
                    variantTitle,
                    sku,
                    newQuantity,
                    newQuantity,
                    unitPrice,
                    discount * newQuantity / quantity);
        }

        Line withUnitPrice(long newPrice) {
            return new Line(id, choice, title, variantTitle, sku, quantity, currentQuantity, newPrice, 0);
        }
    }

    String name() {
        return "#" + number;
    }

    long subtotal() {
        long sum = 0;
        for (Line line : lines) {
            sum += line.total();
        }
        return sum;
    }

    long discounts() {
        long sum = 0;
        for (Line line : lines) {
            sum += line.discount();
        }
        return sum;
    }

    long tax() {
        return (subtotal() * taxPerMille + 500) / 1_000;
    }

    long total() {
        return subtotal() + tax() + shipping;
    }

    long currentTotal() {
        return cancelledAt > 0 ? 0 : total() - refunded;
    }
}
