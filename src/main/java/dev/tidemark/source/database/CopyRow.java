package dev.tidemark.source.database;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A line of {@code sql/tables/copy_*.sql}: value, cursor and JSON, as CSV with control characters for delimiter and quote.
 * JSON text never has those, so it is passed on as it came.
 */
final class CopyRow {
    private static final byte DELIMITER = 2;
    private static final byte QUOTE = 1;

    private CopyRow() {}

    /** Writes a row's JSON and a newline. */
    static void writeJson(byte[] row, OutputStream out) throws IOException {
        int begin = afterField(row, afterField(row, 0));
        int end = row.length - 1;
        if (row[begin] == QUOTE) {
            writeOnOneLine(row, begin + 1, end - 1, out);
        } else {
            out.write(row, begin, end - begin);
        }
        out.write('\n');
    }

    /** A column of type json is written as it was stored, line breaks and all; outside of strings they mean nothing. */
    private static void writeOnOneLine(byte[] row, int begin, int end, OutputStream out) throws IOException {
        for (int i = begin; i < end; i++) {
            out.write(row[i] == '\n' || row[i] == '\r' ? ' ' : row[i]);
        }
    }

    /** The text of the incremental column; empty where the table has none. */
    static Optional<String> value(byte[] row) {
        return field(row, 0);
    }

    /** The text of the tiebreaker; empty where the table has none. */
    static Optional<String> cursor(byte[] row) {
        return field(row, afterField(row, 0));
    }

    private static Optional<String> field(byte[] row, int begin) {
        int end = afterField(row, begin) - 1;
        if (end == begin) {
            return Optional.empty();
        }
        if (row[begin] != QUOTE) {
            return Optional.of(new String(row, begin, end - begin, StandardCharsets.UTF_8));
        }
        String quote = String.valueOf((char) QUOTE);
        return Optional.of(
                new String(row, begin + 1, end - begin - 2, StandardCharsets.UTF_8).replace(quote + quote, quote));
    }

    private static int afterField(byte[] row, int begin) {
        boolean quoted = false;
        int i = begin;
        while (quoted || row[i] != DELIMITER) {
            quoted ^= row[i] == QUOTE;
            i++;
        }
        return i + 1;
    }
}
