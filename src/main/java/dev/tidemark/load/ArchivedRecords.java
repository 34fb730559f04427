package dev.tidemark.load;

import dev.tidemark.stream.ColumnDeclaration;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamDeclaration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/**
 * Archived lines as the loader would read them, for those who compare instead of write. Lines that the loader would set
 * aside are passed over. Not thread-safe.
 */
public final class ArchivedRecords {
    /** Stands for the id of a child that has none of its own. */
    public static final long NO_ID = Long.MIN_VALUE;

    private static final int CHUNK_LINES = 2_000;
    /** Where the only element of an array begins: after the header. */
    private static final int ELEMENT = 20;

    private static final long EPOCH_MICROS = 946_684_800_000_000L;

    private final StreamDeclaration stream;
    private final ChunkDecoder decoder;
    private byte[] element = new byte[64];

    public ArchivedRecords(StreamDeclaration stream) {
        this.stream = stream;
        this.decoder = new ChunkDecoder(stream);
    }

    /** Takes one good line. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * @param root whether it is a root
         * @param rootId its id, or its parent's
         * @param childId a child's own id; {@link #NO_ID} for a root and for a child that has none
         * @param version a root's version in microseconds since 1970; a child has its parent's
         * @param line number in the file, from 1
         */
        void record(boolean root, long rootId, long childId, long version, long line, byte[] bytes, int from, int to)
                throws IOException;
    }

    /**
     * Reads a file to its end.
     *
     * @param file closed here
     * @param latestMicros the latest moment that a time may name, in microseconds since 1970
     * @param maxLineBytes longest line that is decoded
     */
    public void read(InputStream file, long latestMicros, int maxLineBytes, Visitor visitor) throws IOException {
        RecordDeclaration root = stream.root();
        ColumnArray rootKey = array(root, root.keyColumn());
        ColumnArray rootVersion = array(root, root.versionColumn().orElseThrow());
        Optional<ColumnArray> childKey = stream.child().map(child -> array(child, child.keyColumn()));
        Optional<ColumnArray> parentKey = stream.child().map(child -> array(child, "parent_id"));
        try (ChunkFile chunks = new ChunkFile(file, CHUNK_LINES, maxLineBytes)) {
            while (chunks.hasNext()) {
                Chunk chunk = chunks.next();
                for (int index = chunk.from(); index < chunk.to(); index++) {
                    // What its parent's version is can only be told when the whole file is known.
                    decoder.decode(chunk.slice(index, index + 1), parent -> 0, latestMicros);
                    int from = chunk.starts()[index];
                    int to = chunk.ends()[index];
                    long line = chunk.lineNumbers()[index];
                    if (rootKey.rows() == 1) {
                        visitor.record(
                                true,
                                value(rootKey),
                                NO_ID,
                                value(rootVersion) + EPOCH_MICROS,
                                line,
                                chunk.bytes(),
                                from,
                                to);
                    } else if (parentKey.isPresent() && parentKey.get().rows() == 1) {
                        visitor.record(
                                false,
                                value(parentKey.get()),
                                value(childKey.orElseThrow()),
                                0,
                                line,
                                chunk.bytes(),
                                from,
                                to);
                    }
                }
            }
        }
    }

    private ColumnArray array(RecordDeclaration record, String column) {
        return (ColumnArray) decoder.parameters().get(record.name() + "_" + column);
    }

    private long value(ColumnArray column) {
        if (element.length < column.lengthInBytes()) {
            element = new byte[column.lengthInBytes()];
        }
        column.toBytes(element, 0);
        ByteBuffer bytes = ByteBuffer.wrap(element);
        return bytes.getInt(ELEMENT) < 0 ? NO_ID : bytes.getLong(ELEMENT + Integer.BYTES);
    }

    /** Lines that are decoded together into the arrays of one statement. Not thread-safe. */
    public static final class Page {
        private final RecordDeclaration record;
        private final boolean child;
        private final ChunkDecoder decoder;
        private byte[] bytes = new byte[1 << 16];
        private int[] starts = new int[1 << 8];
        private int[] ends = new int[1 << 8];
        private int lines;
        private int filled;

        /** @param child whether it takes children instead of roots */
        public Page(StreamDeclaration stream, boolean child) {
            this.child = child;
            this.record = child ? stream.child().orElseThrow() : stream.root();
            this.decoder = new ChunkDecoder(stream);
        }

        public void add(byte[] line) {
            int needed = filled + line.length + 1 + LineScanner.SLACK;
            if (needed > bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * needed);
            }
            if (lines == starts.length) {
                starts = Arrays.copyOf(starts, 2 * lines);
                ends = Arrays.copyOf(ends, 2 * lines);
            }
            System.arraycopy(line, 0, bytes, filled, line.length);
            starts[lines] = filled;
            filled += line.length;
            ends[lines++] = filled;
            bytes[filled++] = '\n';
        }

        public int lines() {
            return lines;
        }

        public int bytes() {
            return filled;
        }

        /**
         * Decodes what was added and forgets it.
         *
         * @param version the version that the children of a root have, in microseconds since 1970
         * @return an array for each column of the record, in the order of {@link #columns}; for children also their
         *     parents' ids and versions
         */
        public List<Object> arrays(LongUnaryOperator version) {
            long[] numbers = new long[lines];
            Arrays.setAll(numbers, index -> index + 1L);
            decoder.decode(
                    new Chunk(Optional.empty(), bytes, starts, ends, numbers, 0, lines, Map.of(), false),
                    version,
                    Long.MAX_VALUE);
            lines = 0;
            filled = 0;
            List<Object> arrays = new ArrayList<>();
            for (ColumnDeclaration column : record.columns()) {
                arrays.add(decoder.parameters().get(record.name() + "_" + column.name()));
            }
            if (child) {
                arrays.add(decoder.parameters().get(record.name() + "_parent_id"));
                arrays.add(decoder.parameters().get(record.name() + "_parent_version"));
            }
            return arrays;
        }

        /** For each declared column the type of its array, as the database calls it. */
        public List<String> arrayTypes() {
            return record.columns().stream()
                    .map(column ->
                            ((ColumnArray) decoder.parameters().get(record.name() + "_" + column.name())).getType())
                    .toList();
        }
    }
}
