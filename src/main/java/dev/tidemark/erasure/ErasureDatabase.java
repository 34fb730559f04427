package dev.tidemark.erasure;

import dev.tidemark.run.DependencyDown;
import dev.tidemark.stream.ColumnDeclaration;
import dev.tidemark.stream.RecordDeclaration;
import freemarker.cache.ClassTemplateLoader;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/** The statements of {@code sql/erasure}; each is a transaction of its own. Thread-safe. */
final class ErasureDatabase {
    private static final String FOLDER = "/sql/erasure/";

    private final DataSource database;
    private final Configuration templates;

    ErasureDatabase(DataSource database) {
        this.database = database;
        templates = new Configuration(Configuration.VERSION_2_3_33);
        templates.setTemplateLoader(new ClassTemplateLoader(ErasureDatabase.class, FOLDER));
        templates.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
        templates.setLogTemplateExceptions(false);
    }

    Connection connect() {
        try {
            return database.getConnection();
        } catch (SQLException e) {
            throw away(e);
        }
    }

    /** The rows of a statement, by the name of its file. Collections become arrays of text. */
    List<Map<String, Object>> rows(String statement, Object... values) {
        try (Connection connection = database.getConnection()) {
            return rows(connection, text(statement), values);
        } catch (SQLException e) {
            throw away(e);
        }
    }

    /** Runs a statement that changes rows; gives how many. */
    int change(String statement, Object... values) {
        return changeText(text(statement), true, values);
    }

    /**
     * Runs a template's statement on the table of a record.
     *
     * @param keep false: what it does is taken back, so that only the number is learnt
     */
    int changeRecords(RecordDeclaration record, boolean keep, Object... values) {
        return changeText(filled("erase_records.sql.ftl", record), keep, values);
    }

    List<Map<String, Object>> exportRecords(RecordDeclaration record, Object... values) {
        try (Connection connection = database.getConnection()) {
            return rows(connection, filled("export_records.sql.ftl", record), values);
        } catch (SQLException e) {
            throw away(e);
        }
    }

    static List<Map<String, Object>> rows(Connection connection, String text, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            bind(connection, statement, values);
            List<Map<String, Object>> rows = new ArrayList<>();
            try (ResultSet answer = statement.executeQuery()) {
                while (answer.next()) {
                    Map<String, Object> row = new LinkedHashMap<>();
                    for (int column = 1; column <= answer.getMetaData().getColumnCount(); column++) {
                        row.put(answer.getMetaData().getColumnLabel(column), answer.getObject(column));
                    }
                    rows.add(row);
                }
            }
            return rows;
        }
    }

    private int changeText(String text, boolean keep, Object... values) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(text)) {
                bind(connection, statement, values);
                int changed = statement.executeUpdate();
                if (keep) {
                    connection.commit();
                }
                return changed;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw away(e);
        }
    }

    private static void bind(Connection connection, PreparedStatement statement, Object... values) throws SQLException {
        for (int index = 0; index < values.length; index++) {
            Object value = values[index];
            if (value instanceof Collection<?> texts) {
                statement.setArray(index + 1, connection.createArrayOf("text", texts.toArray()));
            } else {
                statement.setObject(index + 1, value);
            }
        }
    }

    static String text(String statement) {
        try (InputStream file = ErasureDatabase.class.getResourceAsStream(FOLDER + statement + ".sql")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading a statement of this program failed", e);
        }
    }

    private String filled(String template, RecordDeclaration record) {
        Map<String, Object> model = Map.of(
                "table",
                record.table(),
                "personal",
                record.columns().stream()
                        .filter(ColumnDeclaration::personal)
                        .map(ColumnDeclaration::name)
                        .toList(),
                "persons",
                persons(record).stream()
                        .map(column -> Map.of(
                                "name", column.name(), "person", column.person().orElseThrow()))
                        .toList());
        StringWriter statement = new StringWriter();
        try {
            templates.getTemplate(template).process(model, statement);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the template " + template + " failed", e);
        } catch (TemplateException e) {
            throw new IllegalStateException("Filling in " + template + " for " + record.table() + " failed", e);
        }
        return statement.toString();
    }

    /** The columns that name a person, in the order in which the templates ask for their values. */
    static List<ColumnDeclaration> persons(RecordDeclaration record) {
        return record.columns().stream()
                .filter(column -> column.person().isPresent())
                .toList();
    }

    private static RuntimeException away(SQLException e) {
        String state = Optional.ofNullable(e.getSQLState()).orElse("");
        return state.startsWith("08") || state.startsWith("57P") || state.startsWith("53")
                ? new DependencyDown("The database has gone away: " + e.getMessage(), e)
                : new IllegalStateException(
                        "The database refuses a step of an erasure: " + state + " " + e.getMessage(), e);
    }
}
