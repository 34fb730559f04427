package dev.tidemark.stories;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Looks at a story's database past the product. */
final class Sql {
    private static final String ADMIN_SHUTDOWN = "57P01";

    private final Postgres postgres;
    private final String database;

    Sql(Postgres postgres, String database) {
        this.postgres = postgres;
        this.database = database;
    }

    /** Work on one connection. */
    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    <T> T work(Work<T> work) {
        try {
            return once(work);
        } catch (SQLException e) {
            if (!ADMIN_SHUTDOWN.equals(e.getSQLState())) {
                throw new IllegalStateException("Looking at database " + database + " failed", e);
            }
        }
        // A story that terminates every backend of its database may strike the one that looks on, too.
        try {
            return once(work);
        } catch (SQLException e) {
            throw new IllegalStateException("Looking at database " + database + " failed twice", e);
        }
    }

    private <T> T once(Work<T> work) throws SQLException {
        try (Connection connection = postgres.connect(database)) {
            return work.on(connection);
        }
    }

    /** Runs statements that answer nothing. */
    void run(String sql) {
        work(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    void runResource(String path) {
        run(resource(path));
    }

    /** The rows of a query, their columns joined by a bar; a null column is the word null. */
    List<String> rows(String sql, Object... parameters) {
        return work(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int index = 0; index < parameters.length; index++) {
                    statement.setObject(index + 1, parameters[index]);
                }
                try (ResultSet result = statement.executeQuery()) {
                    List<String> rows = new ArrayList<>();
                    while (result.next()) {
                        List<String> columns = new ArrayList<>();
                        for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                            columns.add(String.valueOf(result.getString(column)));
                        }
                        rows.add(String.join("|", columns));
                    }
                    return rows;
                }
            }
        });
    }

    /** The single value of a query with one row. */
    String value(String sql, Object... parameters) {
        List<String> rows = rows(sql, parameters);
        if (rows.size() != 1) {
            throw new IllegalStateException(rows.size() + " rows where one was expected: " + sql);
        }
        return rows.get(0);
    }

    static String resource(String path) {
        try (InputStream in = Sql.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("There is no " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
