package dev.tidemark.simulator;

import java.util.List;

/** A refund with the order it is of, whose currency it needs. */
record Refunded(Order order, Refund refund) {

    /** A line of it. */
    record Line(Order order, Refund.Line line) {}

    /** An adjustment of it. */
    record Adjustment(Order order, Refund.Adjustment adjustment) {}

    static List<Refunded> of(Order order) {
        return order.refunds().stream()
                .map(refund -> new Refunded(order, refund))
                .toList();
    }

    List<Line> lines() {
        return refund.lines().stream().map(line -> new Line(order, line)).toList();
    }

    List<Adjustment> adjustments() {
        return refund.adjustments().stream()
                .map(adjustment -> new Adjustment(order, adjustment))
                .toList();
    }
}
