package dev.tidemark.source.database;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.Tidemark;
import dev.tidemark.archive.StoredArchives;
import dev.tidemark.fixture.Database;
import dev.tidemark.fixture.ObjectStorage;
import dev.tidemark.run.Engine;
import dev.tidemark.settings.Settings;
import dev.tidemark.settings.SettingsReader;
import dev.tidemark.verify.ReadOnlyDatabase;
import dev.tidemark.verify.Report;
import dev.tidemark.verify.Verification;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** A merchant's own database, the application that reads it, and what comes of that. */
final class TableShop implements AutoCloseable {
    static final String STORE = "acme";
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Database database = Database.start();
    private final ObjectStorage storage = ObjectStorage.start();
    private final String ledgerUrl;
    private final JdbcTemplate ledger;
    private final String sourceUrl;
    private final JdbcTemplate source;
    private final Path work;

    TableShop(Path work) {
        this.work = work;
        ledgerUrl = database.jdbcUrl();
        ledger = connect(ledgerUrl);
        sourceUrl = database.createBeside("_shop");
        source = connect(sourceUrl);
    }

    private static JdbcTemplate connect(String url) {
        PGSimpleDataSource plain = new PGSimpleDataSource();
        plain.setURL(url);
        return new JdbcTemplate(plain);
    }

    /** The database that is read. */
    JdbcTemplate source() {
        return source;
    }

    String sourceUrl() {
        return sourceUrl;
    }

    /** The database with the ledger. */
    JdbcTemplate ledger() {
        return ledger;
    }

    ObjectStorage storage() {
        return storage;
    }

    /**
     * The application's environment.
     *
     * @param table name of the stream after {@code database-}, upper case with {@code _}
     * @param settings what follows it, such as {@code INCREMENTAL_COLUMN}
     */
    Map<String, String> environment(String table, Map<String, String> settings) {
        Map<String, String> environment = new TreeMap<>();
        environment.put("TIDEMARK_DATABASE_URL", ledgerUrl);
        environment.put("TIDEMARK_S3_ENDPOINT", storage.endpoint());
        environment.put("TIDEMARK_S3_BUCKET", storage.bucket());
        environment.put("TIDEMARK_S3_ACCESS_KEY", "access");
        environment.put("TIDEMARK_S3_SECRET_KEY", "secret");
        environment.put("TIDEMARK_WORK_DIRECTORY", work.toString());
        environment.put("TIDEMARK_HTTP_RETRY_DELAY", "20ms");
        environment.put("TIDEMARK_SYNC_LEASE", "500ms");
        environment.put("TIDEMARK_STORES_ACME_DATABASE_URL", sourceUrl);
        settings.forEach(
                (name, value) -> environment.put("TIDEMARK_STORES_ACME_DATABASE_TABLES_" + table + "_" + name, value));
        return environment;
    }

    /** Runs a stream to its end and returns the run's document. */
    JsonNode sync(String stream, Map<String, String> environment) {
        UUID runId = UUID.randomUUID();
        try (Engine engine = Tidemark.start(SettingsReader.read(Map.of(), environment), new Engine.Role.Work(runId))) {
            Map<?, ?> started = engine.request(
                    "sync-start",
                    Map.of(
                            "store",
                            STORE,
                            "stream",
                            stream,
                            "job_type",
                            "DAILY_SYNC_EXECUTE",
                            "run_id",
                            runId.toString(),
                            "initiator",
                            "user",
                            "requested_at",
                            Instant.now().toString()),
                    Map.class);
            return untilEnded(UUID.fromString(started.get("run_id").toString()));
        }
    }

    /** Takes a stream back to its beginning. */
    void reset(String stream, Map<String, String> environment) {
        try (Engine engine = Tidemark.start(SettingsReader.read(Map.of(), environment), new Engine.Role.Query())) {
            engine.request(
                    "sync-reset-watermark",
                    Map.of("store", STORE, "stream", stream, "actor", "test", "reason", "archived rows are gone"),
                    Map.class);
        }
    }

    /** What {@code verify} says of a stream. */
    JsonNode verify(String stream, boolean deep) {
        Report report = new Report(100, damage -> {});
        try (ReadOnlyDatabase session =
                ReadOnlyDatabase.open(new Settings.Database(ledgerUrl, Optional.empty(), Optional.empty(), 1))) {
            new Verification(session, new StoredArchives(storage.client(), storage.bucket()), work, 1 << 20, report)
                    .lookAtTable(STORE, stream, moment -> true, deep);
        }
        return report.toJson();
    }

    /** The same command in a process of its own, which can be killed. */
    Process startSync(String stream, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.tidemark.Tidemark",
                        "sync",
                        "--store",
                        STORE,
                        "--stream",
                        stream,
                        "--wait")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Goes on with the run that a killed process left, to its end. */
    JsonNode adopt(String stream, Map<String, String> environment) {
        UUID runId = ledger().queryForObject(
                        "select run_id from sync_run where stream = ? and finished_at is null", UUID.class, stream);
        try (Engine engine = Tidemark.start(SettingsReader.read(Map.of(), environment), new Engine.Role.Work(runId))) {
            return untilEnded(runId);
        }
    }

    /** Pages of a stream that the ledger knows of. */
    int pages(String stream) {
        try {
            return ledger().queryForObject(
                            "select count(*) from sync_table_page join sync_run using (run_id) where stream = ?",
                            Integer.class,
                            stream);
        } catch (org.springframework.dao.DataAccessException notMigratedYet) {
            return 0;
        }
    }

    /** The first row of the run's Parquet object, ordered by id, as DuckDB reads it. */
    Map<String, Object> parquet(JsonNode run, String selection) {
        try {
            Path file = java.nio.file.Files.createTempFile(work, "read", ".parquet");
            java.nio.file.Files.write(file, storage.bytes(prefix(run) + ".parquet"));
            org.springframework.jdbc.datasource.SimpleDriverDataSource duck =
                    new org.springframework.jdbc.datasource.SimpleDriverDataSource(
                            new org.duckdb.DuckDBDriver(), "jdbc:duckdb:");
            return new JdbcTemplate(duck)
                    .queryForList(selection + " from '" + file + "' order by id")
                    .get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode untilEnded(UUID runId) {
        Awaitility.await("run " + runId + " to end")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(25))
                .until(() -> ledger().queryForObject(
                                "select finished_at is not null from sync_run where run_id = ?", Boolean.class, runId));
        return document(runId);
    }

    JsonNode document(UUID runId) {
        try {
            return JSON.readTree(ledger().queryForObject(
                            "select document::text from sync_run_document where run_id = ?", String.class, runId));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode manifest(JsonNode run) {
        try {
            return JSON.readTree(storage.text(prefix(run) + ".manifest.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a run's manifest lists, and the manifest. */
    List<String> keptKeys(JsonNode run) {
        List<String> keys = new ArrayList<>();
        manifest(run)
                .path("objects")
                .forEach(object -> keys.add(object.path("key").asText()));
        keys.add(prefix(run) + ".manifest.json");
        return keys;
    }

    String prefix(JsonNode run) {
        return "archive/" + STORE + "/" + run.path("stream").asText() + "/"
                + run.path("run_id").asText();
    }

    /** The lines of the JSONL objects that the run's manifest lists. */
    List<String> lines(JsonNode run) {
        List<String> lines = new ArrayList<>();
        for (JsonNode object : manifest(run).path("objects")) {
            if (object.path("format").asText().equals("jsonl")) {
                try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                        new GZIPInputStream(new ByteArrayInputStream(
                                storage.bytes(object.path("key").asText()))),
                        StandardCharsets.UTF_8))) {
                    reader.lines().forEach(lines::add);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return lines;
    }

    List<JsonNode> rows(JsonNode run) {
        return lines(run).stream().map(TableShop::json).toList();
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    @Override
    public void close() {
        storage.close();
        database.close();
    }
}
