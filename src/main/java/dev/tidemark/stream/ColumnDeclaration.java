package dev.tidemark.stream;

import java.util.List;

/**
 * A column and where its value is found.
 *
 * @param name the column's name in its table
 * @param type how the value is read
 * @param paths where the value is found, each as the steps from the line's object to it; the first that is present
 *     counts and the others, where present, must agree with it; never empty
 */
public record ColumnDeclaration(String name, ColumnType type, List<List<String>> paths) {
    public ColumnDeclaration {
        paths = paths.stream().map(List::copyOf).toList();
    }
}
