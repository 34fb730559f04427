package dev.tidemark.operations;

import dev.tidemark.run.Outage;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows what {@code sql/api/read_metrics.sql} reads as meters. The numbers come from the ledger and not from this
 * process, so that a restart loses none and every node shows the same. Which metrics there are is decided in that
 * statement alone. Safe for use by several threads.
 */
public final class LedgerMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerMetrics.class);

    private final MeterRegistry registry;
    private final Clock clock;
    private final Map<Meter, Reading> readings = new ConcurrentHashMap<>();
    private volatile double databaseUp;
    private volatile double readAt;

    /** A meter's identity. */
    private record Meter(String name, Tags tags) {}

    /** What was read last: a value, and how many things it is the sum of. */
    private record Reading(double value, long count) {}

    public LedgerMetrics(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        Gauge.builder("tidemark.database.up", () -> databaseUp)
                .description("1 when the last reading of the ledger succeeded, else 0")
                .register(registry);
        Gauge.builder("tidemark.metrics.read.timestamp", () -> readAt)
                .description("When the ledger was read last, in seconds since 1970")
                .baseUnit("seconds")
                .register(registry);
    }

    /**
     * Takes a reading over.
     *
     * @param rows name, kind (counter, gauge or timer), store_id, stream, label, label_value, value, items
     */
    public void read(@Body List<Map<String, Object>> rows) {
        for (Map<String, Object> row : rows) {
            Meter meter = new Meter((String) row.get("name"), tags(row));
            Reading reading = new Reading(
                    number(row, "value").doubleValue(), number(row, "items").longValue());
            if (readings.put(meter, reading) == null) {
                register(meter, (String) row.get("kind"), (String) row.get("description"));
            }
        }
        databaseUp = 1;
        readAt = clock.millis() / 1000.0;
    }

    /** Notes that the ledger could not be read; the meters keep their last values. */
    public void unread(Exchange exchange) {
        databaseUp = 0;
        Throwable cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (!Outage.isAbout(cause)) {
            LOG.warn("Reading the metrics failed, they keep their last values: {}", cause.toString());
        }
    }

    private void register(Meter meter, String kind, String description) {
        switch (kind) {
            case "counter" ->
                FunctionCounter.builder(meter.name(), readings, known -> known.get(meter)
                                .value())
                        .tags(meter.tags())
                        .description(description)
                        .register(registry);
            case "timer" ->
                FunctionTimer.builder(
                                meter.name(),
                                readings,
                                known -> known.get(meter).count(),
                                known -> known.get(meter).value(),
                                TimeUnit.SECONDS)
                        .tags(meter.tags())
                        .description(description)
                        .register(registry);
            case "gauge" ->
                Gauge.builder(meter.name(), readings, known -> known.get(meter).value())
                        .tags(meter.tags())
                        .description(description)
                        .register(registry);
            default -> throw new IllegalStateException("sql/api/read_metrics.sql names the kind " + kind);
        }
    }

    private static Tags tags(Map<String, Object> row) {
        Tags tags = Tags.of("store", (String) row.get("store_id"), "stream", (String) row.get("stream"));
        return Optional.ofNullable((String) row.get("label"))
                .map(label -> tags.and(label, (String) row.get("label_value")))
                .orElse(tags);
    }

    private static Number number(Map<String, Object> row, String column) {
        return Optional.ofNullable((Number) row.get(column)).orElse(Double.NaN);
    }
}
