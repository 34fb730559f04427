package dev.tidemark.source.database;

import dev.tidemark.run.RunFailed;
import dev.tidemark.settings.Settings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Looks at a configured table before it is read, and says everything that is wrong with it at once. */
final class TableExamination {
    private final Connection connection;
    private final String stream;
    private final Settings.SourceTable asked;
    private final List<String> errors = new ArrayList<>();

    TableExamination(Connection connection, String stream, Settings.SourceTable asked) {
        this.connection = connection;
        this.stream = stream;
        this.asked = asked;
    }

    /**
     * The table, when it can be read as configured.
     *
     * @throws RunFailed with every error, when it cannot
     */
    DescribedTable examine() throws SQLException {
        checkConfiguration();
        Optional<Found> found = find();
        if (found.isEmpty()) {
            errors.add(
                    "there is no table " + asked.table() + " in the source, or its schema is not on the search path");
            throw refused();
        }
        Found table = found.get();
        List<TableColumn> columns = columns(table.oid());
        if (!table.readable()) {
            errors.add("the role may not read " + table.name() + "; grant it select");
        } else {
            List<String> hidden = columns.stream()
                    .filter(column -> !column.seen().readable())
                    .map(TableColumn::name)
                    .toList();
            if (!hidden.isEmpty()) {
                errors.add("the role may not read the columns " + String.join(", ", hidden) + "; grant it select");
            }
        }
        Optional<TableColumn> value =
                asked.incrementalColumn().flatMap(name -> orderable(columns, "incremental_column", name));
        Optional<TableColumn> cursor =
                asked.tiebreakerColumn().flatMap(name -> orderable(columns, "incremental_tiebreaker_column", name));
        if (errors.isEmpty()) {
            refuseNulls(table, value, cursor);
        }
        if (!errors.isEmpty()) {
            throw refused();
        }
        return new DescribedTable(
                table.oid(), table.name(), columns, mode(), value, cursor, warnings(table, value, cursor));
    }

    private Mode mode() {
        return asked.incrementalColumn().isEmpty()
                ? Mode.WHOLE
                : asked.tiebreakerColumn().isPresent() ? Mode.MUTABLE : Mode.APPEND_ONLY;
    }

    private void checkConfiguration() {
        boolean incremental = asked.incrementalColumn().isPresent();
        if (!incremental && asked.tiebreakerColumn().isPresent()) {
            errors.add("incremental_tiebreaker_column is set but incremental_column is missing");
        }
        if (!incremental && asked.columnIsUnique()) {
            errors.add("incremental_column_is_unique is set but incremental_column is missing");
        }
        if (incremental && asked.tiebreakerColumn().isEmpty() && !asked.columnIsUnique()) {
            errors.add(
                    "incremental_tiebreaker_column is missing: rows of equal "
                            + asked.incrementalColumn().get()
                            + " need a second column that orders them; set incremental_column_is_unique=true only if there are none");
        }
        if (asked.tiebreakerColumn().isPresent() && asked.columnIsUnique()) {
            errors.add("incremental_tiebreaker_column and incremental_column_is_unique=true exclude each other");
        }
        if (incremental && asked.incrementalColumn().equals(asked.tiebreakerColumn())) {
            errors.add("incremental_column and incremental_tiebreaker_column are identical ("
                    + asked.incrementalColumn().get() + ")");
        }
    }

    private record Found(long oid, String name, boolean readable) {}

    private Optional<Found> find() throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(SourceStatement.of("sql/tables/find_table.sql", Map.of()))) {
            statement.setString(1, asked.table());
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                new Found(row.getLong("oid"), row.getString("table_name"), row.getBoolean("readable")))
                        : Optional.empty();
            }
        }
    }

    private List<TableColumn> columns(long oid) throws SQLException {
        List<TableColumn> columns = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement(SourceStatement.of("sql/tables/list_columns.sql", Map.of()))) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    columns.add(new TableColumn(
                            row.getString("name"),
                            row.getString("type"),
                            row.getString("base_type"),
                            row.getInt("base_modifier"),
                            row.getString("expression"),
                            new TableColumn.Seen(
                                    row.getString("quoted"),
                                    row.getString("cast_type"),
                                    row.getBoolean("not_null"),
                                    row.getBoolean("readable"),
                                    row.getBoolean("orderable"),
                                    row.getBoolean("indexed"))));
                }
            }
        }
        return columns;
    }

    private Optional<TableColumn> orderable(List<TableColumn> columns, String property, String name) {
        Optional<TableColumn> found = columns.stream()
                .filter(column -> column.name().equals(name))
                .findFirst()
                .or(() -> columns.stream()
                        .filter(column -> column.name().equalsIgnoreCase(name))
                        .findFirst());
        if (found.isEmpty()) {
            errors.add("there is no column " + name + " (" + property + "); the table has "
                    + columns.stream().map(TableColumn::name).collect(Collectors.joining(", ")));
        } else if (!found.get().seen().orderable()) {
            errors.add("column " + name + " (" + property + ") is of type "
                    + found.get().type() + ", which has no order");
        }
        return found;
    }

    /** A row without a place in the order would be on no page, and nobody would ever know. */
    private void refuseNulls(Found table, Optional<TableColumn> value, Optional<TableColumn> cursor)
            throws SQLException {
        List<TableColumn> nullable = java.util.stream.Stream.concat(value.stream(), cursor.stream())
                .filter(column -> !column.seen().notNull())
                .toList();
        if (nullable.isEmpty()) {
            return;
        }
        String condition = nullable.stream()
                .map(column -> "t." + column.seen().quoted() + " is null")
                .collect(Collectors.joining(" or "));
        String statement =
                SourceStatement.of("sql/tables/count_nulls.sql", Map.of("table", table.name(), "condition", condition));
        try (PreparedStatement count = connection.prepareStatement(statement);
                ResultSet row = count.executeQuery()) {
            row.next();
            if (row.getLong("missing") > 0) {
                errors.add(row.getLong("missing") + " row(s) have no "
                        + nullable.stream().map(TableColumn::name).collect(Collectors.joining(" or no "))
                        + ", so they have no place in the order and would never be read; fill them in, or read the table"
                        + " whole by leaving incremental_column out");
            }
        }
    }

    private List<String> warnings(Found table, Optional<TableColumn> value, Optional<TableColumn> cursor) {
        return value
                .filter(column -> !column.seen().indexed())
                .map(column -> "no index of " + table.name() + " begins with " + column.name()
                        + ", so each page sorts the table; an index on ("
                        + column.name()
                        + cursor.map(tie -> ", " + tie.name()).orElse("") + ") makes it quick")
                .stream()
                .toList();
    }

    private RunFailed refused() {
        return new RunFailed(
                "table_unusable",
                "Stream " + stream + " cannot be read (" + errors.size()
                        + (errors.size() == 1 ? " error): " : " errors): ") + String.join("; ", errors));
    }
}
