package dev.tidemark.stories;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A question whose only right answer is an empty list; each is one file under {@code stories/oracles}. */
enum Oracle {
    /** Nothing at or before the watermark less the overlap is missing or older than in the source. */
    LIE(true),
    /** Everything that the source shows is in the tables. */
    LOST(false),
    /** Nothing is in the tables that the source does not have, and nothing twice. */
    DUP(true),
    /** The watermark never falls. */
    REGRESS(true),
    /** No row's version ever decreases. */
    STALE(true),
    /** Archived lines = object count = written + unchanged + stale + set aside. */
    CONSERVATION(true),
    /** Each advance carries the epoch current at its commit. */
    FENCE(true),
    /** Every run ends, and "completed" implies a committed watermark. */
    TERMINAL(false),
    /** Each row leads to its run and to the archived record. */
    EXPLAIN(true);

    private final boolean alwaysHolds;

    Oracle(boolean alwaysHolds) {
        this.alwaysHolds = alwaysHolds;
    }

    String file() {
        return "/stories/oracles/" + name().toLowerCase(Locale.ROOT) + ".sql";
    }

    /** Those that hold at every moment, also right after a crash. */
    static List<Oracle> always() {
        return Arrays.stream(values()).filter(oracle -> oracle.alwaysHolds).toList();
    }

    /** All of them; some may fail while a run is under way or its last failure was not made good. */
    static List<Oracle> all() {
        return List.of(values());
    }
}
