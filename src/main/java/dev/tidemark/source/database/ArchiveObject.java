package dev.tidemark.source.database;

import java.io.File;
import java.nio.file.Path;

/**
 * A file that is to be kept in object storage.
 *
 * @param key where
 * @param file where it lies now
 * @param sha256 lower-case hex
 * @param rows how many it has; 0 for the manifest
 * @param contentType its media type
 * @param kept whether it is in object storage already, as a page is
 */
public record ArchiveObject(
        String key, Path file, String sha256, long bytes, long rows, String contentType, boolean kept) {

    /** What is sent to object storage. */
    public File content() {
        return file.toFile();
    }
}
