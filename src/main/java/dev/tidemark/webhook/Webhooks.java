package dev.tidemark.webhook;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

/** Connections for taking deliveries in: few, their own, and not waited for. */
public final class Webhooks {
    /** Most deliveries that are being kept at the same time. */
    private static final int CONNECTIONS = 4;
    /** Vendors wait for 5 s in all, so a database that does not answer in half of it is away. */
    private static final int PATIENCE_MILLIS = 2_500;

    private Webhooks() {}

    /**
     * Opens connections beside those of runs, which may have all of theirs at work.
     *
     * @param runs how the database is reached
     */
    public static HikariDataSource open(HikariConfig runs) {
        HikariConfig config = new HikariConfig();
        runs.copyStateTo(config);
        config.setPoolName("tidemark-webhooks");
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(PATIENCE_MILLIS);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }
}
