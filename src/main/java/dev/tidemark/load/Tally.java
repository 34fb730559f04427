package dev.tidemark.load;

/**
 * What has become of a file's lines so far. Only a complete tally lets a run go on; the ledger counts again before the
 * watermark moves.
 *
 * @param expected lines that the archived file has
 * @param lines lines of the file that are in the ledger
 * @param accounted lines that are written, unchanged, stale or set aside
 */
public record Tally(long expected, long lines, long accounted) {

    /** This and a chunk that was committed. */
    Tally plus(ChunkOutcome outcome) {
        return new Tally(expected, lines + (outcome.spilled() ? 0 : outcome.lines()), accounted + outcome.accounted());
    }

    /** Whether every line of the file is in the ledger and accounted for. */
    public boolean isComplete() {
        return lines == expected && accounted == expected;
    }

    @Override
    public String toString() {
        return lines + " of " + expected + " lines are in the ledger, " + accounted + " of them accounted for";
    }
}
