package dev.tidemark.simulator;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file a bulk operation writes, line by line, with the counts that the vendor reports about it. */
final class LineFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1024 * 1024;

    private final OutputStream out;
    private final byte[] lineEnd;
    private final boolean endsWithNewline;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;
    private boolean begun;
    private volatile long lines;
    private volatile long bytes;

    LineFile(Path file, boolean crlf, boolean endsWithNewline) throws IOException {
        this.out = Files.newOutputStream(file);
        this.lineEnd = crlf ? new byte[] {'\r', '\n'} : new byte[] {'\n'};
        this.endsWithNewline = endsWithNewline;
    }

    void line(byte[] source, int from, int count) throws IOException {
        if (begun) {
            write(lineEnd, 0, lineEnd.length);
        }
        begun = true;
        write(source, from, count);
        // Only this thread writes it; others read it as progress.
        lines = lines + 1;
    }

    long lines() {
        return lines;
    }

    long bytes() {
        return bytes;
    }

    @Override
    public void close() throws IOException {
        if (begun && endsWithNewline) {
            write(lineEnd, 0, lineEnd.length);
        }
        out.write(buffer, 0, buffered);
        out.close();
    }

    private void write(byte[] source, int from, int count) throws IOException {
        if (count > buffer.length - buffered) {
            out.write(buffer, 0, buffered);
            buffered = 0;
        }
        if (count > buffer.length) {
            out.write(source, from, count);
        } else {
            System.arraycopy(source, from, buffer, buffered, count);
            buffered += count;
        }
        bytes = bytes + count;
    }
}
