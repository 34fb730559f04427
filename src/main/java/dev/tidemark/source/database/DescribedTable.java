package dev.tidemark.source.database;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A configured table as it was found in the source, fit to be read.
 *
 * @param oid its identity in the source's catalog
 * @param name schema and name, quoted by the source
 * @param columns every column, in order
 * @param value the incremental column; empty when the table is read whole
 * @param cursor the tiebreaker; empty when the values are unique, or the table is read whole
 * @param warnings what makes reading slow but not wrong, a sentence each
 */
record DescribedTable(
        long oid,
        String name,
        List<TableColumn> columns,
        Mode mode,
        Optional<TableColumn> value,
        Optional<TableColumn> cursor,
        List<String> warnings) {

    /** The columns that rows are ordered by, in words; null when the table is read whole. */
    String orderedBy() {
        List<String> names = new ArrayList<>();
        order().forEach(column -> names.add(column.name()));
        return names.isEmpty() ? null : String.join(", ", names);
    }

    /** The incremental column and the tiebreaker, as far as there are any. */
    List<TableColumn> order() {
        return Stream.concat(value.stream(), cursor.stream()).toList();
    }

    /** What is selected, as SQL. */
    String selection() {
        return columns.stream().map(TableColumn::expression).collect(Collectors.joining(", "));
    }
}
