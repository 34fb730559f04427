package dev.tidemark.load;

import java.util.Map;
import java.util.Optional;

/**
 * The lines of one statement, as bytes. Lines of a file stand one after the other; spilled lines have numbers of their
 * own. Immutable by convention: nobody writes to the arrays once they are here.
 *
 * @param parents empty: lines of the file, numbered without a gap; else children taken from the spill, and the versions of
 *     those of their parents that the file has
 * @param bytes every line ends with a newline or a carriage return, and {@link LineScanner#SLACK} bytes follow the last
 * @param starts where each line begins
 * @param ends where it ends, its newline and a carriage return before that excluded
 * @param lineNumbers each line's number in the file, from 1
 * @param from first line of this slice, as an index into the arrays
 * @param to index after its last line
 * @param tooLong lines of which only the beginning is here, by index
 * @param endsBeforeRoot whether a root follows, or the end of the file: in a file that has children behind their roots, the
 *     last root's children are all here
 */
record Chunk(
        Optional<SpilledParents> parents,
        byte[] bytes,
        int[] starts,
        int[] ends,
        long[] lineNumbers,
        int from,
        int to,
        Map<Integer, LongLine> tooLong,
        boolean endsBeforeRoot) {

    /** A line that is longer than may be decoded: its real length and digest. */
    record LongLine(long length, byte[] sha256) {}

    boolean spilled() {
        return parents.isPresent();
    }

    int lines() {
        return to - from;
    }

    long firstLine() {
        return lineNumbers[from];
    }

    /** A part of this chunk, by indexes into the arrays. */
    Chunk slice(int first, int end) {
        return new Chunk(parents, bytes, starts, ends, lineNumbers, first, end, tooLong, endsBeforeRoot && end == to);
    }
}
