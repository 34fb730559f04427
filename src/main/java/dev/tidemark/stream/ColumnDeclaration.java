package dev.tidemark.stream;

import java.util.List;
import java.util.Optional;

/**
 * A column and where its value is found.
 *
 * @param name the column's name in its table
 * @param type how the value is read
 * @param paths where the value is found, each as the steps from the line's object to it; the first that is present
 *     counts and the others, where present, must agree with it; never empty
 * @param personal whether it tells something of a person, so that an erasure takes it away
 * @param person whom the value names, one of {@link #PERSONS}; empty when it names nobody
 */
public record ColumnDeclaration(
        String name, ColumnType type, List<List<String>> paths, boolean personal, Optional<String> person) {
    /** An order names the person who placed it. */
    public static final List<String> PERSONS = List.of("customer", "recharge-customer", "order", "email");

    public ColumnDeclaration {
        paths = paths.stream().map(List::copyOf).toList();
    }
}
