package dev.tidemark.verify;

import dev.tidemark.load.LoadRoutes;
import dev.tidemark.run.DependencyDown;
import dev.tidemark.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One session in which the database itself refuses every write. Statements are the templates of {@code sql/verify}; their
 * places are filled with identifiers of declarations only. Not thread-safe.
 */
public final class ReadOnlyDatabase implements AutoCloseable {
    private static final int CONNECT_SECONDS = 10;
    private static final int FETCHED_ROWS = 1_000;
    private static final String OPTIONS = "-c default_transaction_read_only=on -c TimeZone=UTC"
            + " -c plan_cache_mode=force_custom_plan -c work_mem=32MB -c statement_timeout=10min";

    private final Connection connection;

    private ReadOnlyDatabase(Connection connection) {
        this.connection = connection;
    }

    /** @throws DependencyDown when the database cannot be reached */
    public static ReadOnlyDatabase open(Settings.Database database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(database.url());
        database.user().ifPresent(source::setUser);
        database.password().ifPresent(source::setPassword);
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setLoginTimeout(CONNECT_SECONDS);
        source.setLogServerErrorDetail(false);
        source.setApplicationName("tidemark verify");
        source.setOptions(OPTIONS);
        source.setBinaryTransferEnable(LoadRoutes.binaryTypes());
        try {
            Connection connection = source.getConnection();
            // Inside a transaction the driver fetches rows as they are asked for.
            connection.setAutoCommit(false);
            return new ReadOnlyDatabase(connection);
        } catch (SQLException e) {
            throw new DependencyDown("The database cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * The rows of a statement that answers with few.
     *
     * @param statement text of a template whose places are filled
     * @param values its parameters in order
     * @return columns by name, times as {@link java.sql.Timestamp}
     */
    List<Map<String, Object>> rows(String statement, Object... values) {
        List<Map<String, Object>> rows = new ArrayList<>();
        each(rows::add, statement, List.of(values));
        return rows;
    }

    /** The same one by one, however many there are. */
    void each(Consumer<Map<String, Object>> visitor, String statement, List<Object> values) {
        try (PreparedStatement question = connection.prepareStatement(statement)) {
            question.setFetchSize(FETCHED_ROWS);
            for (int index = 0; index < values.size(); index++) {
                question.setObject(index + 1, values.get(index));
            }
            try (ResultSet answer = question.executeQuery()) {
                while (answer.next()) {
                    Map<String, Object> row = new LinkedHashMap<>();
                    for (int column = 1; column <= answer.getMetaData().getColumnCount(); column++) {
                        row.put(answer.getMetaData().getColumnLabel(column), answer.getObject(column));
                    }
                    visitor.accept(row);
                }
            }
            connection.commit();
        } catch (SQLException e) {
            String state = Optional.ofNullable(e.getSQLState()).orElse("");
            if (state.startsWith("08") || state.startsWith("57P") || state.startsWith("53")) {
                throw new DependencyDown("The database has gone away: " + e.getMessage(), e);
            }
            throw new IllegalStateException("The database refuses to be looked at: " + state + " " + e.getMessage(), e);
        }
    }

    /** A statement of {@code sql/verify} with its places <code>${name}</code> filled. */
    static String statement(String name, Map<String, String> places) {
        try (InputStream file = ReadOnlyDatabase.class.getResourceAsStream("/sql/verify/" + name + ".sql")) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            for (Map.Entry<String, String> place : places.entrySet()) {
                text = text.replace("${" + place.getKey() + "}", place.getValue());
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException("Reading a statement of this program failed", e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("Closing the database failed", e);
        }
    }
}
