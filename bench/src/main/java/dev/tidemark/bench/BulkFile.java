package dev.tidemark.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/**
 * The file that all contenders load, and what a download would have counted in it.
 *
 * @param roots lines that name no parent
 */
record BulkFile(Path path, long bytes, long lines, long roots, String sha256) {

    static BulkFile of(Path path) throws IOException {
        long lines;
        long children;
        try (Stream<String> all = Files.lines(path)) {
            lines = all.count();
        }
        try (Stream<String> all = Files.lines(path)) {
            children = all.filter(line -> line.contains("\"__parentId\":")).count();
        }
        return new BulkFile(path, Files.size(path), lines, lines - children, sha256(path));
    }

    double megabytes() {
        return bytes / 1e6;
    }

    private static String sha256(Path path) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(path), digest)) {
                byte[] buffer = new byte[1 << 16];
                while (in.read(buffer) >= 0) {
                    // the digest sees the bytes
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
