package dev.tidemark.run;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the database is there, as far as the routes that a clock starts can tell: it says so when that changes, and not
 * with every tick. Thread-safe.
 */
public final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

    private final Clock clock;
    private final AtomicReference<Instant> awaySince = new AtomicReference<>();

    public Outage(Clock clock) {
        this.clock = clock;
    }

    /** Notes that a tick failed; the next one does what this one did not. */
    public void failed(Throwable cause) {
        if (!isAbout(cause)) {
            LOG.error("A tick failed; the next one tries again", cause);
        } else if (awaySince.compareAndSet(null, clock.instant())) {
            LOG.warn("The database is away, and all work waits for it: {}", firstLine(cause));
        }
    }

    /** Notes that the database has answered. */
    public void answered() {
        Instant since = awaySince.get();
        if (since != null && awaySince.compareAndSet(since, null)) {
            LOG.info(
                    "The database is back after {} s; work goes on where it was",
                    Duration.between(since, clock.instant()).toSeconds());
        }
    }

    /** Whether a failure is one of the connection and not of a statement, so that this tells it. */
    public static boolean isAbout(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                String state = sql.getSQLState();
                return state == null || state.startsWith("08") || state.startsWith("57") || state.startsWith("53");
            }
        }
        return false;
    }

    private static String firstLine(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    }
}
