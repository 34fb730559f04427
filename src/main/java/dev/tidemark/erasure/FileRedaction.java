package dev.tidemark.erasure;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/** A file of lines without what concerns some persons. It is read twice, one line at a time in memory. */
final class FileRedaction {
    private static final int BUFFER_BYTES = 1 << 17;

    private FileRedaction() {}

    /**
     * What was done.
     *
     * @param lines that were changed; with none, nothing was written
     * @param sha256 of the file that was written
     */
    record Outcome(long lines, long bytes, String sha256) {}

    @FunctionalInterface
    private interface LineVisitor {
        void line(byte[] line, boolean ended) throws IOException;
    }

    /** What the file's own records tell of the persons besides what is known; nothing is written. */
    static long look(Path file, LineRedaction redaction, Set<String> roots, Persons found) throws IOException {
        long[] lines = {0};
        each(file, (line, ended) -> {
            if (redaction.look(line, roots, found)) {
                lines[0]++;
            }
        });
        return lines[0];
    }

    /** Writes the file anew where a line concerns one of the persons; the number of lines and of roots stays. */
    static Outcome redact(Path file, Path target, LineRedaction redaction, Persons found) throws IOException {
        Set<String> roots = new HashSet<>();
        if (look(file, redaction, roots, found) == 0) {
            return new Outcome(0, 0, "");
        }
        long[] counts = {0, 0};
        MessageDigest digest = sha256();
        try (OutputStream out =
                new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(target), BUFFER_BYTES), digest)) {
            each(file, (line, ended) -> {
                byte[] kept = redaction.redact(line, roots);
                if (!Arrays.equals(kept, line)) {
                    counts[0]++;
                }
                out.write(kept);
                counts[1] += kept.length;
                if (ended) {
                    out.write('\n');
                    counts[1]++;
                }
            });
        }
        return new Outcome(counts[0], counts[1], HexFormat.of().formatHex(digest.digest()));
    }

    static String digest(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                digest.update(buffer, 0, length);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void each(Path file, LineVisitor visitor) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 12);
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == '\n') {
                    visitor.line(line.toByteArray(), true);
                    line.reset();
                } else {
                    line.write(next);
                }
            }
            if (line.size() > 0) {
                visitor.line(line.toByteArray(), false);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
