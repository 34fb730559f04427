package dev.tidemark.stories;

import dev.tidemark.Tidemark;
import dev.tidemark.run.Engine;
import dev.tidemark.settings.SettingsReader;
import dev.tidemark.simulator.Simulator;
import dev.tidemark.simulator.SimulatorOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Everything one story plays in: a shop, a database and a bucket of its own, the wires to them, and Tidemark as a process
 * between. Closing it ends every process it started.
 */
final class World implements AutoCloseable {
    static final String STORE = "acme";
    static final String STREAM = "shopify-orders";
    static final Duration OVERLAP = Duration.ofSeconds(5);
    private static final Duration RUN_LIMIT = Duration.ofMinutes(4);

    private final Services services;
    private final Postgres postgres;
    private final String name;
    private final Path directory;
    private final Simulator simulator;
    private final Shop shop;
    private final PostgresWire databaseWire;
    private final HttpWire objectsWire;
    private final HttpWire shopWire;
    private final Sql sql;
    private final ObjectStore objects;
    private final Map<String, String> environment = new TreeMap<>();
    private final List<Path> overlay = new ArrayList<>();
    private final List<TidemarkProcess> processes = new ArrayList<>();
    private Optional<InProcess> engine = Optional.empty();

    private World(Services services, Postgres postgres, SimulatorOptions options) {
        this.services = services;
        this.postgres = postgres;
        this.name = services.name("story");
        try {
            this.directory = Files.createDirectory(services.directory().resolve(name));
            this.simulator = Simulator.start(options);
        } catch (IOException e) {
            throw new UncheckedIOException("Making the world of a story failed", e);
        }
        this.shop = new Shop(simulator.url());
        this.databaseWire = PostgresWire.to(postgres.port());
        this.objectsWire = HttpWire.to(services.s3().port());
        this.shopWire = HttpWire.to(simulator.port());
        postgres.createDatabase(name, Services.MIGRATED);
        this.sql = new Sql(postgres, name);
        this.objects = new ObjectStore(services.s3().endpoint(), name);
        sql.rows(
                "insert into truth.setting values (?, ?, cast(? as interval)) returning store_id",
                STORE,
                STREAM,
                OVERLAP.toString());
        set("TIDEMARK_DATABASE_URL", postgres.jdbcUrl(name, databaseWire.port()));
        set("TIDEMARK_S3_ENDPOINT", "http://127.0.0.1:" + objectsWire.port());
        set("TIDEMARK_S3_BUCKET", name);
        set("TIDEMARK_S3_ACCESS_KEY", "stories");
        set("TIDEMARK_S3_SECRET_KEY", "stories");
        set("TIDEMARK_STORES_ACME_SHOPIFY_URL", "http://127.0.0.1:" + shopWire.port());
        set("TIDEMARK_STORES_ACME_SHOPIFY_DOMAIN", options.domain());
        set("TIDEMARK_STORES_ACME_SHOPIFY_TOKEN", options.token());
        set("TIDEMARK_OUTBOUND_ALLOW", "127.0.0.1");
        set("TIDEMARK_SHOPIFY_BULK_POLL_INTERVAL", "100ms");
        set("TIDEMARK_HTTP_RETRY_DELAY", "50ms");
        set("TIDEMARK_SYNC_LEASE", "2s");
        set("TIDEMARK_SYNC_CHUNK_LINES", "20");
        set("TIDEMARK_SYNC_OVERLAP", OVERLAP.toSeconds() + "s");
        set("TIDEMARK_SYNC_LAG", OVERLAP.toSeconds() + "s");
        set("TIDEMARK_WORK_DIRECTORY", directory.resolve("work").toString());
    }

    /**
     * A world around a shop of 40 orders of the last three days, or what the story makes of it. Few days, because a run
     * writes an object for each day that its orders touch.
     */
    static World with(Services services, UnaryOperator<SimulatorOptions.Builder> shop) {
        return with(services, services.postgres(), shop);
    }

    /** The same on a PostgreSQL server of the story's own, which it may stop. */
    static World with(Services services, Postgres postgres, UnaryOperator<SimulatorOptions.Builder> shop) {
        SimulatorOptions options = shop.apply(
                        SimulatorOptions.builder().orders(0).startsAt(services.startedAt()))
                .build();
        World world = new World(services, postgres, options);
        world.shop.create(40, options.startsAt());
        return world;
    }

    /** A world around a shop that is exactly as the options say. */
    static World around(Services services, SimulatorOptions options) {
        return new World(services, services.postgres(), options);
    }

    /** Sets an environment variable for what is started from now on. */
    World set(String variable, String value) {
        environment.put(variable, value);
        return restart();
    }

    /** Gives the store its account with the subscription app, too. */
    World withRecharge() {
        set("TIDEMARK_STORES_ACME_RECHARGE_URL", "http://127.0.0.1:" + shopWire.port() + "/recharge");
        return set("TIDEMARK_STORES_ACME_RECHARGE_TOKEN", simulator.rechargeToken());
    }

    /** Puts a directory before the program's own class path, in the processes to come. */
    World overlay(Path classes) {
        overlay.add(0, classes);
        return this;
    }

    World withoutOverlay() {
        overlay.clear();
        return this;
    }

    /** Runs the stream once and waits for its end: in this JVM, unless the program was changed by an overlay. */
    Outcome sync() {
        return overlay.isEmpty() ? engine().sync(RUN_LIMIT) : syncInProcessOfItsOwn();
    }

    /** Runs any stream once, in this JVM, and waits for its end. */
    Outcome sync(String stream) {
        return engine().sync(stream, RUN_LIMIT);
    }

    /** Looks for deleted records of a stream, in this JVM, and waits for the end. */
    Outcome reconcile(String stream, String... further) {
        Map<String, Object> values = new TreeMap<>();
        for (int index = 0; index < further.length; index += 2) {
            values.put(further[index], further[index + 1]);
        }
        return engine().reconcile(stream, values, RUN_LIMIT);
    }

    /** The application inside this JVM; started when it is first wanted. */
    InProcess engine() {
        if (engine.isEmpty()) {
            engine = Optional.of(InProcess.start(environment, sql));
        }
        return engine.get();
    }

    /** Another application inside this JVM, which the story ends itself. */
    Engine start(Engine.Role role) {
        return Tidemark.start(SettingsReader.read(Map.of(), environment), role);
    }

    /** Everything that {@code serve} starts, inside this JVM; the story ends it. */
    Engine serve() {
        return ports().start(new Engine.Role.Serve());
    }

    /** Gives what serves ports that nobody else has. */
    World ports() {
        set("TIDEMARK_API_PORT", freePort());
        set("TIDEMARK_MANAGEMENT_PORT", freePort());
        return set("TIDEMARK_HAWTIO_PORT", "0");
    }

    private static String freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return String.valueOf(socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the application inside this JVM, as a restart would; the next run starts another. */
    World restart() {
        engine.ifPresent(InProcess::close);
        engine = Optional.empty();
        return this;
    }

    /** Runs {@code sync --wait} as an operator does, for what only the shell sees: exit codes and standard output. */
    Outcome syncInProcessOfItsOwn() {
        return startSync().await(RUN_LIMIT);
    }

    TidemarkProcess startSync() {
        return startSync(STREAM);
    }

    TidemarkProcess startSync(String stream) {
        return start("sync", "--store", STORE, "--stream", stream, "--wait", "-o", "json", "--progress", "none");
    }

    TidemarkProcess start(String... arguments) {
        TidemarkProcess process = TidemarkProcess.start(directory, overlay, environment, arguments);
        processes.add(process);
        return process;
    }

    /** Asks oracles, after reading the source's truth as it is now. */
    Findings ask(List<Oracle> oracles) {
        shop.loadTruth(sql);
        return new Oracles(sql, objects).ask(oracles);
    }

    /** Versions that the source has and its searches do not see yet. */
    long invisibleVersions() {
        shop.loadTruth(sql);
        return Long.parseLong(sql.value("select count(*) from truth.order_version where not visible"));
    }

    /** The mark as the table holds it; null when there is none. */
    Instant watermark() {
        return watermark(STREAM);
    }

    Instant watermark(String stream) {
        List<String> marks =
                sql.rows("select utc_text(value) from sync_watermark where store_id = ? and stream = ?", STORE, stream);
        return marks.isEmpty() ? null : Instant.parse(marks.get(0));
    }

    /** Where every row lies: the same text later means that no row was written again. */
    List<String> rowVersions() {
        return sql.rows("select 'order ' || order_id, ctid, xmin from order_header union all "
                + "select 'line ' || line_item_id, ctid, xmin from order_line_item order by 1");
    }

    /** What a run leaves beside the order tables, and what every run over the same orders must leave: products and measurements. */
    Map<String, String> derived() {
        Map<String, String> derived = objects.digests("measurement/");
        sql.rows("select product_id, title, first_ordered_at, last_ordered_at from product")
                .forEach(product -> derived.put("product " + product.substring(0, product.indexOf('|')), product));
        return derived;
    }

    /** Does what an operator does who gives the open dead letters up. */
    void discardDeadLetters() {
        sql.run("update dead_letter set state = 'discarded', settled_at = now(), settled_by = 'operator', "
                + "settled_reason = 'a story' where state = 'open'");
    }

    /** What the ledger tells about all runs, for messages. */
    String history() {
        return String.join(
                "\n",
                sql.rows("select r.run_number, s.step_number, s.step, s.outcome, s.epoch, s.counts, s.error "
                        + "from sync_step s join sync_run r using (run_id) order by 1, 2"));
    }

    Shop shop() {
        return shop;
    }

    Sql sql() {
        return sql;
    }

    ObjectStore objects() {
        return objects;
    }

    PostgresWire databaseWire() {
        return databaseWire;
    }

    HttpWire objectsWire() {
        return objectsWire;
    }

    HttpWire shopWire() {
        return shopWire;
    }

    Postgres postgres() {
        return postgres;
    }

    String database() {
        return name;
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() {
        processes.forEach(TidemarkProcess::close);
        restart();
        databaseWire.close();
        objectsWire.close();
        shopWire.close();
        simulator.close();
        postgres.terminateBackends(name);
    }
}
