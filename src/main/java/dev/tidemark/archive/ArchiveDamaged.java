package dev.tidemark.archive;

/** An archive is missing or does not hold what its manifest says; nothing was loaded from it. */
public final class ArchiveDamaged extends RuntimeException {
    public ArchiveDamaged(String message) {
        super(message);
    }
}
