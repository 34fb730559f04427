package dev.tidemark.stories;

/** Where in an exchange between Tidemark and a neighbour a fault strikes. */
enum Phase {
    /** Nothing of the request has reached the neighbour. */
    BEFORE,
    /** Half of the request has. */
    HALF_SENT,
    /** The neighbour has done what was asked, and Tidemark does not know it. */
    UNANSWERED,
    /** Tidemark has half of the answer. */
    HALF_ANSWERED,
    /** Tidemark has the answer and has done nothing with it. */
    AFTER
}
