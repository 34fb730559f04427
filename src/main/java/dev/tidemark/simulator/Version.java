package dev.tidemark.simulator;

/** One version of a record of the shop. Times are milliseconds; 0 stands for no time. */
interface Version {
    long id();

    /** When this version was stored. */
    long committedAt();

    /** When searches begin to see it. */
    long visibleAt();

    /** What the record says about itself; the stored value has fractions, answers show whole seconds. */
    long updatedAt();

    /** 0 unless this version is the record's end. */
    long deletedAt();

    default boolean isDeleted() {
        return deletedAt() > 0;
    }
}
