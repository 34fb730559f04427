package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A list as aligned columns for people. */
final class Table {

    /**
     * A column.
     *
     * @param title its heading
     * @param pointer JSON pointer of its value within an item
     */
    record Column(String title, String pointer) {
        String textOf(JsonNode item) {
            JsonNode value = item.at(pointer);
            return value.isMissingNode() || value.isNull() ? "-" : value.asText();
        }
    }

    private Table() {}

    /** The table with its heading, each line ended; a sentence where there is nothing to show. */
    static String of(JsonNode items, List<Column> columns) {
        if (items.isEmpty()) {
            return "Nothing to show.\n";
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(columns.stream().map(Column::title).toList());
        items.forEach(item ->
                rows.add(columns.stream().map(column -> column.textOf(item)).toList()));
        int[] widths = new int[columns.size()];
        rows.forEach(row -> {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        });
        return rows.stream().map(row -> line(row, widths)).collect(Collectors.joining());
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            line.append(row.get(column))
                    .append(" ".repeat(widths[column] - row.get(column).length() + 2));
        }
        return line.toString().stripTrailing() + "\n";
    }
}
