package dev.tidemark.source.database;

import java.io.File;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that were read and lie on local disk, on their way to object storage.
 *
 * @param number from 1
 * @param key where it will be in object storage
 * @param sha256 lower-case hex
 * @param value watermark column of its last row
 * @param cursor tiebreaker of its last row
 */
public record TablePage(
        int number,
        String key,
        Path file,
        String sha256,
        long bytes,
        long rows,
        Optional<String> value,
        Optional<String> cursor) {

    /** What is sent to object storage. */
    public File content() {
        return file.toFile();
    }

    /** Values of {@code sql/tables/record_page.sql}. */
    Map<String, Object> checkpoint() {
        Map<String, Object> values = new HashMap<>();
        values.put("page_number", number);
        values.put("object_key", key);
        values.put("sha256", sha256);
        values.put("bytes", bytes);
        values.put("rows", rows);
        values.put("value", value.orElse(null));
        values.put("cursor", cursor.orElse(null));
        return values;
    }
}
