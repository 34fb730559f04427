package dev.tidemark.run;

/**
 * The run was taken over by a later claim: the statement changed nothing, and whoever holds the older epoch must drop
 * the run without another write.
 */
public final class FencedException extends RuntimeException {
    public FencedException(String message) {
        super(message);
    }
}
