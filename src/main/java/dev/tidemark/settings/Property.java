package dev.tidemark.settings;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Every fixed property by name, with its default and what it is for. The reference page is checked against this list.
 *
 * <p>Per-store properties ({@code tidemark.stores.<id>.…}) and {@code tidemark.sync.schedule.<stream>} have names of
 * their own making and are read by {@link SettingsReader}.
 */
public enum Property {
    DATABASE_URL("tidemark.database.url", "", "JDBC URL of a PostgreSQL database, 15 or later"),
    DATABASE_USER("tidemark.database.user", "", "database role, an ordinary one that owns the schema"),
    DATABASE_PASSWORD("tidemark.database.password", "", "its password"),
    DATABASE_POOL_SIZE(
            "tidemark.database.pool-size",
            "10",
            "most connections for runs; `serve` opens up to 10 more for deliveries and measurements"),
    S3_ENDPOINT("tidemark.s3.endpoint", "", "URL of an S3 service; absent means Amazon's own"),
    S3_REGION("tidemark.s3.region", "us-east-1", "region of the bucket"),
    S3_BUCKET("tidemark.s3.bucket", "tidemark", "bucket for archive, measurements and telemetry; made when missing"),
    S3_ACCESS_KEY("tidemark.s3.access-key", "", "access key; absent means the SDK's own credential chain"),
    S3_SECRET_KEY("tidemark.s3.secret-key", "", "its secret"),
    S3_CHECKSUMS("tidemark.s3.checksums", "true", "send the SDK's default checksums; some S3 look-alikes need false"),
    API_HOST("tidemark.api.host", "127.0.0.1", "interface of the REST API"),
    API_PORT("tidemark.api.port", "8080", "port of the REST API"),
    API_TOKEN_VIEWER("tidemark.api.token.viewer", "", "bearer token that may read"),
    API_TOKEN_OPERATOR("tidemark.api.token.operator", "", "bearer token that may also start runs"),
    API_TOKEN_ADMIN("tidemark.api.token.admin", "", "bearer token that may do everything; also opens Hawtio"),
    MANAGEMENT_HOST("tidemark.management.host", "127.0.0.1", "interface of health and metrics"),
    MANAGEMENT_PORT("tidemark.management.port", "9876", "port of health and metrics"),
    HAWTIO_PORT("tidemark.hawtio.port", "8090", "port of the Hawtio console on loopback; 0 turns it off"),
    SHOPIFY_API_VERSION(
            "tidemark.shopify.api-version", "2026-07", "Admin API version; another one in an answer is an error"),
    SHOPIFY_BULK_POLL_INTERVAL(
            "tidemark.shopify.bulk.poll-interval", "16s", "pause between two looks at a bulk operation"),
    SHOPIFY_BULK_POLL_ATTEMPTS("tidemark.shopify.bulk.poll-attempts", "128", "looks before the run fails"),
    SYNC_CHUNK_LINES("tidemark.sync.chunk-lines", "4000", "lines written by one statement"),
    SYNC_WRITERS("tidemark.sync.writers", "", "chunks written at the same time; the number of cores by default"),
    SYNC_OVERLAP("tidemark.sync.overlap", "", "how far behind the watermark a window starts; 1h, or the lag if longer"),
    SYNC_LAG("tidemark.sync.lag", "", "how late a source may show what it committed; 30m, or the overlap if shorter"),
    SYNC_FLOOR("tidemark.sync.floor", "128d", "oldest start of a daily window"),
    SYNC_RETRY_FOR("tidemark.sync.retry-for", "12h", "how long a run may wait in all before it fails"),
    SYNC_LEASE("tidemark.sync.lease", "10s", "how long a silent process keeps its run"),
    SYNC_MAX_LINE_BYTES(
            "tidemark.sync.max-line-bytes", "16777216", "longest line that is decoded; longer ones are set aside"),
    SYNC_SCHEDULE(
            "tidemark.sync.schedule", "0 0 6 * * ?", "Quartz cron expression (UTC) of every stream without its own"),
    SYNC_STEPS_PER_STORE(
            "tidemark.sync.steps-per-store",
            "",
            "steps of one store taken at the same time; half of the four there are when there is more than one store"),
    SCHEDULE_SPREAD(
            "tidemark.schedule.spread",
            "15m",
            "time over which the stores' daily starts are spread; a single store always starts on the minute"),
    RECONCILE_SCHEDULE(
            "tidemark.reconcile.schedule",
            "0 0 3 ? * SUN",
            "Quartz cron expression (UTC) of the scan for deleted records; off turns it off"),
    RECONCILE_LIMIT_PERCENT(
            "tidemark.reconcile.limit-percent", "10", "share of a stream's records one scan may mark as deleted"),
    RECONCILE_LIMIT_ROWS("tidemark.reconcile.limit-rows", "20", "records one scan may mark as deleted in any case"),
    HTTP_RETRY_DELAY("tidemark.http.retry-delay", "1s", "first backoff after a transient failure"),
    HTTP_ATTEMPTS("tidemark.http.attempts", "5", "tries of one request, the first included"),
    HTTP_TIMEOUT("tidemark.http.timeout", "30s", "longest silence of a connection"),
    WEBHOOK_MAX_BODY_BYTES(
            "tidemark.webhook.max-body-bytes",
            "5000000",
            "largest body of a delivery; a larger one is answered with 413"),
    WEBHOOK_ATTEMPTS("tidemark.webhook.attempts", "8", "tries of a delivery before it goes to the dead letters"),
    WEBHOOK_RETRY_DELAY(
            "tidemark.webhook.retry-delay",
            "2s",
            "pause before the second try of a delivery; doubles with each, at most 15 minutes, with jitter"),
    WEBHOOKS_RETENTION(
            "tidemark.webhooks.retention",
            "30d",
            "how long a delivery is kept after it was processed; 15 days at least, dead letters stay"),
    WEBHOOKS_PUBLIC_URL(
            "tidemark.webhooks.public-url",
            "",
            "where the vendors reach this service; their subscriptions are kept alive there, and left alone without it"),
    OUTBOUND_ALLOW(
            "tidemark.outbound.allow",
            "",
            "comma-separated hosts that may be called besides the stores' own and the vendors'"),
    WORK_DIRECTORY(
            "tidemark.work.directory",
            "",
            "local files of unfinished runs; a folder of the system's temporary directory by default");

    private final String key;
    private final String defaultText;
    private final String purpose;

    Property(String key, String defaultText, String purpose) {
        this.key = key;
        this.defaultText = defaultText;
        this.purpose = purpose;
    }

    public String key() {
        return key;
    }

    /** The default as it would be written; empty when there is none or it depends on the machine. */
    public String defaultText() {
        return defaultText;
    }

    public String purpose() {
        return purpose;
    }

    /** The environment variable that overrides this property. */
    public String environmentName() {
        return environmentName(key);
    }

    static String environmentName(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    static Optional<Property> byKey(String key) {
        return Arrays.stream(values())
                .filter(property -> property.key.equals(key))
                .findFirst();
    }

    static Optional<Property> byEnvironmentName(String name) {
        return Arrays.stream(values())
                .filter(property -> property.environmentName().equals(name))
                .findFirst();
    }
}
