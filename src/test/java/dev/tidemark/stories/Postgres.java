package dev.tidemark.stories;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;

/**
 * A PostgreSQL server for stories. Each story gets a database of its own, and the server can have its plug pulled: what
 * was acknowledged must be there afterwards, and nothing else may be relied on.
 */
final class Postgres implements AutoCloseable {
    private final Path dataDirectory;
    private EmbeddedPostgres server;

    private Postgres(Path dataDirectory, EmbeddedPostgres server) {
        this.dataDirectory = dataDirectory;
        this.server = server;
    }

    static Postgres start(Path dataDirectory) {
        return new Postgres(dataDirectory, launch(dataDirectory, 0));
    }

    private static EmbeddedPostgres launch(Path dataDirectory, int port) {
        try {
            return EmbeddedPostgres.builder()
                    .setDataDirectory(dataDirectory)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setServerConfig("max_connections", "200")
                    .setServerConfig("log_min_messages", "fatal")
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("Starting PostgreSQL in " + dataDirectory + " failed", e);
        }
    }

    int port() {
        return server.getPort();
    }

    String jdbcUrl(String database, int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres&logServerErrorDetail=false";
    }

    Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database, port()));
    }

    /** Makes an empty database, or a copy of another one that nobody is connected to. */
    void createDatabase(String database, String template) {
        administer("create database " + database + " template " + template);
    }

    /** Ends every session of a database, as an administrator or a fail-over would. */
    void terminateBackends(String database) {
        administer("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + database + "'");
    }

    private void administer(String sql) {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL refused: " + sql, e);
        }
    }

    /** Stops the server without a checkpoint and without saying goodbye to anybody; the next start recovers from its log. */
    void pullThePlug() {
        long postmaster = postmaster();
        try {
            new ProcessBuilder("kill", "-QUIT", Long.toString(postmaster))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while stopping PostgreSQL", e);
        }
        Awaitility.await("postmaster " + postmaster + " to end")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !Files.exists(dataDirectory.resolve("postmaster.pid"))
                        || ProcessHandle.of(postmaster)
                                .filter(ProcessHandle::isAlive)
                                .isEmpty());
    }

    /** Starts the stopped server again, on the same data and the same port. */
    void plugIn() {
        int port = port();
        close();
        server = launch(dataDirectory, port);
    }

    private long postmaster() {
        try {
            return Long.parseLong(Files.readAllLines(dataDirectory.resolve("postmaster.pid"))
                    .get(0)
                    .strip());
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL in " + dataDirectory + " does not run", e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Stopping PostgreSQL in " + dataDirectory + " failed", e);
        }
    }
}
