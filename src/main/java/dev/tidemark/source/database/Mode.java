package dev.tidemark.source.database;

import java.util.Locale;

/** How a table is read from one run to the next. */
enum Mode {
    /** Rows change: what is newer by the incremental column, and the tiebreaker among the equally new. */
    MUTABLE,
    /** Rows are only added, each with a value of its own in the incremental column. */
    APPEND_ONLY,
    /** Everything, by each run. */
    WHOLE;

    /** The word of the ledger. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Mode byWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
