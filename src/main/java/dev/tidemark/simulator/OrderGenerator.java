package dev.tidemark.simulator;

/** The orders of a shop, computed from its seed. */
final class OrderGenerator {
    /** More would leave the range of ids. */
    static final long MOST_ORDERS = 15_000_000;
}
