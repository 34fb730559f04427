package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.operations.Migration;
import dev.tidemark.operations.Pools;
import dev.tidemark.run.Engine;
import dev.tidemark.run.RunFailed;
import dev.tidemark.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;

/**
 * Looks whether everything a run needs is there, and says what to mend. Like every command it brings the schema up to date
 * on its way; besides that it writes one small object to S3 and removes it.
 */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Check configuration, database, object storage, each store's token, scopes and version, clocks and disk.",
        footer = {
            "",
            "Exit codes: 0 nothing failed, 1 something is to be mended, 8 database or object storage away.",
            "",
            "Example:",
            "  tidemark doctor --config tidemark.properties"
        })
final class DoctorCommand implements Callable<Integer> {
    private static final int OLDEST_POSTGRESQL = 15;
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);
    private static final long LITTLE_DISK = 2L << 30;

    @Mixin
    private Output output;

    private final TidemarkCommand root;

    DoctorCommand(TidemarkCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Settings settings = root.settingsWithDatabase();
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok(
                "configuration",
                settings.stores().size() + " store(s), API version "
                        + settings.shopify().apiVersion()));
        findings.addAll(
                checkDatabase(settings.database().orElseThrow(), settings.sync().writers()));
        findings.add(checkDisk(settings.workDirectory()));
        boolean databaseWorks = findings.stream()
                .noneMatch(finding ->
                        finding.verdict().isFailure() && finding.subject().startsWith("database"));
        if (databaseWorks) {
            findings.addAll(checkThroughEngine(settings));
        } else {
            findings.add(
                    Finding.warn("object storage, stores", "not looked at", "mend the database first, then ask again"));
        }
        print(findings);
        if (findings.stream().anyMatch(finding -> finding.verdict() == Finding.Verdict.AWAY)) {
            return ExitCode.DEPENDENCY_DOWN.number();
        }
        return findings.stream().anyMatch(finding -> finding.verdict().isFailure())
                ? ExitCode.ERROR.number()
                : ExitCode.COMPLETE.number();
    }

    private void print(List<Finding> findings) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode items = document.putArray("findings");
        findings.forEach(finding -> items.add(finding.toJson()));
        output.document(root.terminal(), document, () -> findings.stream()
                .map(Finding::toText)
                .collect(Collectors.joining("\n")));
    }

    private List<Finding> checkDatabase(Settings.Database database, int writers) {
        DataSource source = PlainDataSource.of(database);
        List<Finding> findings = new ArrayList<>();
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(text("sql/doctor/check_database.sql"))) {
            row.next();
            findings.add(databaseVersion(row));
            findings.add(databaseRights(row, database));
            findings.add(clock("database clock", row.getTimestamp("clock")));
            int free = row.getInt("free_connections");
            int most = Pools.most(database, writers);
            if (free < most) {
                findings.add(Finding.warn(
                        "database connections",
                        free + " free, a serving process opens up to " + most,
                        "raise max_connections or lower tidemark.database.pool-size"));
            }
        } catch (SQLException e) {
            return List.of(
                    Finding.away(
                            "database",
                            e.getMessage().lines().findFirst().orElse("no connection"),
                            "check tidemark.database.url, user and password, and whether the server accepts connections from here"));
        }
        findings.add(schema(source));
        return findings;
    }

    private static Finding databaseVersion(ResultSet row) throws SQLException {
        String version = "PostgreSQL " + row.getString("server_version");
        if (row.getInt("major_version") < OLDEST_POSTGRESQL) {
            return Finding.fail("database", version, "Tidemark needs PostgreSQL " + OLDEST_POSTGRESQL + " or later");
        }
        if (!row.getString("encoding").equals("UTF8")) {
            return Finding.fail(
                    "database",
                    version + ", encoding " + row.getString("encoding"),
                    "use a database with encoding UTF8");
        }
        return Finding.ok("database", version);
    }

    private static Finding databaseRights(ResultSet row, Settings.Database database) throws SQLException {
        String role = "role " + row.getString("role_name");
        if (row.getBoolean("read_only")) {
            return Finding.fail(
                    "database rights", "the server only accepts reading", "connect to the primary: " + database.url());
        }
        if (!row.getBoolean("may_create") && !row.getBoolean("may_write")) {
            return Finding.fail(
                    "database rights",
                    role + " may neither create tables nor write them",
                    "make it the owner of the database or schema");
        }
        return Finding.ok("database rights", role + " may write");
    }

    private static Finding schema(DataSource source) {
        int pending = Migration.pending(source);
        return pending == 0
                ? Finding.ok("database schema", "up to date")
                : Finding.warn(
                        "database schema",
                        pending + " script(s) to apply",
                        "every command does that by itself; 'tidemark migrate' does nothing else");
    }

    private static Finding clock(String subject, Timestamp there) {
        Duration ahead = Duration.between(Instant.now(), there.toInstant());
        String seen = String.format(java.util.Locale.ROOT, "%+.1f s against this machine", ahead.toMillis() / 1000.0);
        return ahead.abs().compareTo(CLOCK_TOLERANCE) > 0
                ? Finding.warn(
                        subject, seen, "let NTP set both clocks; watermarks follow the source's clock and stay right")
                : Finding.ok(subject, seen);
    }

    private static Finding checkDisk(Path workDirectory) {
        try {
            Files.createDirectories(workDirectory);
            Path probe = Files.createTempFile(workDirectory, "doctor", null);
            Files.delete(probe);
            long free = Files.getFileStore(workDirectory).getUsableSpace();
            String seen = String.format(java.util.Locale.ROOT, "%s, %.1f GB free", workDirectory, free / 1e9);
            return free < LITTLE_DISK
                    ? Finding.warn(
                            "work directory",
                            seen,
                            "a run keeps its whole file here; set tidemark.work.directory to a larger disk")
                    : Finding.ok("work directory", seen);
        } catch (IOException e) {
            return Finding.fail(
                    "work directory",
                    workDirectory + " cannot be written: " + e.getMessage(),
                    "set tidemark.work.directory to a writable folder");
        }
    }

    private List<Finding> checkThroughEngine(Settings settings) {
        try (Engine engine = root.starter().start(settings, new Engine.Role.Query())) {
            List<Finding> findings = new ArrayList<>();
            findings.add(checkObjectStorage(engine, settings.s3()));
            settings.stores().values().stream()
                    .filter(store -> store.shopify().isPresent())
                    .map(Settings.Store::id)
                    .sorted()
                    .forEach(store -> findings.addAll(checkShopify(engine, store)));
            settings.stores().values().stream()
                    .filter(store -> store.database().isPresent())
                    .map(Settings.Store::id)
                    .sorted()
                    .forEach(store -> findings.addAll(checkTables(engine, store)));
            findings.addAll(checkWebhooks(engine, settings));
            return findings;
        } catch (RuntimeException e) {
            if (!Failures.isDependencyAway(e)) {
                throw e;
            }
            return List.of(Finding.away(
                    "object storage", Failures.messageOf(e), "check tidemark.s3.endpoint, region, bucket and keys"));
        }
    }

    private static List<Finding> checkWebhooks(Engine engine, Settings settings) {
        if (settings.webhooksUrl().isEmpty()) {
            return List.of(
                    Finding.warn(
                            "webhooks",
                            "tidemark.webhooks.public-url is not set, so the vendors' subscriptions are not looked after",
                            "set it to where the vendors reach this service, or subscribe by hand; daily runs are right without it"));
        }
        Map<String, Object> everyStore = new HashMap<>();
        everyStore.put("store", null);
        JsonNode topics = RunDocument.parseJson(engine.request("query-webhook-topics", everyStore, String.class))
                .path("items");
        List<Finding> findings = new ArrayList<>();
        long subscribed = 0;
        for (JsonNode topic : topics) {
            String subject = "webhooks, store " + topic.path("store").asText() + ", "
                    + topic.path("topic").asText();
            boolean there = topic.path("subscribed").asBoolean();
            subscribed += there ? 1 : 0;
            if (!there && !topic.path("address").isNull()) {
                findings.add(Finding.warn(
                        subject,
                        "not subscribed: "
                                + topic.path("problem").asText("it is made within a minute of the next start"),
                        "see docs/how-to/keep-webhooks-alive.md; the stream's daily run is right without it"));
            }
            if (topic.path("silent").asBoolean()) {
                findings.add(Finding.warn(
                        subject,
                        "silent since " + topic.path("silent_since").asText() + ", usually every "
                                + topic.path("usual_interval").asText(),
                        "see docs/how-to/keep-webhooks-alive.md; a run has made up for it"));
            }
        }
        findings.add(
                0,
                Finding.ok(
                        "webhooks",
                        subscribed + " of " + topics.size() + " topics subscribed at "
                                + settings.webhooksUrl().orElseThrow()));
        return findings;
    }

    private static Finding checkObjectStorage(Engine engine, Settings.S3 settings) {
        String where = settings.endpoint().map(Object::toString).orElse("Amazon S3, " + settings.region()) + ", bucket "
                + settings.bucket();
        S3Client s3 = engine.camelContext().getRegistry().lookupByNameAndType("s3Client", S3Client.class);
        String key = "doctor/" + UUID.randomUUID();
        byte[] content = key.getBytes(StandardCharsets.UTF_8);
        try {
            s3.putObject(request -> request.bucket(settings.bucket()).key(key), RequestBody.fromBytes(content));
            ResponseBytes<GetObjectResponse> read = s3.getObjectAsBytes(
                    request -> request.bucket(settings.bucket()).key(key));
            s3.deleteObject(request -> request.bucket(settings.bucket()).key(key));
            return java.util.Arrays.equals(read.asByteArray(), content)
                    ? Finding.ok("object storage", where + ": written, read, removed")
                    : Finding.fail(
                            "object storage",
                            where + ": what was read is not what was written",
                            "this service mistakes the SDK's checksums for content; set tidemark.s3.checksums=false");
        } catch (NoSuchBucketException e) {
            return Finding.warn(
                    "object storage",
                    where + ": there is no such bucket",
                    "'serve' and 'sync' make it, if the keys may do so");
        } catch (RuntimeException e) {
            return Finding.away(
                    "object storage",
                    where + ": "
                            + Failures.messageOf(e)
                                    .lines()
                                    .findFirst()
                                    .orElse("")
                                    .replaceFirst("\\(credentialsProviders=.*", ""),
                    "check tidemark.s3.endpoint, region, bucket and keys");
        }
    }

    private static List<Finding> checkShopify(Engine engine, String store) {
        String subject = "store " + store;
        try {
            Map<?, ?> seen = engine.request("doctor-shopify", Map.of("store", store), Map.class);
            return seen.entrySet().stream()
                    .map(entry ->
                            shopFinding(subject, String.valueOf(entry.getKey()), String.valueOf(entry.getValue())))
                    .toList();
        } catch (RunFailed e) {
            return List.of(Finding.fail(
                    subject, e.getMessage(), "mend it, then ask again: a run would fail for the same reason"));
        } catch (RuntimeException e) {
            return List.of(
                    Finding.fail(
                            subject,
                            Failures.messageOf(e),
                            "check the store's domain or url, its token and tidemark.shopify.api-version, and whether this machine may call it"));
        }
    }

    private static List<Finding> checkTables(Engine engine, String store) {
        List<Finding> findings = new ArrayList<>();
        for (Object item : engine.request("doctor-tables", Map.of("store", store), List.class)) {
            Map<?, ?> finding = (Map<?, ?>) item;
            String subject = "store " + store + ", " + finding.get("stream");
            String seen = String.valueOf(finding.get("seen"));
            findings.add(
                    switch (String.valueOf(finding.get("verdict"))) {
                        case "ok" -> Finding.ok(subject, seen);
                        case "warn" ->
                            Finding.warn(subject, seen, "make the index in the source; runs are right without it");
                        default ->
                            Finding.fail(
                                    subject, seen, "mend it, then ask again: a run would fail for the same reason");
                    });
        }
        return findings;
    }

    private static Finding shopFinding(String subject, String what, String seen) {
        // Half a history is the surprise that is noticed last.
        return what.equals("history") && seen.startsWith("only")
                ? Finding.warn(subject, what + ": " + seen, "grant the scope read_all_orders and install the app again")
                : Finding.ok(subject, what + ": " + seen);
    }

    private static String text(String resource) {
        try (InputStream stream = DoctorCommand.class.getClassLoader().getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("The build lacks " + resource);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("Reading " + resource + " of the build failed", e);
        }
    }
}
