package dev.tidemark.operations;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Ready means that the database answers. Liveness does not ask it: a restart would not bring it back. */
public final class DatabaseHealth extends AbstractHealthCheck {
    private static final int TIMEOUT_SECONDS = 2;

    private final DataSource dataSource;

    public DatabaseHealth(DataSource dataSource) {
        super("tidemark", "database");
        this.dataSource = dataSource;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        try (Connection connection = dataSource.getConnection()) {
            if (connection.isValid(TIMEOUT_SECONDS)) {
                result.up();
            } else {
                result.message("The database does not answer within " + TIMEOUT_SECONDS + " s")
                        .down();
            }
        } catch (SQLException e) {
            result.message("The database cannot be reached (SQL state " + e.getSQLState() + ")")
                    .down();
        }
    }
}
