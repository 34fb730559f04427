package dev.tidemark.simulator.recharge;

import java.util.Map;

/**
 * One version of a record. What it says about itself is in whole seconds, as the vendor stores it; 0 stands for no time.
 *
 * @param committedMillis when this version was stored
 * @param visibleMillis when lists begin to show it
 * @param deletedMillis 0 unless this version is the record's end
 * @param values by their names in version 2021-11, {@code id}, {@code created_at} and {@code updated_at} excepted: texts,
 *     numbers, booleans, null, {@link Value}s, and maps and lists of these
 */
record Entry(
        long id,
        long committedMillis,
        long visibleMillis,
        long createdAt,
        long updatedAt,
        long deletedMillis,
        Map<String, Object> values) {

    boolean isDeleted() {
        return deletedMillis > 0;
    }
}
