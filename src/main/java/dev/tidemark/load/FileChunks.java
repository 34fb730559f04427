package dev.tidemark.load;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.NoSuchElementException;

/**
 * The chunks of a file that are not in the ledger yet. A chunk of which some part is committed, because it had to be
 * halved before the run was interrupted, gives its other parts.
 */
final class FileChunks implements Iterator<Chunk>, Closeable {
    private final ChunkFile file;
    /** Committed ranges: number of the first line, and how many. */
    private final NavigableMap<Long, Long> committed;

    private final Deque<Chunk> ready = new ArrayDeque<>();

    FileChunks(ChunkFile file, NavigableMap<Long, Long> committed) {
        this.file = file;
        this.committed = committed;
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && file.hasNext()) {
            addUncommitted(file.next());
        }
        return !ready.isEmpty();
    }

    @Override
    public Chunk next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ready.remove();
    }

    private void addUncommitted(Chunk chunk) {
        int from = chunk.from();
        while (from < chunk.to()) {
            long line = chunk.lineNumbers()[from];
            var before = committed.floorEntry(line);
            long committedEnd = before == null ? 0 : before.getKey() + before.getValue();
            if (committedEnd > line) {
                from += (int) Math.min(committedEnd - line, chunk.to() - from);
                continue;
            }
            Long after = committed.higherKey(line);
            int to = after == null ? chunk.to() : (int) Math.min(chunk.to(), from + after - line);
            ready.add(chunk.slice(from, to));
            from = to;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
