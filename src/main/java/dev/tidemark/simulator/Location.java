package dev.tidemark.simulator;

import java.util.List;

/** A place where the shop keeps stock; there are three, and they do not change. */
record Location(long id, String name, String country) {
    static final List<Location> ALL = List.of(
            new Location(9_001_000_000_000_001L, "Main warehouse", "US"),
            new Location(9_001_000_000_000_002L, "Brooklyn / shop floor", "US"),
            new Location(9_001_000_000_000_003L, "Rotterdam", "NL"));
}
