package dev.tidemark.measure;

import dev.tidemark.fixture.Database;
import dev.tidemark.fixture.ObjectStorage;
import dev.tidemark.run.Run;
import dev.tidemark.stream.StreamCatalog;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A shop whose runs have been loaded by hand: tests say which orders a run touched, then take its transform step. The
 * ledger, the order tables, the routes and object storage are real; only the routes around the step are stand-ins.
 */
final class MeasureShop implements AutoCloseable {
    static final String STORE = "acme";
    static final String STREAM = "shopify-orders";

    final JdbcTemplate sql;
    final ObjectStorage storage;
    final BlockingQueue<Map<String, Object>> completed = new LinkedBlockingQueue<>();

    private final CamelContext camel = new DefaultCamelContext();
    private final ProducerTemplate producer = camel.createProducerTemplate();
    private final AtomicReference<Runnable> beforeTelemetryPut = new AtomicReference<>(() -> {});
    private final AtomicReference<Runnable> beforeSalesPut = new AtomicReference<>(() -> {});
    private long orderIds = 1000;
    private long lineIds = 5000;

    MeasureShop(Database database, ObjectStorage storage, String bucket) throws Exception {
        this.sql = database.sql();
        this.storage = storage;
        camel.getRegistry().bind("dataSource", database.dataSource());
        camel.getRegistry().bind("measureDataSource", database.dataSource());
        camel.getRegistry().bind("s3Client", storage.client());
        camel.getPropertiesComponent().addInitialProperty("tidemark.s3.bucket", bucket);
        camel.getPropertiesComponent().addInitialProperty("engine.works", "true");
        for (String file : List.of("routes/4-transform.camel.yaml", "routes/telemetry.camel.yaml")) {
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(ResourceHelper.resolveMandatoryResource(camel, "classpath:" + file));
        }
        AdviceWith.adviceWith(camel, "telemetry-sweep", route -> route.replaceFromWith("direct:sweep"));
        AdviceWith.adviceWith(camel, "sync-telemetry", route -> route.weaveById("put-telemetry")
                .before()
                .process(exchange -> beforeTelemetryPut.getAndSet(() -> {}).run()));
        AdviceWith.adviceWith(camel, "sync-measure-sales", route -> route.weaveById("put-sales")
                .before()
                .process(exchange -> beforeSalesPut.getAndSet(() -> {}).run()));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:sync-complete-step").process(exchange -> completed.add(outcome(exchange)));
            }
        });
        camel.start();
    }

    /** Starts from an empty ledger, empty tables and empty object storage. */
    void clear() {
        sql.execute(
                "truncate webhook_day, sync_run, order_header, order_line_item, refund, refund_line_item, product, inventory_lot, lot_day, inventory_snapshot"
                        + " cascade");
        storage.keys("").forEach(storage::delete);
        completed.clear();
    }

    /** Gives part of an order's first line back. */
    void refund(long orderId, Instant at, String amount) {
        sql.update("""
                insert into refund (store_id, shopify_refund_id, order_id, currency, created_at, updated_at, run_number)
                values (?, 1, ?, 'EUR', ?, ?, 1)
                """, STORE, orderId, Timestamp.from(at), Timestamp.from(at));
        sql.update("""
                insert into refund_line_item (store_id, shopify_refund_id, line_item_id, currency, quantity, subtotal, run_number)
                select store_id, 1, min(line_item_id), 'EUR', 1, ?, 1 from order_line_item where order_id = ? group by store_id
                """, new BigDecimal(amount), orderId);
    }

    /** A run whose load is done and whose transform is next; its scan began at {@code scanStarted}. */
    LoadedRun run(Instant scanStarted, String zone) {
        return run(STREAM, scanStarted, zone);
    }

    LoadedRun run(String stream, Instant scanStarted, String zone) {
        UUID runId = UUID.randomUUID();
        sql.update("""
                insert into sync_run (run_id, store_id, stream, job_type, status, initiator, requested_at, give_up_at,
                                      source_started_at, shop_time_zone)
                values (?, ?, ?, 'DAILY_SYNC_EXECUTE', 'transforming', 'user', now(), now() + interval '1 hour', ?, ?)
                """, runId, STORE, stream, Timestamp.from(scanStarted), zone);
        sql.update("""
                insert into sync_lease (store_id, stream, job_type, run_id, epoch, owner, busy, expires_at)
                values (?, ?, 'DAILY_SYNC_EXECUTE', ?, nextval('sync_epoch'), 'test', true, now() + interval '1 hour')
                on conflict (store_id, stream, job_type, lane) do update
                   set run_id = excluded.run_id, epoch = excluded.epoch
                """, STORE, stream, runId);
        Map<String, Object> row = sql.queryForMap(
                "select r.*, l.epoch from sync_run r join sync_lease l using (run_id) where run_id = ?", runId);
        return new LoadedRun(new Run(row), zone == null ? ZoneId.of("UTC") : ZoneId.of(zone));
    }

    /** Takes the transform step of a run and returns what it handed to {@code sync-complete-step}. */
    Map<String, Object> transform(LoadedRun run) {
        completed.clear();
        Throwable failure = tryTransform(run);
        if (failure != null) {
            throw new AssertionError("the transform failed", failure);
        }
        return completed.poll();
    }

    /** Takes the transform step of a run and returns how it failed; null when it did not. */
    Throwable tryTransform(LoadedRun run) {
        return producer.request("direct:sync-transform", exchange -> {
                    exchange.setVariable("run", run.run);
                    exchange.setVariable("stream", StreamCatalog.load().declaration(run.run.stream()));
                })
                .getException();
    }

    /** Copies a run's telemetry to object storage, as is done after each of its steps. */
    void copyTelemetry(LoadedRun run) {
        producer.requestBody("direct:sync-telemetry", Map.of("run_id", run.run.runId()));
    }

    /** Looks once for telemetry that is overdue. */
    void sweepTelemetry() {
        producer.sendBody("direct:sweep", null);
    }

    /** Has something happen between the composing of the next telemetry file and its upload. */
    void beforeNextTelemetryPut(Runnable event) {
        beforeTelemetryPut.set(event);
    }

    /** Has something happen between the reading of the next days' sales and their upload. */
    void beforeNextSalesPut(Runnable event) {
        beforeSalesPut.set(event);
    }

    /** The run's transform is in the ledger as done; the run is over. */
    void complete(LoadedRun run) {
        step(run, "transforming", "done", null);
        end(run, "completed");
    }

    /** Records the outcome of a step in the ledger. */
    void step(LoadedRun run, String step, String outcome, String error) {
        sql.update("""
                insert into sync_step (run_id, step_number, step, outcome, started_at, ended_at, counts, error)
                select ?, count(*) + 1, ?, ?, clock_timestamp(), clock_timestamp(), '{"lines": 3}', ?
                  from sync_step where run_id = ?
                """, run.run.runId(), step, outcome, error, run.run.runId());
    }

    void end(LoadedRun run, String status) {
        sql.update(
                "update sync_run set status = ?, finished_at = clock_timestamp() where run_id = ?",
                status,
                run.run.runId());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> outcome(Exchange exchange) {
        return exchange.getMessage().getBody(Map.class);
    }

    @Override
    public void close() throws Exception {
        camel.close();
    }

    /** One line of an order. */
    record Line(Long productId, Long variantId, String title, int quantity, String unitPrice, String total) {}

    /** A run under way; what it loads it records in the ledger as the load step would. */
    final class LoadedRun {
        final Run run;
        private final ZoneId zone;

        private LoadedRun(Run run, ZoneId zone) {
            this.run = run;
            this.zone = zone;
        }

        /** Loads a new order and returns its id. */
        long order(Instant processedAt, String currency, Line... lines) {
            long orderId = orderIds++;
            sql.update(
                    """
                    insert into order_header (store_id, order_id, created_at, updated_at, processed_at, currency, run_number)
                    values (?, ?, ?, ?, ?, ?, ?)
                    """, STORE, orderId, time(processedAt), time(processedAt), time(processedAt), currency, number());
            for (Line line : lines) {
                sql.update(
                        """
                        insert into order_line_item (store_id, line_item_id, order_id, order_updated_at, product_id,
                            variant_id, title, quantity, currency, unit_price, total, run_number)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                        STORE,
                        lineIds++,
                        orderId,
                        time(processedAt),
                        line.productId(),
                        line.variantId(),
                        line.title(),
                        line.quantity(),
                        currency,
                        new BigDecimal(line.unitPrice()),
                        line.total() == null ? null : new BigDecimal(line.total()),
                        number());
            }
            touch(processedAt);
            return orderId;
        }

        /** Changes an order in place and records that its day was touched. */
        void change(long orderId, String assignment) {
            sql.update(
                    "update order_header set " + assignment + ", run_number = ? where order_id = ?", number(), orderId);
            touch(sql.queryForObject(
                            "select processed_at from order_header where order_id = ?", Timestamp.class, orderId)
                    .toInstant());
        }

        void touch(Instant soldAt) {
            List<LocalDate> days = new ArrayList<>(List.of(soldAt.atZone(zone).toLocalDate()));
            sql.update("""
                    insert into sync_chunk (run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside,
                        spilled, min_version, max_version, touched_days, epoch)
                    select ?, 'file', count(*), 1, 1, 1, 0, 0, 0, 0, ?, ?, cast(? as date[]), ?
                      from sync_chunk where run_id = ?
                    """, run.runId(), time(soldAt), time(soldAt), "{" + days.get(0) + "}", run.epoch(), run.runId());
        }

        private long number() {
            return run.runNumber();
        }

        private static Timestamp time(Instant instant) {
            return Timestamp.from(instant);
        }
    }
}
