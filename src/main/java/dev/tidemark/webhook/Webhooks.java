package dev.tidemark.webhook;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.Properties;

/** Connections for deliveries, beside those of runs, which may have all of theirs at work. */
public final class Webhooks {
    /** Most deliveries that are being kept at the same time. */
    private static final int INTAKE_CONNECTIONS = 4;
    /** As many as threads process deliveries, and one. */
    private static final int PROCESSING_CONNECTIONS = 4;
    /** Vendors wait for 5 s in all, so a database that does not answer in half of it is away. */
    private static final int PATIENCE_MILLIS = 2_500;
    /**
     * A delivery is one record, found by its key in every table: planning its long statement takes many times as long as
     * running it. So it is planned once a connection, and never with a scan, which an empty table would suggest.
     */
    private static final String PLANNED_ONCE = " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off";

    private Webhooks() {}

    /**
     * Opens connections for taking deliveries in: few, and not waited for.
     *
     * @param runs how the database is reached
     */
    public static HikariDataSource openForIntake(HikariConfig runs) {
        HikariConfig config = beside(runs, "tidemark-webhooks", INTAKE_CONNECTIONS);
        config.setConnectionTimeout(PATIENCE_MILLIS);
        return new HikariDataSource(config);
    }

    /**
     * Opens connections for claiming and writing deliveries.
     *
     * @param runs how the database is reached
     */
    public static HikariDataSource openForProcessing(HikariConfig runs) {
        HikariConfig config = beside(runs, "tidemark-deliveries", PROCESSING_CONNECTIONS);
        Properties driver = new Properties();
        driver.putAll(runs.getDataSourceProperties());
        // Of two values of one option the last counts.
        driver.setProperty("options", runs.getDataSourceProperties().getProperty("options", "") + PLANNED_ONCE);
        config.setDataSourceProperties(driver);
        return new HikariDataSource(config);
    }

    private static HikariConfig beside(HikariConfig runs, String name, int connections) {
        HikariConfig config = new HikariConfig();
        runs.copyStateTo(config);
        config.setPoolName(name);
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(1);
        config.setInitializationFailTimeout(-1);
        return config;
    }
}
