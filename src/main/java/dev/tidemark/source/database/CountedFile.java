package dev.tidemark.source.database;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A file that knows its size and digest while it is written. */
final class CountedFile extends FilterOutputStream {
    private final MessageDigest digest;
    private long bytes;

    private CountedFile(OutputStream out, MessageDigest digest) {
        super(new DigestOutputStream(out, digest));
        this.digest = digest;
    }

    static CountedFile create(Path path) throws IOException {
        return new CountedFile(Files.newOutputStream(path), sha256());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        bytes++;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
        out.write(buffer, offset, length);
        bytes += length;
    }

    long bytes() {
        return bytes;
    }

    /** Lower-case hex; to be asked once, at the end. */
    String digestText() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
