package dev.tidemark.verify;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Archived lines in the order of their roots, whatever order they came in. What does not fit in memory is
 * sorted in pieces on local disk, so memory does not grow with the archives. Not thread-safe.
 */
final class RecordSort implements Closeable {
    /** What an entry takes besides its line. */
    private static final int ENTRY_BYTES = 96;

    private static final int BUFFER_BYTES = 1 << 16;

    /**
     * A line and what it is.
     *
     * @param child 0 for a root, 1 for a child
     * @param reading which archive it is from; later ones are greater
     */
    record Entry(long rootId, int child, long childId, int reading, long line, long version, byte[] bytes) {}

    private static final Comparator<Entry> ORDER = Comparator.comparingLong(Entry::rootId)
            .thenComparingInt(Entry::child)
            .thenComparingLong(Entry::childId)
            .thenComparingInt(Entry::reading)
            .thenComparingLong(Entry::line);

    private final Path folder;
    private final int memoryBytes;
    private final List<Path> pieces = new ArrayList<>();
    private final List<Piece> open = new ArrayList<>();
    private List<Entry> inMemory = new ArrayList<>();
    private int bytes;

    /**
     * @param folder an empty folder for pieces; removed by {@link #close}
     * @param memoryBytes how much is kept in memory before a piece is written
     */
    RecordSort(Path folder, int memoryBytes) {
        this.folder = folder;
        this.memoryBytes = memoryBytes;
    }

    void add(Entry entry) throws IOException {
        inMemory.add(entry);
        bytes += entry.bytes().length + ENTRY_BYTES;
        if (bytes > memoryBytes) {
            writePiece();
        }
    }

    private void writePiece() throws IOException {
        inMemory.sort(ORDER);
        Path piece = folder.resolve("piece-" + pieces.size());
        pieces.add(piece);
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(piece), BUFFER_BYTES))) {
            for (Entry entry : inMemory) {
                out.writeLong(entry.rootId());
                out.writeByte(entry.child());
                out.writeLong(entry.childId());
                out.writeInt(entry.reading());
                out.writeLong(entry.line());
                out.writeLong(entry.version());
                out.writeInt(entry.bytes().length);
                out.write(entry.bytes());
            }
        }
        inMemory = new ArrayList<>();
        bytes = 0;
    }

    /** Takes what {@link #sorted} gives. */
    @FunctionalInterface
    interface Visitor {
        void entry(Entry entry);
    }

    /** Gives every entry in order; nothing may be added afterwards. */
    void sorted(Visitor visitor) throws IOException {
        if (pieces.isEmpty()) {
            inMemory.sort(ORDER);
            inMemory.forEach(visitor::entry);
            return;
        }
        writePiece();
        PriorityQueue<Piece> heads = new PriorityQueue<>(Comparator.comparing(Piece::head, ORDER));
        for (Path path : pieces) {
            Piece piece = new Piece(path);
            open.add(piece);
            if (piece.next()) {
                heads.add(piece);
            }
        }
        while (!heads.isEmpty()) {
            Piece least = heads.remove();
            visitor.entry(least.head());
            if (least.next()) {
                heads.add(least);
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Piece piece : open) {
            piece.in.close();
        }
        for (Path piece : pieces) {
            Files.deleteIfExists(piece);
        }
        Files.deleteIfExists(folder);
    }

    /** A sorted piece on disk and its next entry. */
    private static final class Piece {
        private final DataInputStream in;
        private long left;
        private Entry head;

        Piece(Path path) throws IOException {
            this.left = Files.size(path);
            this.in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES));
        }

        Entry head() {
            return head;
        }

        boolean next() {
            if (left <= 0) {
                return false;
            }
            try {
                long rootId = in.readLong();
                int child = in.readByte();
                long childId = in.readLong();
                int reading = in.readInt();
                long line = in.readLong();
                long version = in.readLong();
                byte[] bytes = new byte[in.readInt()];
                in.readFully(bytes);
                left -= 41 + bytes.length;
                head = new Entry(rootId, child, childId, reading, line, version, bytes);
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException("Reading a sorted piece of the archives failed", e);
            }
        }
    }
}
