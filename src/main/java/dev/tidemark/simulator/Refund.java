package dev.tidemark.simulator;

import java.util.List;

/**
 * Money that went back for an order. Amounts are minor units of the shop's currency.
 *
 * @param gateway by which the money went
 */
record Refund(
        long id,
        long createdAt,
        long updatedAt,
        String note,
        String gateway,
        List<Line> lines,
        List<Adjustment> adjustments) {
    static final long FIRST_ID = 8_900_000_000_000_000L;
    private static final long FIRST_LINE_ID = 8_910_000_000_000_000L;
    private static final long FIRST_ADJUSTMENT_ID = 8_920_000_000_000_000L;
    /** Refunds that an order can have. */
    static final int MOST_PER_ORDER = 48;

    /** Lines that a refund can have. */
    static final int MOST_LINES = 512;

    /**
     * What was refunded of a line item, which need not be in the order any more.
     *
     * @param id 0 for those that the vendor shows without one
     */
    record Line(long id, Order.Line line, int quantity, String restockType, long subtotal, long tax) {}

    /**
     * A difference between the lines and the money, with the vendor's sign: below 0 when more went back than the lines say.
     *
     * @param reason empty for none
     */
    record Adjustment(long id, long amount, long tax, String reason) {}

    /** The id of a place among the refunds of the order with this number. */
    static long idOf(long orderNumber, int place) {
        return FIRST_ID + orderNumber * 64 + place;
    }

    static long orderNumberOf(long refundId) {
        return (refundId - FIRST_ID) / 64;
    }

    static long lineIdOf(long refundId, int place) {
        return FIRST_LINE_ID + (refundId - FIRST_ID) * MOST_LINES + place;
    }

    static long adjustmentIdOf(long refundId, int place) {
        return FIRST_ADJUSTMENT_ID + (refundId - FIRST_ID) * 8 + place;
    }

    long total() {
        long total = 0;
        for (Line line : lines) {
            total += line.subtotal() + line.tax();
        }
        for (Adjustment adjustment : adjustments) {
            total -= adjustment.amount() + adjustment.tax();
        }
        return total;
    }

    /** The place among the refunds of its order. */
    int place() {
        return (int) ((id - FIRST_ID) % 64);
    }
}
