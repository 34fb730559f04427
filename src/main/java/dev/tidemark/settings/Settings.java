package dev.tidemark.settings;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Everything an operator can set, checked and typed. Made by {@link SettingsReader}; immutable.
 *
 * @param database where the tables are; absent when no URL was given, which only offline commands accept
 * @param s3 where files are kept
 * @param api the REST API
 * @param managementHost interface of health and metrics
 * @param managementPort port of health and metrics
 * @param hawtioPort port of the Hawtio console, always on loopback; 0 turns it off
 * @param shopify what holds for every Shopify store
 * @param sync how runs read and load
 * @param reconcile how deleted records are looked for
 * @param http how vendors are called
 * @param webhook how their deliveries are taken
 * @param outboundAllow hosts (or {@code host:port}) that may be called besides each store's own domain and the
 *     vendor's download hosts, lower case
 * @param workDirectory local files of unfinished runs
 * @param stores by store id
 * @param webhooksUrl where the vendors reach this service, without the paths of its webhooks; empty: their subscriptions are
 *     left alone
 */
public record Settings(
        Optional<Database> database,
        S3 s3,
        Api api,
        String managementHost,
        int managementPort,
        int hawtioPort,
        Shopify shopify,
        Sync sync,
        Reconcile reconcile,
        Http http,
        Webhook webhook,
        Set<String> outboundAllow,
        Path workDirectory,
        Map<String, Store> stores,
        Optional<URI> webhooksUrl) {

    /** The streams that read tables, of all stores; the others are declared in {@code streams/}. */
    public Set<String> tableStreams() {
        return stores.values().stream()
                .flatMap(store -> store.tableStreams().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * A PostgreSQL database.
     *
     * @param url JDBC URL
     * @param poolSize most connections for runs; never fewer than its writers need
     */
    public record Database(String url, Optional<String> user, Optional<String> password, int poolSize) {}

    /**
     * Object storage that speaks the S3 protocol.
     *
     * @param endpoint absent: Amazon's own, with virtual-host addressing; given: path-style addressing
     * @param accessKey absent: the AWS SDK's default credential chain
     * @param checksums true sends the SDK's default checksums; false only where the protocol requires them
     */
    public record S3(
            Optional<URI> endpoint,
            String region,
            String bucket,
            Optional<String> accessKey,
            Optional<String> secretKey,
            boolean checksums) {}

    /** The REST API; a role without a token cannot log in. */
    public record Api(
            String host,
            int port,
            Optional<String> viewerToken,
            Optional<String> operatorToken,
            Optional<String> adminToken) {}

    /**
     * Shopify.
     *
     * @param apiVersion such as {@code 2026-07}
     * @param pollInterval pause between two looks at a bulk operation
     * @param pollAttempts looks before a run gives up
     */
    public record Shopify(String apiVersion, Duration pollInterval, int pollAttempts) {}

    /**
     * How runs read and load.
     *
     * @param chunkLines lines of one atomic statement
     * @param writers chunks written at the same time
     * @param overlap how far behind the watermark a window starts; never less than {@code lag}
     * @param lag how late a source may show a record it has committed
     * @param floor oldest time a daily window may start at, counted back from the source's clock
     * @param retryFor how long a run may wait in all before it fails
     * @param lease how long a silent owner keeps a run
     * @param maxLineBytes longest line that is decoded; a longer one is set aside
     * @param schedules Quartz cron expression (UTC) by stream; the key {@code *} holds for the others
     * @param spread time over which a schedule's start is spread when there are several stores
     * @param stepsPerStore steps of one store that a process takes at the same time
     */
    public record Sync(
            int chunkLines,
            int writers,
            Duration overlap,
            Duration lag,
            Duration floor,
            Duration retryFor,
            Duration lease,
            int maxLineBytes,
            Map<String, String> schedules,
            Duration spread,
            int stepsPerStore) {

        /** The cron expression of a stream. */
        public String schedule(String stream) {
            return schedules.getOrDefault(stream, schedules.get("*"));
        }
    }

    /**
     * How deleted records are looked for.
     *
     * @param schedule Quartz cron expression (UTC); empty when only an operator starts it
     * @param limitPercent share of a stream's records that one run marks as deleted without being told to
     * @param limitRows records that one run marks in any case
     */
    public record Reconcile(Optional<String> schedule, int limitPercent, int limitRows) {}

    /**
     * How vendors are called.
     *
     * @param retryDelay first backoff; doubles with each attempt, with jitter
     * @param attempts tries of one request, the first included
     * @param timeout longest silence of a connection
     */
    public record Http(Duration retryDelay, int attempts, Duration timeout) {}

    /**
     * How vendors' deliveries are taken.
     *
     * @param maxBodyBytes largest body; a larger one is refused before it is read
     * @param attempts tries of a delivery, the first included, before it goes to the dead letters
     * @param retryDelay pause before the second try; doubles with each, with jitter
     * @param retention how long one is kept after it was processed; longer than a vendor may send it again, and than the past
     *     that a topic's silence is judged by
     */
    public record Webhook(int maxBodyBytes, int attempts, Duration retryDelay, Duration retention) {}

    /** One tenant. */
    public record Store(
            String id,
            Optional<ShopifyStore> shopify,
            Optional<RechargeStore> recharge,
            Optional<SourceDatabase> database,
            Set<String> streams) {

        /** Whether the store's own schedule starts a stream: every one of its sources, unless some are chosen. */
        public boolean schedules(String stream) {
            return hasSourceOf(stream) && (streams.isEmpty() || streams.contains(stream));
        }

        /**
         * Whether the store has an account with the source of a stream, which is the first word of the stream's name; of a
         * database, the very table.
         */
        public boolean hasSourceOf(String stream) {
            return stream.startsWith("shopify-")
                    ? shopify.isPresent()
                    : stream.startsWith("recharge-")
                            ? recharge.isPresent()
                            : !stream.startsWith("database-") || table(stream).isPresent();
        }

        /** Streams that are tables of this store's database. */
        public Set<String> tableStreams() {
            return database.map(own -> own.tables().keySet()).orElse(Set.of());
        }

        /** The table that a stream of this store reads; empty when the stream is none of its tables. */
        public Optional<SourceTable> table(String stream) {
            return database.map(SourceDatabase::tables).map(tables -> tables.get(stream));
        }
    }

    /**
     * A store's Shopify shop.
     *
     * @param url scheme and host that requests go to, without a path
     * @param domain the shop's permanent {@code *.myshopify.com} name; a source that answers with another is an alias
     * @param webhookSecrets what its webhooks may be signed with, the newer first; empty: none is accepted
     */
    public record ShopifyStore(URI url, Optional<String> domain, String token, List<String> webhookSecrets) {
        public ShopifyStore {
            webhookSecrets = List.copyOf(webhookSecrets);
        }
    }

    /**
     * A store's Recharge account.
     *
     * @param webhookSecrets what its webhooks may be signed with, the newer first; empty: none is accepted
     * @param acceptsPlainHash whether a delivery may carry the older signature, a plain hash without a time
     */
    public record RechargeStore(URI url, String token, List<String> webhookSecrets, boolean acceptsPlainHash) {
        public RechargeStore {
            webhookSecrets = List.copyOf(webhookSecrets);
        }
    }

    /**
     * A PostgreSQL database whose tables are read.
     *
     * @param url JDBC URL
     * @param tables by the name of their stream, {@code database-<name>}
     */
    public record SourceDatabase(
            String url, Optional<String> user, Optional<String> password, Map<String, SourceTable> tables) {}

    /**
     * A table that is read as a stream. Whether its columns exist and fit together is for the run to find out, which sees
     * the table.
     *
     * @param table its name in the source, with or without a schema
     * @param incrementalColumn what tells newer rows from older ones; absent: the table is read whole by each run
     * @param tiebreakerColumn what orders rows that are equally new
     * @param columnIsUnique true when no two rows are equally new, so that no tiebreaker is needed
     * @param jsonl whether the archive has the rows as JSONL
     * @param parquet whether the archive has them as Parquet
     * @param pageRows rows of one page
     * @param lag how late the source may show a row whose time is older than its commit
     */
    public record SourceTable(
            String table,
            Optional<String> incrementalColumn,
            Optional<String> tiebreakerColumn,
            boolean columnIsUnique,
            boolean jsonl,
            boolean parquet,
            int pageRows,
            Duration lag) {}
}
