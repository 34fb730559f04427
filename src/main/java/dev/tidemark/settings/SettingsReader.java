package dev.tidemark.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.quartz.CronExpression;

/**
 * Reads settings from a properties file and the environment; the environment wins.
 *
 * <p>Nothing is guessed: an unknown key, a malformed value or a store that lacks what it needs is an error, and all of
 * them are reported together as {@link InvalidSettings}.
 */
public final class SettingsReader {
    private static final String PREFIX = "TIDEMARK_";
    /** Read by the launcher script, not by the program. */
    private static final Set<String> LAUNCHER_VARIABLES =
            Set.of("TIDEMARK_JAVA_OPTS", "TIDEMARK_CONFIG", "TIDEMARK_HOME");

    private static final Pattern STORE_KEY = Pattern.compile(
            "tidemark\\.stores\\.([a-z0-9][a-z0-9_-]{0,62})\\.(shopify\\.(?:url|domain|token|webhook-secret(?:-previous)?)"
                    + "|recharge\\.(?:url|token|webhook-secret(?:-previous)?|webhook-plain-hash)|database\\.(?:url|user|password)|streams)");
    private static final Pattern STORE_VARIABLE = Pattern.compile(
            "TIDEMARK_STORES_([A-Z0-9][A-Z0-9_]{0,62})_(SHOPIFY_(?:URL|DOMAIN|TOKEN|WEBHOOK_SECRET(?:_PREVIOUS)?)"
                    + "|RECHARGE_(?:URL|TOKEN|WEBHOOK_SECRET(?:_PREVIOUS)?|WEBHOOK_PLAIN_HASH)|DATABASE_(?:URL|USER|PASSWORD)|STREAMS)");
    private static final Pattern TABLE_KEY = Pattern.compile(
            "tidemark\\.stores\\.([a-z0-9][a-z0-9_-]{0,62})\\.database\\.tables\\.([a-z0-9][a-z0-9_-]{0,62})\\."
                    + "(table|incremental[_-]column|incremental[_-]tiebreaker[_-]column|incremental[_-]column[_-]is[_-]unique"
                    + "|format|page[_-]rows|lag)");
    private static final Pattern TABLE_VARIABLE = Pattern.compile(
            "TIDEMARK_STORES_([A-Z0-9][A-Z0-9_]{0,62}?)_DATABASE_TABLES_([A-Z0-9][A-Z0-9_]{0,62}?)_"
                    + "(TABLE|INCREMENTAL_COLUMN|INCREMENTAL_TIEBREAKER_COLUMN|INCREMENTAL_COLUMN_IS_UNIQUE|FORMAT|PAGE_ROWS|LAG)");
    private static final Pattern SCHEDULE_KEY = Pattern.compile("tidemark\\.sync\\.schedule\\.([a-z0-9-]+)");
    private static final int PAGE_ROWS = 50_000;
    /** Of four threads, so that one store never has all of them. */
    private static final int STEPS_OF_ONE_STORE_OF_MANY = 2;

    /** Shortest time that a processed delivery is kept. */
    private static final Duration LEAST_RETENTION = Duration.ofDays(15);

    private static final Duration TABLE_LAG = Duration.ofSeconds(2);
    private static final Pattern API_VERSION = Pattern.compile("20\\d\\d-(01|04|07|10)");
    private static final Pattern HOST =
            Pattern.compile("[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\\d{1,5})?|\\[[0-9a-f:]+](:\\d{1,5})?");

    private final Map<String, String> values = new TreeMap<>();
    private final List<String> errors = new ArrayList<>();

    private SettingsReader() {}

    /**
     * Reads settings.
     *
     * @param file keys and values of a properties file; empty when there is none
     * @param environment the process's environment; variables that do not start with {@code TIDEMARK_} are passed over
     * @throws InvalidSettings with every error
     */
    public static Settings read(Map<String, String> file, Map<String, String> environment) {
        SettingsReader reader = new SettingsReader();
        file.forEach(reader::acceptKey);
        environment.forEach(reader::acceptVariable);
        Settings settings = reader.settings();
        if (!reader.errors.isEmpty()) {
            throw new InvalidSettings(reader.errors);
        }
        return settings;
    }

    private void acceptKey(String key, String value) {
        Matcher table = TABLE_KEY.matcher(key);
        if (table.matches()) {
            acceptTable(table.group(1), table.group(2), table.group(3), value);
            return;
        }
        if (Property.byKey(key).isPresent()
                || STORE_KEY.matcher(key).matches()
                || SCHEDULE_KEY.matcher(key).matches()) {
            values.put(key, value.strip());
        } else {
            errors.add("Unknown property " + key + nearest(key));
        }
    }

    /** Both spellings of a key are one: a variable cannot tell {@code -} from {@code _}. */
    private void acceptTable(String store, String name, String setting, String value) {
        values.put(
                "tidemark.stores." + store + ".database.tables." + name.replace('_', '-') + "."
                        + setting.replace('_', '-'),
                value.strip());
    }

    private void acceptVariable(String name, String value) {
        if (!name.startsWith(PREFIX) || LAUNCHER_VARIABLES.contains(name)) {
            return;
        }
        Matcher table = TABLE_VARIABLE.matcher(name);
        if (table.matches()) {
            acceptTable(
                    table.group(1).toLowerCase(Locale.ROOT),
                    table.group(2).toLowerCase(Locale.ROOT),
                    table.group(3).toLowerCase(Locale.ROOT),
                    value);
            return;
        }
        Matcher store = STORE_VARIABLE.matcher(name);
        if (store.matches()) {
            String setting = store.group(2)
                    .toLowerCase(Locale.ROOT)
                    .replaceFirst("_", ".")
                    .replace('_', '-');
            values.put("tidemark.stores." + store.group(1).toLowerCase(Locale.ROOT) + "." + setting, value.strip());
        } else if (name.startsWith("TIDEMARK_SYNC_SCHEDULE_")) {
            String stream = name.substring("TIDEMARK_SYNC_SCHEDULE_".length())
                    .toLowerCase(Locale.ROOT)
                    .replace('_', '-');
            values.put("tidemark.sync.schedule." + stream, value.strip());
        } else {
            Property.byEnvironmentName(name)
                    .ifPresentOrElse(
                            property -> values.put(property.key(), value.strip()),
                            () -> errors.add("Unknown environment variable " + name
                                    + nearest(name.toLowerCase(Locale.ROOT).replace('_', '.'))));
        }
    }

    private Settings settings() {
        Set<String> allow = allowedHosts();
        Map<String, Settings.Store> stores = stores(allow);
        Duration lag = duration(Property.SYNC_LAG, 0).orElse(null);
        Duration overlap = duration(Property.SYNC_OVERLAP, 0).orElse(null);
        if (lag == null) {
            Duration usual = Duration.ofMinutes(30);
            lag = overlap != null && overlap.compareTo(usual) < 0 ? overlap : usual;
        }
        if (overlap == null) {
            Duration usual = Duration.ofHours(1);
            overlap = lag.compareTo(usual) > 0 ? lag : usual;
        }
        if (overlap.compareTo(lag) < 0) {
            errors.add("tidemark.sync.overlap (" + text(Property.SYNC_OVERLAP) + ") is shorter than tidemark.sync.lag ("
                    + text(Property.SYNC_LAG)
                    + "); records shown late would be lost, so make the overlap at least the lag");
        }
        String version = text(Property.SHOPIFY_API_VERSION);
        if (!API_VERSION.matcher(version).matches()) {
            errors.add("tidemark.shopify.api-version must look like 2026-07, not '" + version + "'");
        }
        return new Settings(
                database(),
                s3(),
                new Settings.Api(
                        text(Property.API_HOST),
                        port(Property.API_PORT),
                        optional(Property.API_TOKEN_VIEWER),
                        optional(Property.API_TOKEN_OPERATOR),
                        optional(Property.API_TOKEN_ADMIN)),
                text(Property.MANAGEMENT_HOST),
                port(Property.MANAGEMENT_PORT),
                port(Property.HAWTIO_PORT),
                new Settings.Shopify(
                        version,
                        duration(Property.SHOPIFY_BULK_POLL_INTERVAL, 1).orElse(Duration.ofSeconds(16)),
                        number(Property.SHOPIFY_BULK_POLL_ATTEMPTS, 1, 1_000_000)),
                new Settings.Sync(
                        number(Property.SYNC_CHUNK_LINES, 1, 100_000),
                        text(Property.SYNC_WRITERS).isEmpty()
                                ? Math.max(1, Runtime.getRuntime().availableProcessors())
                                : number(Property.SYNC_WRITERS, 1, 64),
                        overlap,
                        lag,
                        duration(Property.SYNC_FLOOR, 1).orElse(Duration.ofDays(128)),
                        duration(Property.SYNC_RETRY_FOR, 1).orElse(Duration.ofHours(12)),
                        duration(Property.SYNC_LEASE, 1).orElse(Duration.ofSeconds(10)),
                        number(Property.SYNC_MAX_LINE_BYTES, 1_024, 1 << 30),
                        schedules(),
                        stores.size() > 1
                                ? duration(Property.SCHEDULE_SPREAD, 0).orElse(Duration.ZERO)
                                : Duration.ZERO,
                        stepsPerStore(stores.size())),
                reconcile(),
                new Settings.Http(
                        duration(Property.HTTP_RETRY_DELAY, 0).orElse(Duration.ofSeconds(1)),
                        number(Property.HTTP_ATTEMPTS, 1, 100),
                        duration(Property.HTTP_TIMEOUT, 1).orElse(Duration.ofSeconds(30))),
                new Settings.Webhook(
                        number(Property.WEBHOOK_MAX_BODY_BYTES, 1_024, 100_000_000),
                        number(Property.WEBHOOK_ATTEMPTS, 1, 100),
                        duration(Property.WEBHOOK_RETRY_DELAY, 1).orElse(Duration.ofSeconds(2)),
                        retention()),
                allow,
                Path.of(optional(Property.WORK_DIRECTORY)
                        .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"), "tidemark")
                                .toString())),
                stores,
                webhooksUrl());
    }

    /** A topic is judged by its last 14 days, and no vendor sends a delivery again for so long. */
    private Duration retention() {
        Duration retention = duration(Property.WEBHOOKS_RETENTION, 1).orElse(Duration.ofDays(30));
        if (retention.compareTo(LEAST_RETENTION) < 0) {
            errors.add(Property.WEBHOOKS_RETENTION.key() + " must be at least " + LEAST_RETENTION.toDays() + "d, not '"
                    + text(Property.WEBHOOKS_RETENTION) + "'");
        }
        return retention;
    }

    private Optional<URI> webhooksUrl() {
        String text = text(Property.WEBHOOKS_PUBLIC_URL);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI url = new URI(text);
            boolean here = "127.0.0.1".equals(url.getHost()) || "localhost".equals(url.getHost());
            boolean usable = url.getHost() != null
                    && url.getQuery() == null
                    && ("https".equals(url.getScheme()) || (here && "http".equals(url.getScheme())));
            if (usable) {
                return Optional.of(url);
            }
        } catch (URISyntaxException e) {
            // Reported below, like any other text that is no address.
        }
        errors.add("tidemark.webhooks.public-url must be like https://tidemark.example.com, not '" + text + "'");
        return Optional.empty();
    }

    private int stepsPerStore(int stores) {
        if (!text(Property.SYNC_STEPS_PER_STORE).isEmpty()) {
            return number(Property.SYNC_STEPS_PER_STORE, 1, 1_000);
        }
        return stores > 1 ? STEPS_OF_ONE_STORE_OF_MANY : Integer.MAX_VALUE;
    }

    private Settings.Reconcile reconcile() {
        String schedule = text(Property.RECONCILE_SCHEDULE);
        boolean off = schedule.equals("off");
        if (!off && !CronExpression.isValidExpression(schedule)) {
            errors.add("tidemark.reconcile.schedule is not a Quartz cron expression: '" + schedule
                    + "'; 03:00 each Sunday is '0 0 3 ? * SUN', and 'off' turns it off");
        }
        return new Settings.Reconcile(
                off ? Optional.empty() : Optional.of(schedule),
                number(Property.RECONCILE_LIMIT_PERCENT, 0, 100),
                number(Property.RECONCILE_LIMIT_ROWS, 0, 1_000_000_000));
    }

    private Optional<Settings.Database> database() {
        String url = text(Property.DATABASE_URL);
        if (url.isEmpty()) {
            return Optional.empty();
        }
        if (!url.startsWith("jdbc:postgresql:")) {
            errors.add("tidemark.database.url must be a JDBC URL such as jdbc:postgresql://localhost:5432/tidemark");
        }
        return Optional.of(new Settings.Database(
                url,
                optional(Property.DATABASE_USER),
                optional(Property.DATABASE_PASSWORD),
                number(Property.DATABASE_POOL_SIZE, 2, 1_000)));
    }

    private Settings.S3 s3() {
        Optional<String> accessKey = optional(Property.S3_ACCESS_KEY);
        Optional<String> secretKey = optional(Property.S3_SECRET_KEY);
        if (accessKey.isPresent() != secretKey.isPresent()) {
            errors.add("tidemark.s3.access-key and tidemark.s3.secret-key go together; one of them is missing");
        }
        String checksums = text(Property.S3_CHECKSUMS);
        if (!checksums.equals("true") && !checksums.equals("false")) {
            errors.add("tidemark.s3.checksums must be true or false, not '" + checksums + "'");
        }
        return new Settings.S3(
                optional(Property.S3_ENDPOINT).flatMap(url -> uri("tidemark.s3.endpoint", url)),
                text(Property.S3_REGION),
                text(Property.S3_BUCKET),
                accessKey,
                secretKey,
                checksums.equals("true"));
    }

    private Map<String, String> schedules() {
        Map<String, String> schedules = new LinkedHashMap<>();
        schedules.put("*", text(Property.SYNC_SCHEDULE));
        values.forEach((key, value) -> {
            Matcher schedule = SCHEDULE_KEY.matcher(key);
            if (schedule.matches()) {
                schedules.put(schedule.group(1), value);
            }
        });
        schedules.forEach((stream, cron) -> {
            if (!CronExpression.isValidExpression(cron)) {
                errors.add("tidemark.sync.schedule" + (stream.equals("*") ? "" : "." + stream)
                        + " is not a Quartz cron expression: '" + cron + "'; 06:00 each day is '0 0 6 * * ?'");
            }
        });
        return Map.copyOf(schedules);
    }

    private Set<String> allowedHosts() {
        Set<String> hosts = Arrays.stream(text(Property.OUTBOUND_ALLOW).split(","))
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .filter(host -> !host.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        hosts.stream()
                .filter(host -> !HOST.matcher(host).matches())
                .forEach(host ->
                        errors.add("tidemark.outbound.allow names '" + host + "', which is no host or host:port"));
        return hosts;
    }

    private Map<String, Settings.Store> stores(Set<String> allow) {
        Map<String, Map<String, String>> byStore = new TreeMap<>();
        values.forEach((key, value) -> {
            Matcher store = STORE_KEY.matcher(key);
            if (store.matches() && !value.isEmpty()) {
                byStore.computeIfAbsent(store.group(1), id -> new TreeMap<>()).put(store.group(2), value);
            }
        });
        Map<String, Map<String, Map<String, String>>> tablesByStore = tablesByStore();
        tablesByStore.keySet().forEach(id -> byStore.computeIfAbsent(id, missing -> new TreeMap<>()));
        Map<String, Settings.Store> stores = new TreeMap<>();
        byStore.forEach((id, values) -> stores.put(
                id,
                new Settings.Store(
                        id,
                        shopify(id, values, allow),
                        recharge(id, values, allow),
                        sourceDatabase(id, values, tablesByStore.getOrDefault(id, Map.of())),
                        names(values.getOrDefault("streams", "")))));
        return Map.copyOf(stores);
    }

    private static Set<String> names(String list) {
        return Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private Map<String, Map<String, Map<String, String>>> tablesByStore() {
        Map<String, Map<String, Map<String, String>>> tables = new TreeMap<>();
        values.forEach((key, value) -> {
            Matcher table = TABLE_KEY.matcher(key);
            if (table.matches() && !value.isEmpty()) {
                tables.computeIfAbsent(table.group(1), id -> new TreeMap<>())
                        .computeIfAbsent(table.group(2), name -> new TreeMap<>())
                        .put(table.group(3), value);
            }
        });
        return tables;
    }

    private Optional<Settings.SourceDatabase> sourceDatabase(
            String id, Map<String, String> store, Map<String, Map<String, String>> tables) {
        if (tables.isEmpty() && store.keySet().stream().noneMatch(key -> key.startsWith("database."))) {
            return Optional.empty();
        }
        String prefix = "tidemark.stores." + id + ".database.";
        String url = store.getOrDefault("database.url", "");
        if (!url.startsWith("jdbc:postgresql:")) {
            errors.add(prefix + "url must be a JDBC URL such as jdbc:postgresql://localhost:5432/shop"
                    + (url.isEmpty() ? "; it is missing" : ""));
        }
        if (tables.isEmpty()) {
            errors.add("Store " + id + " has a database but no table to read; set " + prefix + "tables.<name>.table");
        }
        Map<String, Settings.SourceTable> streams = new TreeMap<>();
        tables.forEach((name, table) ->
                streams.put("database-" + name, sourceTable(prefix + "tables." + name + ".", name, table)));
        return Optional.of(new Settings.SourceDatabase(
                url,
                Optional.ofNullable(store.get("database.user")),
                Optional.ofNullable(store.get("database.password")),
                Map.copyOf(streams)));
    }

    private Settings.SourceTable sourceTable(String prefix, String name, Map<String, String> table) {
        String unique = table.getOrDefault("incremental-column-is-unique", "false");
        if (!unique.equals("true") && !unique.equals("false")) {
            errors.add(prefix + "incremental_column_is_unique must be true or false, not '" + unique + "'");
        }
        Set<String> formats = Arrays.stream(table.getOrDefault("format", "jsonl")
                        .toLowerCase(Locale.ROOT)
                        .split(","))
                .map(String::strip)
                .collect(Collectors.toSet());
        if (!Set.of("jsonl", "parquet").containsAll(formats)) {
            errors.add(prefix + "format must be jsonl, parquet or jsonl,parquet, not '" + table.get("format") + "'");
        }
        String pageRows = table.getOrDefault("page-rows", String.valueOf(PAGE_ROWS));
        if (!pageRows.matches("[1-9]\\d{0,6}")) {
            errors.add(prefix + "page-rows must be a whole number from 1 to 9999999, not '" + pageRows + "'");
        }
        return new Settings.SourceTable(
                table.getOrDefault("table", name.replace('-', '_')),
                Optional.ofNullable(table.get("incremental-column")),
                Optional.ofNullable(table.get("incremental-tiebreaker-column")),
                unique.equals("true"),
                formats.contains("jsonl"),
                formats.contains("parquet"),
                pageRows.matches("[1-9]\\d{0,6}") ? Integer.parseInt(pageRows) : PAGE_ROWS,
                tableLag(prefix, Optional.ofNullable(table.get("lag"))));
    }

    /** Its own, or the one of all streams where somebody has set that, or little: open transactions are waited for anyway. */
    private Duration tableLag(String prefix, Optional<String> own) {
        if (own.isEmpty()) {
            return duration(Property.SYNC_LAG, 0).orElse(TABLE_LAG);
        }
        return own.flatMap(Durations::parse).orElseGet(() -> {
            errors.add(prefix + "lag must be a duration such as 200ms, 16s, 5m, 2h or 128d, not '" + own.get() + "'");
            return TABLE_LAG;
        });
    }

    private Optional<Settings.ShopifyStore> shopify(String id, Map<String, String> store, Set<String> allow) {
        if (store.keySet().stream().noneMatch(key -> key.startsWith("shopify."))) {
            return Optional.empty();
        }
        String prefix = "tidemark.stores." + id + ".shopify.";
        Optional<String> domain =
                Optional.ofNullable(store.get("shopify.domain")).map(text -> text.toLowerCase(Locale.ROOT));
        Optional<URI> url = Optional.ofNullable(store.get("shopify.url"))
                .or(() -> domain.map(host -> "https://" + host))
                .flatMap(text -> uri(prefix + "url", text));
        if (store.get("shopify.url") == null && domain.isEmpty()) {
            errors.add("Store " + id + " needs " + prefix + "domain (such as acme.myshopify.com) or " + prefix + "url");
        }
        if (store.get("shopify.token") == null) {
            errors.add("Store " + id + " needs " + prefix + "token, the Admin API access token");
        }
        url.filter(address -> !mayBeCalled(address, domain, allow))
                .ifPresent(address -> errors.add(prefix + "url points to " + address.getAuthority()
                        + ", which is neither the store's domain nor named in " + "tidemark.outbound.allow"));
        return url.filter(address -> store.get("shopify.token") != null)
                .map(address -> new Settings.ShopifyStore(
                        address, domain, store.get("shopify.token"), secrets(store, "shopify")));
    }

    private Optional<Settings.RechargeStore> recharge(String id, Map<String, String> store, Set<String> allow) {
        if (store.keySet().stream().noneMatch(key -> key.startsWith("recharge."))) {
            return Optional.empty();
        }
        String prefix = "tidemark.stores." + id + ".recharge.";
        Optional<URI> url = uri(prefix + "url", store.getOrDefault("recharge.url", "https://api.rechargeapps.com"));
        if (store.get("recharge.token") == null) {
            errors.add("Store " + id + " needs " + prefix + "token");
        }
        url.filter(address -> !mayBeCalled(address, Optional.of("api.rechargeapps.com"), allow))
                .ifPresent(address -> errors.add(prefix + "url points to " + address.getAuthority()
                        + ", which tidemark.outbound.allow does not name"));
        String plainHash = store.getOrDefault("recharge.webhook-plain-hash", "false");
        if (!plainHash.equals("true") && !plainHash.equals("false")) {
            errors.add(prefix + "webhook-plain-hash must be true or false, not '" + plainHash + "'");
        }
        return url.filter(address -> store.get("recharge.token") != null)
                .map(address -> new Settings.RechargeStore(
                        address, store.get("recharge.token"), secrets(store, "recharge"), plainHash.equals("true")));
    }

    /** Vendors sign with the former secret for a while after a new one was made. */
    private static List<String> secrets(Map<String, String> store, String source) {
        return Stream.of(source + ".webhook-secret", source + ".webhook-secret-previous")
                .map(store::get)
                .filter(secret -> secret != null)
                .toList();
    }

    private static boolean mayBeCalled(URI url, Optional<String> domain, Set<String> allow) {
        String host = url.getHost().toLowerCase(Locale.ROOT);
        return domain.filter(host::equals).isPresent()
                || host.endsWith(".myshopify.com")
                || allow.contains(host)
                || allow.contains(host + ":" + url.getPort());
    }

    private Optional<URI> uri(String key, String text) {
        try {
            URI uri = new URI(text);
            if (uri.getHost() != null
                    && uri.getUserInfo() == null
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return Optional.of(URI.create(text.replaceFirst("/+$", "")));
            }
        } catch (URISyntaxException e) {
            // Reported below with the same words as every other unusable URL.
        }
        errors.add(key + " must be a URL such as https://host:port, not '" + text + "'");
        return Optional.empty();
    }

    private String text(Property property) {
        String value = values.get(property.key());
        return value == null || value.isEmpty() ? property.defaultText() : value;
    }

    private Optional<String> optional(Property property) {
        return Optional.of(text(property)).filter(text -> !text.isEmpty());
    }

    private int port(Property property) {
        return number(property, 0, 65_535);
    }

    private int number(Property property, int least, int most) {
        String text = text(property);
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below with the same words as a number out of range.
        }
        errors.add(property.key() + " must be a whole number from " + least + " to " + most + ", not '" + text + "'");
        return least;
    }

    private Optional<Duration> duration(Property property, long leastMillis) {
        String text = text(property);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<Duration> duration = Durations.parse(text).filter(amount -> amount.toMillis() >= leastMillis);
        if (duration.isEmpty()) {
            errors.add(property.key() + " must be a duration such as 200ms, 16s, 5m, 2h or 128d, not '" + text + "'");
        }
        return duration;
    }

    private static String nearest(String key) {
        return Arrays.stream(Property.values())
                .map(Property::key)
                .map(known -> Map.entry(known, distance(known, key)))
                .filter(known -> known.getValue() <= 4)
                .min(Map.Entry.comparingByValue())
                .map(known -> "; did you mean " + known.getKey() + "?")
                .orElse("");
    }

    /** Levenshtein distance, so that a typing error gets a useful answer. */
    private static int distance(String one, String other) {
        int[] previous = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            previous[column] = column;
        }
        for (int row = 1; row <= one.length(); row++) {
            int[] current = new int[other.length() + 1];
            current[0] = row;
            for (int column = 1; column <= other.length(); column++) {
                int substitution = previous[column - 1] + (one.charAt(row - 1) == other.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(substitution, Math.min(previous[column], current[column - 1]) + 1);
            }
            previous = current;
        }
        return previous[other.length()];
    }
}
