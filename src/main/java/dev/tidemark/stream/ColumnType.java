package dev.tidemark.stream;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a value in a source's JSON becomes a value of a column. */
public enum ColumnType {
    /** The number at the end of {@code gid://shopify/Order/123}, exact as bigint. */
    GID,
    /** A whole number of 64 bits, as a number or as a string of digits, exact as bigint. */
    ID,
    /** A string, kept as it is. */
    TEXT,
    /** A string in ISO 8601 with an offset, cut to microseconds; never infinite, never in the future. */
    INSTANT,
    /** A decimal, as a string or as a number, exact. */
    MONEY,
    /** A day without a time, {@code 2026-06-01}, possibly with a time after it that is passed over. */
    DATE,
    /** Three capital letters. */
    CURRENCY,
    /** A whole number of 32 bits. */
    INTEGER,
    /** {@code true} or {@code false}. */
    BOOLEAN,
    /** Any value, kept as jsonb. */
    JSON;

    /** The word that declarations use. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<ColumnType> byWord(String word) {
        return Arrays.stream(values()).filter(type -> type.word().equals(word)).findFirst();
    }
}
