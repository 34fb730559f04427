package dev.tidemark.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The refunds of the orders that a shop begins with: most give back one line, some only an amount, some very many lines that
 * are not in the order any more.
 */
final class RefundGenerator {
    private static final String[] RESTOCK_TYPES = {"RETURN", "NO_RESTOCK", "CANCEL", "LEGACY_RESTOCK"};

    private final Dice dice;
    private final ProductRange range;

    RefundGenerator(Dice dice, ProductRange range) {
        this.dice = dice;
        this.range = range;
    }

    /**
     * A refund of what one line cost.
     *
     * @param freeLineId from here on ids of line items are not taken
     */
    Refund of(long orderIndex, long orderNumber, long at, Order.Line line, int taxPerMille, long freeLineId) {
        long id = Refund.idOf(orderNumber, 0);
        long amount = line.total();
        int kind = dice.below(100, orderIndex, 1_001);
        long tax = dice.percent(50, orderIndex, 1_002) ? (amount * taxPerMille + 500) / 1_000 : 0;
        List<Refund.Line> lines = kind < 20
                ? List.of()
                : kind < 30 ? many(id, orderIndex, amount, freeLineId) : one(id, orderIndex, line, tax);
        long byLines = 0;
        for (Refund.Line refunded : lines) {
            byLines += refunded.subtotal() + refunded.tax();
        }
        long difference = byLines - amount;
        List<Refund.Adjustment> adjustments = difference == 0
                ? List.of()
                : List.of(new Refund.Adjustment(
                        Refund.adjustmentIdOf(id, 0),
                        difference,
                        0,
                        dice.percent(70, orderIndex, 1_003) ? "REFUND_DISCREPANCY" : ""));
        return new Refund(
                id,
                at,
                at,
                dice.percent(30, orderIndex, 1_004) ? "Arrived damaged / \"leaking\"" : "",
                dice.percent(8, orderIndex, 1_005) ? Payment.GIFT_CARD : "",
                lines,
                adjustments);
    }

    private List<Refund.Line> one(long refundId, long orderIndex, Order.Line line, long tax) {
        boolean withoutId = dice.percent(15, orderIndex, 1_006);
        return List.of(new Refund.Line(
                withoutId ? 0 : Refund.lineIdOf(refundId, 0),
                line,
                line.quantity(),
                RESTOCK_TYPES[dice.below(RESTOCK_TYPES.length, orderIndex, 1_007)],
                line.total(),
                tax));
    }

    private List<Refund.Line> many(long refundId, long orderIndex, long amount, long freeLineId) {
        int count = 60 + dice.below(90, orderIndex, 1_008);
        List<Refund.Line> lines = new ArrayList<>(count);
        for (int place = 0; place < count; place++) {
            long part = amount / count + (place == 0 ? amount % count : 0);
            Product.Choice choice = range.choice(place);
            Order.Line gone = new Order.Line(
                    freeLineId + place,
                    Optional.of(choice),
                    choice.product().title(),
                    choice.variant().title(),
                    choice.variant().sku(),
                    1,
                    0,
                    part,
                    0);
            // One at most is without an id: nothing else would tell it from another.
            boolean withoutId = place == count - 1 && dice.percent(50, orderIndex, 1_009);
            lines.add(new Refund.Line(
                    withoutId ? 0 : Refund.lineIdOf(refundId, place), gone, 1, RESTOCK_TYPES[0], part, 0));
        }
        return lines;
    }
}
