package dev.tidemark.simulator;

/** A line item with the order it belongs to, whose currency it needs. */
record SoldLine(Order order, Order.Line line) {}
