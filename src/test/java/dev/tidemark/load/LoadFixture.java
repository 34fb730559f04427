package dev.tidemark.load;

import com.zaxxer.hikari.HikariDataSource;
import dev.tidemark.fixture.Database;
import dev.tidemark.run.Run;
import dev.tidemark.settings.Settings;
import dev.tidemark.settings.SettingsReader;
import dev.tidemark.stream.StreamCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;

/** The load routes as they are, on a real PostgreSQL, with the steps around them replaced by notes of what reached them. */
final class LoadFixture implements AutoCloseable {
    static final String STORE = "acme";
    static final String STREAM = "shopify-orders";
    static final Instant SOURCE_NOW = Instant.parse("2026-06-01T00:00:00Z");

    /** Where a run's file lies; what the application's archive gives to the route. */
    public static final class FileOfRun {
        private final Path folder;

        FileOfRun(Path folder) {
            this.folder = folder;
        }

        public Path localFile(Run run) {
            return folder.resolve(run.runId() + ".jsonl");
        }
    }

    private final Database database = Database.start();
    private final Path folder;
    final HikariDataSource dataSource;
    final DefaultCamelContext camel;
    final List<Map<?, ?>> completed = new ArrayList<>();
    /** The stream of the runs that are made. */
    String stream = STREAM;

    LoadFixture(Path folder, int writers) throws Exception {
        this.folder = folder;
        this.dataSource = database.dataSource();
        this.camel = new DefaultCamelContext();
        Settings settings = SettingsReader.read(
                Map.of("tidemark.sync.writers", String.valueOf(writers), "tidemark.sync.max-line-bytes", "1048576"),
                Map.of());
        StreamCatalog catalog = StreamCatalog.load();
        camel.getComponent("direct", DirectComponent.class).setBlock(false);
        camel.getRegistry().bind("dataSource", dataSource);
        camel.getRegistry().bind("archive", new FileOfRun(folder));
        LoadRoutes.bind(camel, settings, catalog, dataSource);
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(
                        PluginHelper.getResourceLoader(camel).resolveResource("classpath:routes/3-load.camel.yaml"));
        LoadRoutes routes = new LoadRoutes(catalog);
        camel.addRoutes(routes);
        routes.addTemplatedRoutesToCamelContext(camel);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:sync-complete-step")
                        .routeId("sync-complete-step")
                        .process(exchange -> completed.add(exchange.getMessage().getBody(Map.class)));
            }
        });
        camel.start();
    }

    /** A run that has archived these lines and is to be loaded, with its lease. */
    Run run(String... lines) throws Exception {
        return run(100, String.join("\n", lines) + (lines.length == 0 ? "" : "\n"));
    }

    Run run(int chunkLines, String content) throws Exception {
        return run(chunkLines, content.getBytes(StandardCharsets.UTF_8), true);
    }

    Run run(int chunkLines, byte[] content, boolean complete) throws Exception {
        UUID id = UUID.randomUUID();
        Files.write(folder.resolve(id + ".jsonl"), content);
        long lines = 0;
        for (int index = 0; index < content.length; index++) {
            lines += content[index] == '\n' || index == content.length - 1 ? 1 : 0;
        }
        execute("update sync_run set status = 'completed' where status = 'upserting'");
        execute(
                "insert into sync_run (run_id, store_id, stream, job_type, status, initiator, requested_at, give_up_at, window_from,"
                        + " source_started_at, shop_time_zone, result_complete, object_count, archive_lines, chunk_lines)"
                        + " values (?, ?, ?, 'DAILY_SYNC_EXECUTE', 'upserting', 'user', now(), now() + interval '1 day',"
                        + " '2026-01-01T00:00:00Z', ?, 'America/New_York', ?, ?, ?, ?)",
                id,
                STORE,
                stream,
                Timestamp.from(SOURCE_NOW),
                complete,
                lines,
                lines,
                chunkLines);
        return claim(id);
    }

    /** Claims a run anew, as after a crash. */
    Run claim(UUID id) throws SQLException {
        execute(
                "insert into sync_lease (store_id, stream, job_type, run_id, epoch, owner, busy, expires_at)"
                        + " values (?, ?, 'DAILY_SYNC_EXECUTE', ?, nextval('sync_epoch'), 'test', true, now() + interval '1 hour')"
                        + " on conflict (store_id, stream, job_type, lane) do update set run_id = excluded.run_id, epoch = excluded.epoch",
                STORE,
                stream,
                id);
        Map<String, Object> row = new HashMap<>(rows(
                        "select r.*, l.epoch, now() as claimed_at from sync_run r"
                                + " join sync_lease l using (run_id) where run_id = ?",
                        id)
                .get(0));
        return new Run(row);
    }

    /** Runs the step; throws what it threw. */
    void load(Run run) throws Exception {
        Exchange exchange = camel.createFluentProducerTemplate()
                .to("direct:sync-load")
                .withVariable("run", run)
                .send();
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
    }

    /** Loads lines as a new run and gives its counts. */
    Map<String, Object> loaded(String... lines) throws Exception {
        Run run = run(lines);
        load(run);
        return counts(run);
    }

    Map<String, Object> counts(Run run) throws SQLException {
        List<Map<String, Object>> rows = rows(
                "select lines, roots, written, unchanged, stale, set_aside from sync_run_counts where run_id = ?",
                run.runId());
        return rows.isEmpty() ? Map.of() : rows.get(0);
    }

    void execute(String sql, Object... values) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int index = 0; index < values.length; index++) {
                statement.setObject(index + 1, values[index]);
            }
            statement.execute();
        }
    }

    List<Map<String, Object>> rows(String sql, Object... values) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int index = 0; index < values.length; index++) {
                statement.setObject(index + 1, values[index]);
            }
            List<Map<String, Object>> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    Map<String, Object> row = new LinkedHashMap<>();
                    for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                        row.put(result.getMetaData().getColumnLabel(column), result.getObject(column));
                    }
                    rows.add(row);
                }
            }
            return rows;
        }
    }

    /** The only value of the only row, as text. */
    String value(String sql, Object... values) throws SQLException {
        return String.valueOf(rows(sql, values).get(0).values().iterator().next());
    }

    /** Everything in the order tables, so that two loads can be compared; the writing run is left out. */
    String tables() throws SQLException {
        return rows("select to_jsonb(h) - 'run_number' as row from order_header h order by order_id")
                        .toString()
                + rows("select to_jsonb(l) - 'run_number' as row from order_line_item l order by line_item_id");
    }

    void clear() throws SQLException {
        execute(
                "truncate order_header, order_line_item, sync_chunk, sync_spill, dead_letter, sync_lease, sync_run cascade");
        completed.clear();
    }

    static Throwable rootCause(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null
                && (cause instanceof CamelExecutionException
                        || cause instanceof org.apache.camel.CamelExchangeException
                        || cause instanceof org.apache.camel.RuntimeCamelException)) {
            cause = cause.getCause();
        }
        return cause;
    }

    @Override
    public void close() throws IOException {
        camel.stop();
        database.close();
    }
}
