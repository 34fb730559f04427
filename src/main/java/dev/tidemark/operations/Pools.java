package dev.tidemark.operations;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import dev.tidemark.load.LoadRoutes;
import dev.tidemark.run.DependencyDown;
import dev.tidemark.settings.Settings;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The connections of one process, in pools that do not wait for each other.
 *
 * @param runs for everything that is not said otherwise
 * @param measuring for statements that read a whole history, which takes as long as it takes; opened when they are wanted
 * @param intake for taking deliveries in: few, and not waited for
 * @param processing for claiming and writing deliveries
 */
public record Pools(
        HikariDataSource runs,
        HikariDataSource measuring,
        Optional<HikariDataSource> intake,
        Optional<HikariDataSource> processing)
        implements AutoCloseable {
    /** Connections that a run may want beside those of its writers. */
    private static final int BESIDE_WRITERS = 4;
    /** Most histories that are being read at the same time. */
    private static final int MEASURING = 2;
    /** Most deliveries that are being kept at the same time. */
    private static final int INTAKE = 4;
    /** As many as threads process deliveries, and one. */
    private static final int PROCESSING = 4;
    /** Vendors wait for 5 s in all, so a database that does not answer in half of it is away. */
    private static final int INTAKE_PATIENCE_MILLIS = 2_500;
    /**
     * A delivery is one record, found by its key in every table: planning its long statement takes many times as long as
     * running it. So it is planned once a connection, and never with a scan, which an empty table would suggest.
     */
    private static final String PLANNED_ONCE = " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off";

    /**
     * Opens the pools and brings the schema up to date.
     *
     * @param takesDeliveries whether the pools for deliveries are wanted
     * @throws DependencyDown when no database is configured, or it cannot be reached
     */
    public static Pools open(Settings settings, boolean takesDeliveries) {
        Settings.Database database = settings.database()
                .orElseThrow(() -> new DependencyDown("No database is configured; set tidemark.database.url", null));
        HikariDataSource runs = openForRuns(database, settings.sync().writers());
        try {
            Migration.apply(runs);
            return new Pools(
                    runs,
                    openForMeasuring(runs),
                    takesDeliveries ? Optional.of(openForIntake(runs)) : Optional.empty(),
                    takesDeliveries ? Optional.of(openForProcessing(runs)) : Optional.empty());
        } catch (RuntimeException e) {
            runs.close();
            throw e;
        }
    }

    /** Most connections that a serving process opens. */
    public static int most(Settings.Database database, int writers) {
        return mostOfRuns(database, writers) + MEASURING + INTAKE + PROCESSING;
    }

    /** @param runs how the database is reached */
    public static HikariDataSource openForProcessing(HikariConfig runs) {
        HikariConfig config = beside(runs, "tidemark-deliveries", PROCESSING);
        config.setMinimumIdle(1);
        // Of two values of one option the last counts.
        setDriver(config, "options", runs.getDataSourceProperties().getProperty("options", "") + PLANNED_ONCE);
        return new HikariDataSource(config);
    }

    private static HikariDataSource openForIntake(HikariConfig runs) {
        HikariConfig config = beside(runs, "tidemark-webhooks", INTAKE);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(INTAKE_PATIENCE_MILLIS);
        return new HikariDataSource(config);
    }

    private static HikariDataSource openForMeasuring(HikariConfig runs) {
        HikariConfig config = beside(runs, "tidemark-measure", MEASURING);
        config.setMinimumIdle(0);
        setDriver(config, "socketTimeout", "3700");
        setDriver(config, "options", sessionOptions("1h"));
        return new HikariDataSource(config);
    }

    private static HikariConfig beside(HikariConfig runs, String name, int connections) {
        HikariConfig config = new HikariConfig();
        runs.copyStateTo(config);
        Properties driver = new Properties();
        driver.putAll(runs.getDataSourceProperties());
        config.setDataSourceProperties(driver);
        config.setPoolName(name);
        config.setMaximumPoolSize(connections);
        config.setInitializationFailTimeout(-1);
        return config;
    }

    private static void setDriver(HikariConfig config, String property, String value) {
        config.getDataSourceProperties().setProperty(property, value);
    }

    private static HikariDataSource openForRuns(Settings.Database database, int writers) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("tidemark");
        config.setJdbcUrl(database.url());
        database.user().ifPresent(config::setUsername);
        database.password().ifPresent(config::setPassword);
        config.setMaximumPoolSize(mostOfRuns(database, writers));
        config.setMinimumIdle(1);
        config.setConnectionTimeout(10_000);
        config.setInitializationFailTimeout(1);
        setDriver(config, "ApplicationName", "tidemark");
        // Error details quote the values of rows, which are people's data.
        setDriver(config, "logServerErrorDetail", "false");
        setDriver(config, "binaryTransferEnable", LoadRoutes.binaryTypes());
        setDriver(config, "tcpKeepAlive", "true");
        setDriver(config, "socketTimeout", "120");
        setDriver(config, "options", sessionOptions("60s"));
        try {
            return new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException e) {
            throw new DependencyDown(
                    "The database at " + withoutQuery(database.url()) + " cannot be reached: "
                            + (e.getCause() == null
                                    ? e.getMessage()
                                    : e.getCause().getMessage()),
                    e);
        }
    }

    private static int mostOfRuns(Settings.Database database, int writers) {
        return Math.max(database.poolSize(), writers + BESIDE_WRITERS);
    }

    /**
     * What every connection begins with. A plan made while the tables were small would be kept while a load fills them, so
     * each statement is planned anew, and nothing is compiled for it. What was acknowledged to a vendor, or counted in the
     * ledger, must outlive a crash of the database, whatever its own default is.
     */
    private static String sessionOptions(String statementTimeout) {
        return "-c TimeZone=UTC -c plan_cache_mode=force_custom_plan -c jit=off -c work_mem=32MB -c statement_timeout="
                + statementTimeout + " -c idle_in_transaction_session_timeout=60s -c synchronous_commit=on";
    }

    private static String withoutQuery(String url) {
        return url.replaceFirst("\\?.*", "");
    }

    @Override
    public void close() {
        Stream.of(intake, processing).flatMap(Optional::stream).forEach(HikariDataSource::close);
        measuring.close();
        runs.close();
    }
}
