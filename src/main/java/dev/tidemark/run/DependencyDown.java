package dev.tidemark.run;

/** The database or object storage cannot be reached; nothing was changed. */
public final class DependencyDown extends RuntimeException {
    public DependencyDown(String message, Throwable cause) {
        super(message, cause);
    }
}
