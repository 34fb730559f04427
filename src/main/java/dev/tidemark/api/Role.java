package dev.tidemark.api;

/** What the bearer of a token may do; each role may do all that the roles before it may. */
public enum Role {
    /** Reads. */
    VIEWER,
    /** Starts runs too. */
    OPERATOR,
    /** Everything. */
    ADMIN;

    /** Whether this role includes what {@code needed} may do. */
    public boolean covers(Role needed) {
        return compareTo(needed) >= 0;
    }
}
