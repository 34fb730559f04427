package dev.tidemark.source.database;

import dev.tidemark.run.RunFailed;
import dev.tidemark.settings.Settings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.postgresql.ds.PGSimpleDataSource;

/** Opens connections to the databases that stores are read from: one for each look or reading, closed after it. */
final class SourceConnections {
    private static final int CONNECT_SECONDS = 10;
    /** Longest silence of a source; sorting a large table without an index takes its time. */
    private static final int SILENCE_SECONDS = 900;

    private final Settings settings;

    SourceConnections(Settings settings) {
        this.settings = settings;
    }

    /** The table that a stream reads, as configured. */
    Settings.SourceTable table(String store, String stream) {
        return Optional.ofNullable(settings.stores().get(store))
                .flatMap(known -> known.table(stream))
                .orElseThrow(() -> new RunFailed(
                        "unknown_stream", "Store " + store + " has no table configured for " + stream + " any more"));
    }

    /** The streams of a store that read its tables, in alphabetical order. */
    List<String> streams(String store) {
        return settings.stores().get(store).database().stream()
                .flatMap(database -> database.tables().keySet().stream())
                .sorted()
                .toList();
    }

    /** A connection in a transaction that can only read. */
    Connection open(String store) {
        Settings.SourceDatabase database =
                settings.stores().get(store).database().orElseThrow();
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(database.url());
        database.user().ifPresent(source::setUser);
        database.password().ifPresent(source::setPassword);
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setLoginTimeout(CONNECT_SECONDS);
        source.setSocketTimeout(SILENCE_SECONDS);
        source.setTcpKeepAlive(true);
        // Details of an error can hold values of rows.
        source.setLogServerErrorDetail(false);
        source.setApplicationName("tidemark");
        try {
            Connection connection = source.getConnection();
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            throw SourceFailure.of("Connecting to the source database of store " + store, e);
        }
    }
}
