package dev.tidemark.operations;

import dev.tidemark.api.Ports;
import dev.tidemark.settings.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import javax.sql.DataSource;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.main.Main;
import software.amazon.awssdk.services.s3.S3Client;

/** Health and metrics on a port of their own, for probes and Prometheus; it needs no token and shows no data. */
public final class Management {
    private Management() {}

    /**
     * Prepares an application, before it starts, to serve {@code /observe/health/live}, {@code /observe/health/ready} and
     * {@code /observe/metrics} on {@code tidemark.management.host} and {@code tidemark.management.port}.
     *
     * @return where further meters may be registered
     * @throws IllegalStateException when the port is taken
     */
    public static MeterRegistry install(Main main, Settings settings, DataSource dataSource, S3Client s3, Clock clock) {
        Ports.demandFree("tidemark.management.port", settings.managementHost(), settings.managementPort());
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        main.bind(MicrometerConstants.METRICS_REGISTRY_NAME, registry);
        main.bind("ledgerMetrics", new LedgerMetrics(registry, clock));
        main.bind("databaseHealth", new DatabaseHealth(dataSource));
        main.bind(
                "objectStorageHealth", new ObjectStorageHealth(s3, settings.s3().bucket()));
        main.addInitialProperty("camel.management.enabled", "true");
        main.addInitialProperty("camel.management.host", settings.managementHost());
        main.addInitialProperty("camel.management.port", String.valueOf(settings.managementPort()));
        main.addInitialProperty("camel.management.healthCheckEnabled", "true");
        main.addInitialProperty("camel.management.healthPath", "/observe/health");
        main.addInitialProperty("camel.management.metricsEnabled", "true");
        main.addInitialProperty("camel.metrics.enabled", "true");
        main.addInitialProperty("camel.metrics.path", "/observe/metrics");
        main.addInitialProperty(
                "camel.metrics.binders", "jvm-memory,jvm-gc,jvm-thread,processor,uptime,file-descriptor");
        // One series for each route and endpoint, not one for each URI with its parameters.
        main.addInitialProperty("camel.metrics.baseEndpointURIExchangeEventNotifier", "true");
        // A route that an operator stopped is a pause and not an outage.
        main.addInitialProperty("camel.health.routesEnabled", "false");
        main.addInitialProperty("camel.health.consumersEnabled", "false");
        main.addInitialProperty("camel.health.exposureLevel", "default");
        return registry;
    }
}
