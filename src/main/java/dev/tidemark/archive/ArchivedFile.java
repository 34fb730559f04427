package dev.tidemark.archive;

/**
 * What was counted while a source's file was written.
 *
 * @param key where it is kept in object storage
 * @param sha256 lower-case hex, of the bytes as kept
 * @param lines lines, an unterminated last one included
 * @param roots lines without {@code __parentId}
 * @param sent whether it is in object storage already; without its manifest it does not count there
 */
public record ArchivedFile(String key, String sha256, long bytes, long lines, long roots, boolean sent) {}
