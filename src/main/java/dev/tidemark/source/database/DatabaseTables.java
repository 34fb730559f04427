package dev.tidemark.source.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import dev.tidemark.run.Waiting;
import dev.tidemark.settings.Settings;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Tables of a PostgreSQL database as a source: what a run will read, its pages one after the other, and the objects they
 * become. What happened is for the ledger to know; this remembers nothing between two steps. Thread-safe.
 */
public final class DatabaseTables {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseTables.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration WRITER_PAUSE = Duration.ofSeconds(1);

    private final SourceConnections connections;
    private final TableArchive archive;

    public DatabaseTables(Settings settings, S3Client s3) {
        this.connections = new SourceConnections(settings);
        this.archive = new TableArchive(settings, s3);
    }

    /**
     * Fixes what a run reads: values of {@code sql/tables/record_window.sql}.
     *
     * @param position the row of {@code sql/tables/read_position.sql}
     * @throws RunFailed when the table cannot be read as configured, or the watermark does not fit it
     */
    public Map<String, Object> window(Run run, Map<String, Object> position) {
        Settings.SourceTable asked = connections.table(run.store(), run.stream());
        try (Connection connection = connections.open(run.store())) {
            DescribedTable table = new TableExamination(connection, run.stream(), asked).examine();
            table.warnings().forEach(warning -> LOG.warn("{}: {}", run, warning));
            archive.forgetEarlierRuns(run);
            refuseForeignPosition(run, table, position);
            Map<String, Object> window = new HashMap<>();
            window.put("table_name", table.name());
            window.put("mode", table.mode().word());
            window.put("columns", JSON.writeValueAsString(table.columns()));
            window.put("ordered_by", table.orderedBy());
            window.put("value_type", castType(table.value()));
            window.put("cursor_type", castType(table.cursor()));
            window.put("value_before", table.mode() == Mode.WHOLE ? null : position.get("value"));
            window.put("cursor_before", table.mode() == Mode.WHOLE ? null : position.get("cursor"));
            window.put("lag_millis", asked.lag().toMillis());
            window.put(
                    "query",
                    table.name()
                            + table.value()
                                    .map(any -> " by " + table.orderedBy())
                                    .orElse(""));
            window.putAll(bound(connection, table, asked.lag()));
            return window;
        } catch (SQLException e) {
            throw SourceFailure.of("Looking at the table of " + run.stream(), e);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String castType(Optional<TableColumn> column) {
        return column.map(found -> found.seen().castType()).orElse(null);
    }

    private static void refuseForeignPosition(Run run, DescribedTable table, Map<String, Object> position) {
        Object value = position.get("value");
        if (value == null || table.mode() == Mode.WHOLE) {
            return;
        }
        String remedy = "; './tidemark watermark reset --store " + run.store() + " --stream " + run.stream()
                + "' takes the watermark back to the beginning, so that the next run reads the whole table again";
        if (table.mode() == Mode.MUTABLE && position.get("cursor") == null) {
            throw new RunFailed(
                    "cursor_missing",
                    "The watermark of " + run.store() + "/" + run.stream() + " has the value " + value
                            + " but no cursor for " + table.cursor().get().name()
                            + ", so it cannot tell which of the rows of that value are archived" + remedy);
        }
        boolean sameColumns =
                position.get("ordered_by") == null || Objects.equals(position.get("ordered_by"), table.orderedBy());
        boolean sameTypes = position.get("value_type") == null
                || Objects.equals(position.get("value_type"), castType(table.value()))
                        && (position.get("cursor_type") == null
                                || Objects.equals(position.get("cursor_type"), castType(table.cursor())));
        if (!sameColumns || !sameTypes) {
            throw new RunFailed(
                    "position_of_other_columns",
                    "The watermark of " + run.store() + "/" + run.stream() + " is a position of "
                            + Objects.toString(position.get("ordered_by"), "an unknown column") + " ("
                            + position.get("value_type") + "), but the table is now read by " + table.orderedBy() + " ("
                            + castType(table.value()) + ")" + remedy);
        }
    }

    /** Upper end of the window and when it was fixed, by the source's clock. */
    private static Map<String, Object> bound(Connection connection, DescribedTable table, Duration lag)
            throws SQLException {
        Map<String, Object> values = new HashMap<>();
        values.put("upper_bound", null);
        boolean byMaximum = table.value().isPresent() && !table.value().get().isTime();
        if (byMaximum) {
            String statement = SourceStatement.of(
                    "sql/tables/bound_by_maximum.sql",
                    Map.of(
                            "table",
                            table.name(),
                            "column",
                            table.value().get().seen().quoted()));
            settle(connection);
            try (PreparedStatement highest = connection.prepareStatement(statement);
                    ResultSet row = highest.executeQuery()) {
                if (row.next()) {
                    values.put("upper_bound", row.getString("bound"));
                    values.put("fixed_at", row.getString("source_now"));
                    return values;
                }
            }
        }
        settle(connection);
        try (PreparedStatement clock =
                connection.prepareStatement(SourceStatement.of("sql/tables/bound_by_clock.sql", Map.of()))) {
            clock.setLong(1, lag.toMillis());
            try (ResultSet row = clock.executeQuery()) {
                row.next();
                values.put("fixed_at", row.getString("source_now"));
                if (!byMaximum && table.value().isPresent()) {
                    values.put(
                            "upper_bound",
                            row.getString("as_" + table.value().get().baseType()));
                }
            }
        }
        return values;
    }

    /** Ends the transaction, so that the next statement sees what was committed meanwhile, and sets how values are written. */
    private static void settle(Connection connection) throws SQLException {
        connection.commit();
        try (PreparedStatement statement =
                connection.prepareStatement(SourceStatement.of("sql/tables/prepare_session.sql", Map.of()))) {
            statement.setString(1, "");
            statement.setString(2, "");
            statement.setString(3, "");
            statement.execute();
        }
    }

    /**
     * The outcome of the first step, for {@code sync-complete-step}. A bound that no clock vouches for is left alone for
     * the length of the lag before anything is read.
     */
    public Map<String, Object> windowFixed(Run run, Map<String, Object> window) {
        Duration lag = connections.table(run.store(), run.stream()).lag();
        return Map.of(
                "next_status",
                "downloading",
                "counts",
                Map.of(),
                "pause",
                isBoundByMaximum(window) ? lag : Duration.ZERO);
    }

    private static boolean isBoundByMaximum(Map<String, Object> window) {
        return window.get("upper_bound") != null
                && !List.of("timestamp with time zone", "timestamp without time zone", "date")
                        .contains(window.get("value_type"));
    }

    /**
     * Opens the table where the ledger says that the run has got to. To be closed by the caller.
     *
     * @param window the row of {@code sql/tables/read_window.sql}
     * @throws RunFailed when the table has changed since the run began
     * @throws Waiting while a transaction may still add rows below the bound
     */
    public TableReading open(Run run, Map<String, Object> window) throws IOException {
        Settings.SourceTable asked = connections.table(run.store(), run.stream());
        Connection connection = connections.open(run.store());
        boolean opened = false;
        try {
            DescribedTable table = new TableExamination(connection, run.stream(), asked).examine();
            refuseChangedTable(run, table, window);
            if (isBoundByMaximum(window)) {
                awaitOlderWriters(connection, table, (String) window.get("fixed_at"));
            }
            connection.commit();
            java.nio.file.Files.createDirectories(archive.directory(run));
            TableReading reading = new TableReading(
                    connection,
                    table,
                    asked.pageRows(),
                    archive.prefix(run) + "/",
                    archive.directory(run),
                    run.epoch(),
                    text(window, "upper_bound"),
                    text(window, "value"),
                    text(window, "cursor"),
                    number(window, "pages").intValue(),
                    number(window, "rows"));
            opened = true;
            return reading;
        } catch (SQLException e) {
            throw SourceFailure.of("Looking at the table of " + run.stream(), e);
        } finally {
            if (!opened) {
                close(connection);
            }
        }
    }

    private static void refuseChangedTable(Run run, DescribedTable table, Map<String, Object> window)
            throws JsonProcessingException {
        JsonNode then = JSON.readTree((String) window.get("columns"));
        JsonNode now = JSON.valueToTree(table.columns());
        if (!then.equals(now)
                || !Objects.equals(window.get("ordered_by"), table.orderedBy())
                || !Objects.equals(window.get("mode"), table.mode().word())) {
            throw new RunFailed(
                    "table_changed",
                    "The columns of " + table.name() + " or how it is read have changed since run " + run.runId()
                            + " began; its pages are no archive, and the next run reads them again");
        }
    }

    private static void awaitOlderWriters(Connection connection, DescribedTable table, String fixedAt)
            throws SQLException {
        try (PreparedStatement writers =
                connection.prepareStatement(SourceStatement.of("sql/tables/count_older_writers.sql", Map.of()))) {
            writers.setString(1, fixedAt);
            writers.setLong(2, table.oid());
            writers.setLong(3, table.oid());
            try (ResultSet row = writers.executeQuery()) {
                row.next();
                if (row.getLong("older") > 0) {
                    throw new Waiting(
                            row.getLong("older") + " transaction(s) that write " + table.name()
                                    + " were open when the window was fixed; their rows belong to it",
                            WRITER_PAUSE);
                }
                if (row.getLong("unseen") > 0) {
                    throw new Waiting(
                            row.getLong("unseen") + " transaction(s) write " + table.name()
                                    + ", and this role may not see since when; grant it pg_read_all_stats",
                            WRITER_PAUSE);
                }
            }
        }
    }

    /** Reads as if there were no pages yet; the ledger has forgotten them. */
    public void startOver(TableReading reading) {
        reading.startOver();
    }

    /** The next page; null, for the route's choice, when there is none. */
    public TablePage next(TableReading reading) {
        return reading.next().orElse(null);
    }

    /** Values of {@code sql/tables/record_page.sql}. */
    public Map<String, Object> checkpoint(TablePage page) {
        return page.checkpoint();
    }

    /** Values of {@code sql/tables/record_source_rows.sql}. */
    public Map<String, Object> counted(TableReading reading) {
        return Map.of("source_rows", reading.sourceRows());
    }

    /** Ends a reading; it never fails for that. */
    public void close(TableReading reading) {
        if (reading != null) {
            try {
                reading.close();
            } catch (SQLException e) {
                LOG.debug("A connection to a source could not be closed", e);
            }
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("A connection to a source could not be closed", e);
        }
    }

    /**
     * The objects that a run's archive has, the manifest last.
     *
     * @param window the row of {@code sql/tables/read_window.sql}
     * @param pages the rows of {@code sql/tables/list_pages.sql}
     */
    public List<ArchiveObject> objects(Run run, Map<String, Object> window, List<Map<String, Object>> pages)
            throws IOException {
        return archive.assemble(run, window, pages);
    }

    /** Values of {@code sql/ledger/record_archive.sql}: the first object stands for all. */
    public Map<String, Object> facts(Run run, Map<String, Object> window, List<ArchiveObject> objects) {
        ArchiveObject first = objects.get(0);
        Map<String, Object> values = new HashMap<>();
        values.put("archive_key", first.key());
        values.put("archive_sha256", first.sha256());
        values.put("archive_bytes", first.bytes());
        values.put("archive_lines", number(window, "rows"));
        values.put("archive_roots", number(window, "rows"));
        values.put("chunk_lines", connections.table(run.store(), run.stream()).pageRows());
        return values;
    }

    /** The outcome of the second step, for {@code sync-complete-step}. */
    public Map<String, Object> done(Map<String, Object> window, List<ArchiveObject> objects) {
        return Map.of(
                "next_status",
                "finalizing",
                "counts",
                Map.of(
                        "rows", number(window, "rows"),
                        "pages", number(window, "pages"),
                        "bytes",
                                objects.stream().mapToLong(ArchiveObject::bytes).sum()));
    }

    /** Removes what only an unfinished run needs. */
    public void forget(Run run) {
        archive.forget(run);
    }

    /** What a run of each of a store's tables would meet: stream, verdict (ok, warn or fail) and what was seen. */
    public List<Map<String, String>> examined(String store) {
        List<Map<String, String>> findings = new ArrayList<>();
        connections.streams(store).forEach(stream -> findings.add(examinedTable(store, stream)));
        return findings;
    }

    private Map<String, String> examinedTable(String store, String stream) {
        try (Connection connection = connections.open(store)) {
            DescribedTable table = new TableExamination(connection, stream, connections.table(store, stream)).examine();
            String seen = table.name() + ", " + table.columns().size() + " columns, "
                    + (table.mode() == Mode.WHOLE ? "read whole" : "read by " + table.orderedBy());
            return table.warnings().isEmpty()
                    ? Map.of("stream", stream, "verdict", "ok", "seen", seen)
                    : Map.of(
                            "stream",
                            stream,
                            "verdict",
                            "warn",
                            "seen",
                            seen + ": " + String.join("; ", table.warnings()));
        } catch (SQLException e) {
            return Map.of(
                    "stream",
                    stream,
                    "verdict",
                    "fail",
                    "seen",
                    SourceFailure.of("Looking at the table", e).getMessage());
        } catch (RunFailed | dev.tidemark.run.TransientFailure e) {
            return Map.of("stream", stream, "verdict", "fail", "seen", e.getMessage());
        }
    }

    private static Optional<String> text(Map<String, Object> row, String name) {
        return Optional.ofNullable((String) row.get(name));
    }

    private static Long number(Map<String, Object> row, String name) {
        return ((Number) row.get(name)).longValue();
    }
}
