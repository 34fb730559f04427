package dev.tidemark.load;

import dev.tidemark.load.ColumnArray.Element;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** Lines of a chunk that are set aside, as the arrays that the statement writes to {@code dead_letter}. */
final class Letters {
    private final ColumnArray recordKeys = new ColumnArray(Element.TEXT);
    private final ColumnArray parentKeys = new ColumnArray(Element.TEXT);
    private final ColumnArray lineNumbers = new ColumnArray(Element.INT8);
    private final ColumnArray reasonCodes = new ColumnArray(Element.TEXT);
    private final ColumnArray reasons = new ColumnArray(Element.TEXT);
    private final ColumnArray versions = new ColumnArray(Element.TIMESTAMPTZ);
    private final ColumnArray raws = new ColumnArray(Element.BYTEA);
    private final ColumnArray digests = new ColumnArray(Element.BYTEA);
    private Optional<Fault> first = Optional.empty();

    /**
     * What is wrong with a line.
     *
     * @param version the record's, in microseconds since 1970; {@link InstantText#NONE} when it is not known
     */
    record Fault(Reason reason, String explanation, long version) {}

    void bind(Map<String, Object> parameters) {
        parameters.put("letter_record_key", recordKeys);
        parameters.put("letter_parent_key", parentKeys);
        parameters.put("letter_line_no", lineNumbers);
        parameters.put("letter_reason_code", reasonCodes);
        parameters.put("letter_reason", reasons);
        parameters.put("letter_version", versions);
        parameters.put("letter_raw", raws);
        parameters.put("letter_raw_sha256", digests);
    }

    void clear() {
        first = Optional.empty();
        recordKeys.clear();
        parentKeys.clear();
        lineNumbers.clear();
        reasonCodes.clear();
        reasons.clear();
        versions.clear();
        raws.clear();
        digests.clear();
    }

    int size() {
        return lineNumbers.rows();
    }

    /** What is wrong with the line that was added first; empty without any. */
    Optional<Fault> first() {
        return first;
    }

    /**
     * Adds a line.
     *
     * @param recordKey the record's key; empty when the line has none that can be trusted
     * @param version in microseconds since 1970; {@link InstantText#NONE} when it is not known
     */
    void add(
            Chunk chunk,
            int index,
            Optional<String> recordKey,
            Optional<String> parentKey,
            Reason reason,
            String explanation,
            long version) {
        first = first.or(() -> Optional.of(new Fault(reason, explanation, version)));
        byte[] bytes = chunk.bytes();
        int from = chunk.starts()[index];
        int to = chunk.ends()[index];
        Chunk.LongLine longLine = chunk.tooLong().get(index);
        byte[] digest = longLine == null ? sha256(bytes, from, to) : longLine.sha256();
        addText(recordKeys, recordKey.orElseGet(() -> "sha256:" + HexFormat.of().formatHex(digest)));
        parentKey.ifPresentOrElse(key -> addText(parentKeys, key), parentKeys::addNull);
        lineNumbers.addLong(chunk.lineNumbers()[index]);
        addText(reasonCodes, reason.code());
        addText(reasons, explanation);
        if (version == InstantText.NONE) {
            versions.addNull();
        } else {
            versions.addInstant(version);
        }
        raws.addBytes(bytes, from, to);
        digests.addBytes(digest, 0, digest.length);
    }

    private static void addText(ColumnArray column, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        column.addBytes(bytes, 0, bytes.length);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    private static byte[] sha256(byte[] bytes, int from, int to) {
        MessageDigest digest = sha256();
        digest.update(bytes, from, to - from);
        return digest.digest();
    }
}
