package dev.tidemark.simulator;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a simulated shop is like. Two shops with the same seed, orders and start have the same data, byte for byte.
 *
 * @param host address to listen on
 * @param port 0 takes any free port
 * @param seed decides everything random about the data
 * @param orders how many orders exist at the start
 * @param apiVersions versions served as themselves, oldest first; an older request is served by the oldest that is still
 *     supported ({@link ApiVersions})
 * @param domain the shop's own myshopify domain
 * @param token the only access token that is accepted
 * @param faults as given to {@code --fault}: {@code NAME[:ARG]}, see {@link Fault}
 * @param startsAt what the shop's clock shows when it starts; orders lie in the 120 days before
 * @param indexLag how long after its commit a change becomes visible to searches
 * @param createdFor how long a bulk operation stays CREATED
 * @param runningFor how long it stays RUNNING, at least
 * @param sameSecond how many orders, how many customers, and how many records of each kind in Recharge share one update
 *     time
 * @param restoreRate points a second that the API gives back; the bucket holds twenty times as many
 * @param gzip whether downloads are compressed for clients that accept it
 * @param webhooksUrl where webhooks go that the app's own configuration asks for, without the path; empty for nowhere
 * @param webhookTopics those topics, {@code all} for every one; what is asked of people's data goes there in any case
 */
public record SimulatorOptions(
        String host,
        int port,
        long seed,
        long orders,
        List<String> apiVersions,
        String domain,
        String token,
        List<String> faults,
        Instant startsAt,
        Duration indexLag,
        Duration createdFor,
        Duration runningFor,
        long sameSecond,
        int restoreRate,
        boolean gzip,
        Optional<String> webhooksUrl,
        List<String> webhookTopics) {

    /** The versions a shop serves unless told otherwise: the supported ones, and two old profiles on exact request. */
    public static final List<String> DEFAULT_API_VERSIONS =
            List.of("2024-04", "2025-10", "2026-01", "2026-04", "2026-07", "2026-10");

    public SimulatorOptions {
        apiVersions = List.copyOf(apiVersions);
        faults = List.copyOf(faults);
        webhookTopics = List.copyOf(webhookTopics);
        if (apiVersions.isEmpty()) {
            throw new IllegalArgumentException("A simulated shop needs at least one API version, got none");
        }
        // What is misspelt is refused here, before anything is started.
        new ApiVersions(apiVersions);
        faults.forEach(new Faults()::add);
        if (sameSecond < 0 || restoreRate < 1) {
            throw new IllegalArgumentException(
                    "A simulated shop has no less than 0 records in one second and restores at"
                            + " least 1 point a second, got " + sameSecond + " and " + restoreRate);
        }
        if (orders < 0 || orders > OrderGenerator.MOST_ORDERS) {
            throw new IllegalArgumentException(
                    "A simulated shop has between 0 and " + OrderGenerator.MOST_ORDERS + " orders, got " + orders);
        }
    }

    /** Options to change; unset ones are a shop of 1,000 orders on any port of the loopback address. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; not thread-safe. */
    public static final class Builder {
        private String host = "127.0.0.1";
        private int port;
        private long seed = 1;
        private long orders = 1_000;
        private List<String> apiVersions = DEFAULT_API_VERSIONS;
        private String domain = "tidemark-demo.myshopify.com";
        private String token = "shpat_simulator";
        private final List<String> faults = new ArrayList<>();
        private Instant startsAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        private Duration indexLag = Duration.ZERO;
        private Duration createdFor = Duration.ofMillis(100);
        private Duration runningFor = Duration.ofMillis(200);
        private long sameSecond;
        private int restoreRate = 100;
        private boolean gzip = true;
        private Optional<String> webhooksUrl = Optional.empty();
        private List<String> webhookTopics = List.of();

        private Builder() {}

        public Builder host(String value) {
            host = Objects.requireNonNull(value);
            return this;
        }

        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder orders(long value) {
            orders = value;
            return this;
        }

        public Builder apiVersions(String... values) {
            apiVersions = List.of(values);
            return this;
        }

        public Builder domain(String value) {
            domain = Objects.requireNonNull(value);
            return this;
        }

        public Builder token(String value) {
            token = Objects.requireNonNull(value);
            return this;
        }

        /** Adds one fault, {@code NAME[:ARG]}. */
        public Builder fault(String value) {
            faults.add(Objects.requireNonNull(value));
            return this;
        }

        public Builder startsAt(Instant value) {
            startsAt = Objects.requireNonNull(value);
            return this;
        }

        public Builder indexLag(Duration value) {
            indexLag = Objects.requireNonNull(value);
            return this;
        }

        /** How long a bulk operation stays CREATED, and then RUNNING at least. */
        public Builder bulkTakes(Duration created, Duration running) {
            createdFor = Objects.requireNonNull(created);
            runningFor = Objects.requireNonNull(running);
            return this;
        }

        /** So many orders, and so many customers, share one update time. */
        public Builder sameSecond(long records) {
            sameSecond = records;
            return this;
        }

        /** Points a second, as the vendor's plans have them: 100, 200, 1000, 2000. */
        public Builder restoreRate(int pointsPerSecond) {
            restoreRate = pointsPerSecond;
            return this;
        }

        public Builder gzip(boolean value) {
            gzip = value;
            return this;
        }

        /** Where webhooks go, without the path, and of which topics; none are those that are subscribed to alone. */
        public Builder webhooks(String url, String... topics) {
            webhooksUrl = Optional.of(url);
            webhookTopics = List.of(topics);
            return this;
        }

        public SimulatorOptions build() {
            return new SimulatorOptions(
                    host,
                    port,
                    seed,
                    orders,
                    apiVersions,
                    domain,
                    token,
                    faults,
                    startsAt,
                    indexLag,
                    createdFor,
                    runningFor,
                    sameSecond,
                    restoreRate,
                    gzip,
                    webhooksUrl,
                    webhookTopics);
        }
    }
}
