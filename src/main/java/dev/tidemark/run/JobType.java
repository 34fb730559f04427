package dev.tidemark.run;

/** What a run is for; one daily run of a store and stream may be active, and as many of its backfill as there are lanes. */
public enum JobType {
    /** What changed since the watermark; the only kind that moves it. */
    DAILY_SYNC_EXECUTE,
    /** A range of history, which leaves the watermark alone. */
    FULL_BACKFILL_EXECUTE,
    /** An archived run that is loaded again without the source, which leaves the watermark alone. */
    REINGEST_EXECUTE,
    /** A scan of the ids that the source has, which marks records that are gone and leaves the watermark alone. */
    RECONCILE_EXECUTE,
    /** The same scan for {@code verify --source}, which changes no record. */
    VERIFY_EXECUTE
}
