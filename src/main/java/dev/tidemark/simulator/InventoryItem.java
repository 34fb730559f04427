package dev.tidemark.simulator;

/**
 * One version of what is stocked of a variant. Its levels change without it.
 *
 * @param cost of one, in minor units of the shop's currency; below 0 when the merchant never said
 */
record InventoryItem(
        long id,
        long committedAt,
        long visibleAt,
        long updatedAt,
        long createdAt,
        long deletedAt,
        String sku,
        boolean tracked,
        long cost)
        implements Version {
    /** Ids follow those of the variants. */
    static final long FIRST_ID = 9_003_700_000_000_000L;

    static long idOf(long variantId) {
        return variantId - ProductRange.FIRST_VARIANT_ID + FIRST_ID;
    }

    long variantId() {
        return id - FIRST_ID + ProductRange.FIRST_VARIANT_ID;
    }
}
