package dev.tidemark.api;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;

/** A real PostgreSQL server with one migrated database; closing it stops the server. */
public final class TestDatabase implements AutoCloseable {
    private final EmbeddedPostgres server;
    private final HikariDataSource dataSource;

    public TestDatabase() throws IOException {
        server = EmbeddedPostgres.builder().setConnectConfig("connectTimeout", "5").start();
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(server.getJdbcUrl("postgres", "postgres"));
        pool.setMaximumPoolSize(8);
        pool.setConnectionTimeout(2_000);
        dataSource = new HikariDataSource(pool);
        Flyway.configure().dataSource(dataSource).locations("classpath:sql/schema").load().migrate();
    }

    public HikariDataSource dataSource() {
        return dataSource;
    }

    /** JDBC URL of the database, with its user. */
    public String jdbcUrl() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    /** Runs every statement of a script on the class path. */
    public void run(String script) throws IOException, SQLException {
        try (InputStream in = TestDatabase.class.getResourceAsStream(script)) {
            execute(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    public void execute(String statements) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    /** Stops the server at once, as a crash would, and leaves the pool open. */
    public void crash() throws IOException {
        server.close();
    }

    @Override
    public void close() throws IOException {
        dataSource.close();
        server.close();
    }
}
