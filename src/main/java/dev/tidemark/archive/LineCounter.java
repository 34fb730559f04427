package dev.tidemark.archive;

import java.io.OutputStream;

/**
 * Counts bytes, lines and root lines of JSONL that passes through; keeps nothing but the end of the current line's state.
 *
 * <p>A line is a child when it has the key {@code __parentId}. The bytes {@code "__parentId":} cannot occur inside a JSON
 * string, where the quotes would be escaped, so looking for them is exact.
 */
final class LineCounter extends OutputStream {
    private static final byte[] PARENT_KEY = "\"__parentId\"".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private long bytes;
    private long lines;
    private long children;
    private boolean inLine;
    private boolean child;
    /** How much of the key the last bytes spell; at its full length a colon is awaited. */
    private int matched;

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
        int end = offset + length;
        bytes += length;
        int match = matched;
        for (int index = offset; index < end; index++) {
            byte value = buffer[index];
            if (value == '\n') {
                endLine();
                match = 0;
                continue;
            }
            inLine = true;
            if (match == 0) {
                if (value == '"') {
                    match = 1;
                }
            } else if (match < PARENT_KEY.length) {
                match = value == PARENT_KEY[match] ? match + 1 : value == '"' ? 1 : 0;
            } else if (value == ':') {
                child = true;
                match = 0;
            } else if (value != ' ' && value != '\t') {
                match = value == '"' ? 1 : 0;
            }
        }
        matched = match;
    }

    /** Counts a last line that has no newline. */
    void finish() {
        if (inLine) {
            endLine();
        }
    }

    private void endLine() {
        lines++;
        if (child) {
            children++;
        }
        child = false;
        inLine = false;
    }

    long bytes() {
        return bytes;
    }

    long lines() {
        return lines;
    }

    long roots() {
        return lines - children;
    }
}
