package dev.tidemark.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A daily run of a few hundred edited orders, alone and beside a backfill of the same stream, in turns, in one
 * {@code ./tidemark serve}. Seconds are from submit to the end of the run in the ledger.
 */
final class BesideBackfill {

    private static final String DATABASE = "bench_beside";
    private static final int ORDERS = 5_000;
    private static final int EDITED = 300;

    private static final String ROW = "%-34s %9s %15s %9s %15s %8s%n";

    private final Options options;
    private final Cluster cluster;
    private final Product product;

    BesideBackfill(Options options, Cluster cluster, Product product) {
        this.options = options;
        this.cluster = cluster;
        this.product = product;
    }

    void run() throws Exception {
        System.out.println(cluster.describe());
        System.out.printf("%d rounds, %s; %d of %d orders edited before each daily run; "
                        + "the backfill reads 120 days in windows of 2 days, two at once%n%n",
                options.runs(), Report.cores(), EDITED, ORDERS);
        System.out.printf(
                ROW, "looks at the bulk operation every", "alone s", "min-max", "beside s", "min-max", "ratio");
        measure("200ms");
        measure("16s");
    }

    private void measure(String pollInterval) throws Exception {
        cluster.createDatabase(DATABASE);
        Map<String, String> settings = Map.of(
                "TIDEMARK_SHOPIFY_BULK_POLL_INTERVAL", pollInterval,
                // Otherwise each daily run would read again what the one before it has read.
                "TIDEMARK_SYNC_OVERLAP", "0s",
                "TIDEMARK_SYNC_LAG", "0s");
        try (Shop shop = product.shop(ORDERS);
                Product.Server server = product.serve(DATABASE, shop, settings)) {
            // Everything once; after it the virtual machine has compiled what it needs.
            daily(server);
            shop.editOrders(EDITED);
            daily(server);
            List<Double> alone = new ArrayList<>();
            List<Double> beside = new ArrayList<>();
            for (int round = 1; round <= options.runs(); round++) {
                shop.editOrders(EDITED);
                alone.add(daily(server));
                String backfill = startBackfill(server);
                shop.editOrders(EDITED);
                beside.add(daily(server));
                stopBackfill(server, backfill);
                Bench.say("%s round %d: alone %.2f s, beside %.2f s", pollInterval, round,
                        alone.get(alone.size() - 1), beside.get(beside.size() - 1));
            }
            double aloneMedian = Report.median(alone, Double::doubleValue);
            double besideMedian = Report.median(beside, Double::doubleValue);
            System.out.printf(ROW, pollInterval,
                    Report.number(aloneMedian, 2), Report.spread(alone, Double::doubleValue),
                    Report.number(besideMedian, 2), Report.spread(beside, Double::doubleValue),
                    Report.number(besideMedian / aloneMedian, 2));
        }
        cluster.dropDatabase(DATABASE);
    }

    private static double daily(Product.Server server) throws Exception {
        Product.Outcome outcome = server.awaitEnd(server.submit());
        Bench.say("   %d lines: %s", outcome.accounted(), outcome.steps());
        return outcome.seconds();
    }

    private String startBackfill(Product.Server server) throws Exception {
        Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
        server.post("/api/ingest/backfills", """
                {"store":"bench","stream":"shopify-orders","from":"%s","to":"%s","window":"P2D","parallel":2}"""
                .formatted(today.minus(Duration.ofDays(120)), today));
        await("two windows of the backfill", () -> active() >= 2);
        return cluster.queryText(
                DATABASE, "select backfill_id::text from backfill order by planned_at desc limit 1");
    }

    private void stopBackfill(Product.Server server, String backfill) throws Exception {
        if (active() == 0) {
            throw new IllegalStateException("The backfill ended before the daily run; it needs more windows");
        }
        server.post("/api/ingest/backfills/" + backfill + "/cancel", "");
        await("the end of the windows under way", () -> active() == 0);
    }

    private long active() throws SQLException {
        return cluster.queryCount(
                DATABASE, "select count(*) from sync_run where backfill_id is not null and finished_at is null");
    }

    /** Something that becomes true. */
    private interface Claim {
        boolean isTrue() throws SQLException, IOException;
    }

    private static void await(String what, Claim claim) throws Exception {
        long giveUp = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
        while (!claim.isTrue()) {
            if (System.nanoTime() > giveUp) {
                throw new IllegalStateException("Waited 10 minutes for " + what);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
