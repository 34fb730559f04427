package dev.tidemark.source.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Statements of {@code sql/tables} for a source, whose tables are known only when it is asked. */
final class SourceStatement {
    private SourceStatement() {}

    /**
     * A statement with its places filled.
     *
     * @param file such as {@code sql/tables/find_table.sql}
     * @param places what stands for each {@code {{name}}}: names that the source's own catalog has quoted, or numbers;
     *     never a value
     */
    static String of(String file, Map<String, String> places) {
        try (InputStream in = SourceStatement.class.getResourceAsStream("/" + file)) {
            // Comments name the places as well.
            String statement = new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^\\s*--.*\\R", "");
            for (Map.Entry<String, String> place : places.entrySet()) {
                statement = statement.replace("{{" + place.getKey() + "}}", place.getValue());
            }
            return statement;
        } catch (IOException e) {
            throw new UncheckedIOException("Reading " + file + " of this program failed", e);
        }
    }
}
