package dev.tidemark.simulator;

/** A line of the shop's diary: what happened to which record. */
record BasicEvent(long id, String action, long createdAt, Gid subjectKind, long subjectId) {

    /** As the vendor names kinds of subjects: {@code PRODUCT_VARIANT}. */
    String subjectType() {
        return subjectKind.name();
    }
}
