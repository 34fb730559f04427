package dev.tidemark.load;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Cuts a file of lines into chunks. Where it cuts depends on the file and the chunk size alone, so a resumed run cuts in
 * the same places: after {@code chunkLines} lines or {@link #CHUNK_BYTES} bytes, or a little later so that a parent and
 * the children behind it stay together.
 *
 * <p>Memory: the lines of one chunk, whatever the file's size. Not thread-safe, but may be read by one thread after
 * another. The file is closed at its end and by {@link #close}.
 */
final class ChunkFile implements Iterator<Chunk>, Closeable {
    /** Bytes after which a chunk ends, at the next root or at twice this. */
    static final int CHUNK_BYTES = 4 << 20;
    /** What is kept of a line that is too long. */
    static final int KEPT_BYTES = 1 << 16;

    private static final int READ_BYTES = 1 << 18;
    private static final byte[] PARENT_KEY = "\"__parentId\"".getBytes(StandardCharsets.US_ASCII);
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long NEWLINES = ONES * '\n';

    private final InputStream file;
    private final int chunkLines;
    private final int maxLineBytes;

    /** Bytes read but not yet in a chunk, from 0 to {@code filled}; up to {@code searched} the line has no newline. */
    private byte[] buffer;

    private int filled;
    private int searched;
    private boolean atEnd;
    private long linesCut;
    private Chunk next;

    /**
     * @param chunkLines lines of a chunk; a chunk has up to twice as many so that it ends before a root
     * @param maxLineBytes longest line that is kept whole
     */
    ChunkFile(Path path, int chunkLines, int maxLineBytes) throws IOException {
        this(Files.newInputStream(path), chunkLines, maxLineBytes);
    }

    /** The same from bytes that come from elsewhere; closed with this. */
    ChunkFile(InputStream file, int chunkLines, int maxLineBytes) {
        this.file = file;
        this.chunkLines = chunkLines;
        this.maxLineBytes = maxLineBytes;
        this.buffer = new byte[READ_BYTES + LineScanner.SLACK];
    }

    /** Lines that all chunks so far have, the one that comes next included. */
    long linesCut() {
        return linesCut;
    }

    /** Whether a line has no parent: the key cannot occur inside a JSON string, where its quotes would be escaped. */
    static boolean isRoot(byte[] bytes, int from, int to) {
        for (int position = to - PARENT_KEY.length; position >= from; position--) {
            if (bytes[position] == '"'
                    && Arrays.equals(bytes, position, position + PARENT_KEY.length, PARENT_KEY, 0, PARENT_KEY.length)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            try {
                next = cut();
                if (next == null) {
                    close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException("Reading the archived file after line " + linesCut + " failed", e);
            }
        }
        return next != null;
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

    @Override
    public void close() throws IOException {
        atEnd = true;
        filled = 0;
        file.close();
    }

    private Chunk cut() throws IOException {
        int[] starts = new int[chunkLines + chunkLines / 8 + 1];
        int[] ends = new int[starts.length];
        Map<Integer, Chunk.LongLine> tooLong = new HashMap<>();
        int lines = 0;
        int start = 0;
        boolean beforeRoot = true;
        for (int newline = endOfLine(start); newline >= 0; newline = endOfLine(start)) {
            boolean isTooLong = newline - start > maxLineBytes;
            boolean full = lines >= chunkLines || start >= CHUNK_BYTES;
            boolean overfull = lines >= 2 * chunkLines || start >= 2 * CHUNK_BYTES;
            if (full && (overfull || isTooLong || isRoot(buffer, start, newline))) {
                beforeRoot = !isTooLong && isRoot(buffer, start, newline);
                break;
            }
            if (isTooLong) {
                tooLong.put(lines, shorten(start));
                newline = start + KEPT_BYTES;
            }
            if (lines == starts.length) {
                starts = Arrays.copyOf(starts, 2 * lines);
                ends = Arrays.copyOf(ends, 2 * lines);
            }
            starts[lines] = start;
            ends[lines] = newline > start && buffer[newline - 1] == '\r' ? newline - 1 : newline;
            lines++;
            start = newline + 1;
        }
        return lines == 0 ? null : chunk(starts, ends, lines, start, tooLong, beforeRoot);
    }

    private Chunk chunk(
            int[] starts, int[] ends, int lines, int end, Map<Integer, Chunk.LongLine> tooLong, boolean beforeRoot) {
        byte[] bytes = buffer;
        int rest = filled - end;
        buffer = new byte[Math.max(rest, end) + READ_BYTES + LineScanner.SLACK];
        System.arraycopy(bytes, end, buffer, 0, rest);
        filled = rest;
        searched = 0;
        long[] lineNumbers = new long[lines];
        for (int index = 0; index < lines; index++) {
            lineNumbers[index] = ++linesCut;
        }
        return new Chunk(Optional.empty(), bytes, starts, ends, lineNumbers, 0, lines, tooLong, beforeRoot);
    }

    /**
     * Where the newline of the line at {@code start} is; -1 at the end of the file. Of a line that is too long only so
     * much is read that this can be told, and the position lies somewhere inside it.
     */
    private int endOfLine(int start) throws IOException {
        searched = Math.max(searched, start);
        while (true) {
            int newline = newline(searched, filled);
            if (newline >= 0) {
                return newline;
            }
            searched = filled;
            if (filled - start > maxLineBytes) {
                return filled;
            }
            if (!fill()) {
                if (start == filled) {
                    return -1;
                }
                // The last line has no newline of its own.
                buffer[filled++] = '\n';
                return filled - 1;
            }
        }
    }

    /** Reads a line that is too long to its end and keeps only its beginning, followed by a newline. */
    private Chunk.LongLine shorten(int start) throws IOException {
        MessageDigest digest = Letters.sha256();
        long length = 0;
        int from = start;
        int kept = start + KEPT_BYTES;
        int newline = newline(from, filled);
        while (newline < 0) {
            digest.update(buffer, from, filled - from);
            length += filled - from;
            filled = Math.min(filled, kept);
            from = filled;
            if (!fill()) {
                buffer[filled++] = '\n';
            }
            newline = newline(from, filled);
        }
        digest.update(buffer, from, newline - from);
        length += newline - from;
        System.arraycopy(buffer, newline, buffer, kept, filled - newline);
        filled = kept + filled - newline;
        searched = kept;
        return new Chunk.LongLine(length, digest.digest());
    }

    /** Reads on; false at the end of the file. */
    private boolean fill() throws IOException {
        if (atEnd) {
            return false;
        }
        if (filled + READ_BYTES + LineScanner.SLACK > buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        int read = file.readNBytes(buffer, filled, READ_BYTES);
        filled += read;
        atEnd = read < READ_BYTES;
        return read > 0;
    }

    private int newline(int from, int to) {
        int position = from;
        while (position < to) {
            long word = (long) WORD.get(buffer, position) ^ NEWLINES;
            long marks = (word - ONES) & ~word & HIGH_BITS;
            if (marks != 0) {
                position += Long.numberOfTrailingZeros(marks) >>> 3;
                return position < to ? position : -1;
            }
            position += Long.BYTES;
        }
        return -1;
    }
}
