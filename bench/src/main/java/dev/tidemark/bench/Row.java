package dev.tidemark.bench;

import java.util.List;

/** A row of one of the two tables, ready-typed. */
public sealed interface Row permits OrderRow, LineItemRow {

    /** The store that all measured rows belong to. */
    String STORE = "bench";

    List<String> columns();

    /** Values in the order of {@link #columns()}. */
    Object[] values();

    /** The row of a line whose parent, if it has one, is not looked up. */
    static Row of(ShopLine line) {
        return line.isLineItem() ? LineItemRow.of(line, null) : OrderRow.of(line);
    }
}
