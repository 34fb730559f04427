package dev.tidemark.load;

import java.util.Locale;

/** Why a line is set aside instead of written; {@link #code()} is what machines read in a dead letter. */
enum Reason {
    /** No JSON object: the archived file itself is damaged, so the run fails once the good lines are loaded. */
    MALFORMED,
    /** Bytes that are not UTF-8. */
    UTF8,
    /** U+0000, which PostgreSQL cannot keep in a text. */
    NUL,
    /** Half of a surrogate pair, which would silently become another character. */
    SURROGATE,
    /** Longer than {@code tidemark.sync.max-line-bytes}. */
    LENGTH,
    /** Nested deeper than {@link LineScanner#DEEPEST}. */
    DEPTH,
    /** A time that is missing where it must not be, has no offset, or lies outside what can be true. */
    TIME,
    /** A decimal or currency that is none. */
    MONEY,
    /** A number or id that does not fit its column. */
    NUMBER,
    /** A value of another JSON type than declared. */
    TYPE,
    /** A record without an id of its own. */
    NO_ID,
    /** A record that the stream does not declare. */
    UNKNOWN_TYPE,
    /** A child that names no parent. */
    MISSING_FIELD,
    /** A child whose parent is not in the file; the statement makes it {@code parent_set_aside} where that is why. */
    ORPHAN,
    /** A record that the database refuses. */
    REFUSED;

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
