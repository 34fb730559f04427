package dev.tidemark.load;

/**
 * What a committed chunk added to the ledger.
 *
 * @param spilled whether its lines came from the spill and not from the file
 * @param lines lines of the chunk
 * @param accounted lines that are written, unchanged, stale or set aside; the others went to the spill
 */
public record ChunkOutcome(boolean spilled, long lines, long accounted) {
    ChunkOutcome plus(ChunkOutcome other) {
        return new ChunkOutcome(spilled, lines + other.lines, accounted + other.accounted);
    }
}
