package dev.tidemark.operations;

import dev.tidemark.run.DependencyDown;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.flywaydb.core.api.output.MigrateResult;

/**
 * Brings the schema up to date from {@code sql/schema}. Idempotent, and safe from several processes at once: they
 * take turns by a lock in the database.
 */
public final class Migration {
    private static final String HISTORY_TABLE = "schema_history";
    private static final int LOCK_ATTEMPTS = 120;

    private Migration() {}

    /**
     * What a migration did.
     *
     * @param version the schema's version now
     * @param applied scripts run by this call; 0 when there was nothing to do
     */
    public record Outcome(String version, int applied) {}

    /**
     * Applies what is missing. The database may be empty, and may hold tables of others; the role needs to own the
     * schema and nothing more.
     *
     * @throws DependencyDown when the database cannot be reached
     * @throws IllegalStateException when the database was migrated by other scripts than this version's
     * @throws FlywayException when a script failed; each is a transaction of its own, so a failed one left nothing
     */
    public static Outcome apply(DataSource database) {
        try (Connection turn = database.getConnection()) {
            turn.setAutoCommit(false);
            try (PreparedStatement lock = turn.prepareStatement(lockStatement())) {
                lock.execute();
                MigrateResult result = flyway(database).migrate();
                String version =
                        result.targetSchemaVersion == null ? result.initialSchemaVersion : result.targetSchemaVersion;
                return new Outcome(version, result.migrationsExecuted);
            } finally {
                turn.rollback();
            }
        } catch (FlywayValidateException e) {
            throw new IllegalStateException(
                    "The tables of this database were made by scripts that differ from those of this version ("
                            + e.getMessage().lines().skip(1).limit(1).collect(Collectors.joining())
                            + "); start the version that made them or a later one, or use another database. Nothing was changed.",
                    e);
        } catch (FlywayException e) {
            throw unreachable(e);
        } catch (SQLException e) {
            throw new DependencyDown("The database cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * How many scripts are still to be applied; changes nothing.
     *
     * @throws DependencyDown when the database cannot be reached
     */
    public static int pending(DataSource database) {
        try {
            return flyway(database).info().pending().length;
        } catch (FlywayException e) {
            throw unreachable(e);
        }
    }

    private static Flyway flyway(DataSource database) {
        return Flyway.configure()
                .dataSource(database)
                .locations("classpath:sql/schema")
                .table(HISTORY_TABLE)
                // A database that already holds other tables is no reason to refuse.
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .lockRetryCount(LOCK_ATTEMPTS)
                .cleanDisabled(true)
                .load();
    }

    private static String lockStatement() {
        try (InputStream statement = Migration.class.getResourceAsStream("/sql/ledger/lock_migrations.sql")) {
            return new String(statement.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading a statement of this program failed", e);
        }
    }

    private static RuntimeException unreachable(FlywayException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && isConnectionTrouble(sql.getSQLState())) {
                return new DependencyDown("The database cannot be used: " + sql.getMessage(), e);
            }
        }
        return e;
    }

    /** Connection lost or refused, wrong password, no such database, shutting down, too many connections. */
    private static boolean isConnectionTrouble(String state) {
        return state != null
                && (state.startsWith("08")
                        || state.startsWith("28")
                        || state.startsWith("57P")
                        || state.startsWith("53")
                        || state.equals("3D000"));
    }
}
