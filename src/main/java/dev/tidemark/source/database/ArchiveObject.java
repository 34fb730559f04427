package dev.tidemark.source.database;

import java.io.File;
import java.nio.file.Path;

/**
 * A file that is to be kept in object storage.
 *
 * @param key where
 * @param file where it lies now
 * @param sha256 lower-case hex
 * @param contentType its media type
 */
public record ArchiveObject(String key, Path file, String sha256, long bytes, String contentType) {

    /** What is sent to object storage. */
    public File content() {
        return file.toFile();
    }
}
