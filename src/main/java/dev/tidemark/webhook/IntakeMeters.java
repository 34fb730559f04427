package dev.tidemark.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;

/** Counts what arrives at this process; what becomes of it is counted in the database. Thread-safe. */
public final class IntakeMeters {
    private final MeterRegistry registry;

    public IntakeMeters(MeterRegistry registry) {
        this.registry = registry;
        // A series that is there from the start can be alerted on when it first moves.
        for (String source : List.of("shopify", "recharge")) {
            taken(source, true, 0);
            taken(source, false, 0);
            for (DeliveryRefused.Kind kind : DeliveryRefused.Kind.values()) {
                refused(source, kind, 0);
            }
        }
    }

    /** Counts a delivery that was acknowledged. @param isNew false when it had been before */
    void taken(String source, boolean isNew) {
        taken(source, isNew, 1);
    }

    /** Counts a delivery that was refused. */
    void refused(String source, DeliveryRefused.Kind kind) {
        refused(source, kind, 1);
    }

    private void taken(String source, boolean isNew, int amount) {
        Counter.builder(isNew ? "tidemark.webhook.received" : "tidemark.webhook.duplicate")
                .description(isNew ? "Deliveries that were taken in" : "Deliveries that had been taken in before")
                .tag("source", source)
                .register(registry)
                .increment(amount);
    }

    private void refused(String source, DeliveryRefused.Kind kind, int amount) {
        Counter.builder("tidemark.webhook.refused")
                .description("Deliveries that were refused, by why")
                .tag("source", source)
                .tag("reason", kind.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .increment(amount);
    }
}
