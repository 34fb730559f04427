package dev.tidemark.run;

/** A backfill of a range that the source does not show to the store's token. Nothing was written. */
public final class RangeHidden extends RuntimeException {
    public RangeHidden(String message) {
        super(message);
    }
}
