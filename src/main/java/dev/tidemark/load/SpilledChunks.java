package dev.tidemark.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The spilled children of a run, in chunks, each with the versions of its parents. For so many parents as fit in bounded
 * memory the file is read once more, because a parent's version in the file need not be the one in its table.
 */
final class SpilledChunks implements Iterator<Chunk> {
    /** Parents that one reading of the file looks for. */
    private static final int PARENTS_A_PASS = 1 << 17;
    /** Bytes after which a chunk ends. */
    private static final int CHUNK_BYTES = ChunkFile.CHUNK_BYTES;

    /** Where the spill is read from; each list in the order of parent and line. */
    interface Spill {
        /** The ids of parents above {@code parent}, at most {@code limit}. */
        List<Long> parents(long parent, int limit);

        /** Parents in a range of ids that are set aside: parent_id, version. */
        List<Map<String, Object>> parentsSetAside(long first, long last);

        /** Children after a position, up to and including the parent {@code last}: line_no, parent_id, raw. */
        List<Map<String, Object>> children(long parent, long line, long last, int limit);
    }

    private final Load load;
    private final Spill spill;
    private final int maxLineBytes;
    private SpilledParents parents;
    private long parent = -1;
    private long line = -1;
    private long lastOfPass = -1;
    private Chunk next;

    SpilledChunks(Load load, Spill spill, int maxLineBytes) {
        this.load = load;
        this.spill = spill;
        this.maxLineBytes = maxLineBytes;
    }

    @Override
    public boolean hasNext() {
        while (next == null) {
            if (parents == null && !findParents()) {
                return false;
            }
            List<Map<String, Object>> rows =
                    spill.children(parent, line, lastOfPass, load.run().chunkLines());
            if (rows.isEmpty()) {
                parents = null;
                parent = lastOfPass;
                line = Long.MAX_VALUE;
            } else {
                next = chunk(rows);
            }
        }
        return true;
    }

    @Override
    public Chunk next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Chunk chunk = next;
        next = null;
        return chunk;
    }

    private boolean findParents() {
        List<Long> wanted = spill.parents(lastOfPass, PARENTS_A_PASS);
        if (wanted.isEmpty()) {
            return false;
        }
        parents = new SpilledParents(wanted.size());
        wanted.forEach(parents::await);
        lastOfPass = wanted.get(wanted.size() - 1);
        ChunkDecoder decoder = load.borrowDecoder();
        try (ChunkFile file = new ChunkFile(load.file(), load.run().chunkLines(), maxLineBytes)) {
            while (file.hasNext()) {
                decoder.findParents(file.next(), parents, load.latestMicros());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Reading the archived file again for the parents of spilled lines failed", e);
        } finally {
            load.giveBack(decoder);
        }
        for (Map<String, Object> row : spill.parentsSetAside(wanted.get(0), lastOfPass)) {
            Number version = (Number) row.get("version");
            parents.setAside(
                    ((Number) row.get("parent_id")).longValue(),
                    version == null ? InstantText.NONE : version.longValue());
        }
        return true;
    }

    private Chunk chunk(List<Map<String, Object>> rows) {
        int[] starts = new int[rows.size()];
        int[] ends = new int[rows.size()];
        long[] lineNumbers = new long[rows.size()];
        byte[] bytes = new byte[1 << 16];
        int lines = 0;
        int filled = 0;
        while (lines < rows.size() && filled < CHUNK_BYTES) {
            Map<String, Object> row = rows.get(lines);
            byte[] raw = (byte[]) row.get("raw");
            if (filled + raw.length + 1 + LineScanner.SLACK > bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * (filled + raw.length + 1 + LineScanner.SLACK));
            }
            System.arraycopy(raw, 0, bytes, filled, raw.length);
            starts[lines] = filled;
            filled += raw.length;
            ends[lines] = filled;
            bytes[filled++] = '\n';
            line = ((Number) row.get("line_no")).longValue();
            parent = ((Number) row.get("parent_id")).longValue();
            lineNumbers[lines] = line;
            lines++;
        }
        return new Chunk(Optional.of(parents), bytes, starts, ends, lineNumbers, 0, lines, Map.of(), false);
    }
}
