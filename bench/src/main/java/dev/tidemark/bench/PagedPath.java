package dev.tidemark.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;

/**
 * A first sync of a list of Recharge and of a connection of Shopify, page by page over HTTP, from the simulated vendors
 * in a process of their own: once with the vendors' buckets and once with buckets that never empty.
 */
final class PagedPath {

    private static final String DATABASE = "bench_pages";
    private static final int RECHARGE_BUCKET = 40;
    private static final double RECHARGE_LEAK = 2;
    /** Of the vendor's smallest plan, and of its largest. */
    private static final int SHOPIFY_RATE = 100;
    private static final int SHOPIFY_MOST = 2_000;
    private static final int SHOPIFY_SECONDS_TO_FILL = 20;

    private static final String ROW = "%-30s %9s %8s %9s %9s %9s %10s %14s %8s %8s %7s%n";

    private final Options options;
    private final Cluster cluster;
    private final Product product;

    PagedPath(Options options, Cluster cluster, Product product) {
        this.options = options;
        this.cluster = cluster;
        this.product = product;
    }

    void run() throws Exception {
        System.out.println(cluster.describe());
        System.out.printf("%s; pages of 250 records of Recharge, of 50 orders of Shopify%n%n", Report.cores());
        System.out.printf(ROW, "stream", "requests", "pages", "records", "reading s", "run s", "records/s",
                "bucket allows", "share", "peak MB", "CPU s");
        for (int round = 1; round <= options.runs(); round++) {
            measure("recharge-charges", 50_000, true);
            measure("recharge-charges", 50_000, false);
            measure("shopify-transactions", 3_000, true);
            measure("shopify-transactions", 3_000, false);
        }
        cluster.dropDatabase(DATABASE);
    }

    private void measure(String stream, int orders, boolean limited) throws Exception {
        cluster.createDatabase(DATABASE);
        int rate = limited ? SHOPIFY_RATE : SHOPIFY_MOST;
        try (Shop shop = product.shop(orders, "--restore-rate", Integer.toString(rate));
                Watch watch = new Watch(cluster.postmaster(), shop.processes())) {
            if (!limited) {
                shop.control("recharge/bucket", "{\"size\":1000000,\"leak_per_second\":1000000}");
            }
            Map<String, String> settings = Map.of(
                    "TIDEMARK_STORES_BENCH_RECHARGE_URL", shop.rechargeUrl(),
                    "TIDEMARK_STORES_BENCH_RECHARGE_TOKEN", shop.rechargeToken());
            UUID run = product.sync(DATABASE, shop, stream, settings, watch).requireAdvanced().run();
            boolean recharge = stream.startsWith("recharge");
            double allowed = !limited ? Double.NaN : recharge ? 0 : shopifySeconds(shop, run, rate);
            print(stream + (limited ? "" : ", no limit"), run, allowed, watch.stop());
        }
    }

    /**
     * The shortest time in which the bucket gives the points that the run has used: what came in since the run began,
     * and was there before, less what is left.
     */
    private double shopifySeconds(Shop shop, UUID run, int rate)
            throws IOException, InterruptedException, SQLException {
        double left = shop.availablePoints();
        double since = Double.parseDouble(cluster.queryText(DATABASE,
                "select extract(epoch from clock_timestamp() - intent_at) from sync_run where run_id = '" + run + "'"));
        double most = (double) rate * SHOPIFY_SECONDS_TO_FILL;
        return left >= most ? Double.NaN : Math.max(0, since - left / rate);
    }

    private void print(String title, UUID run, double shopifySeconds, Watch.Figures figures) throws SQLException {
        try (Connection connection = DriverManager.getConnection(cluster.jdbcUrl(DATABASE));
                PreparedStatement show = connection.prepareStatement(SqlText.read("show_pages.sql"))) {
            show.setString(1, run.toString());
            try (ResultSet row = show.executeQuery()) {
                row.next();
                long pages = row.getLong("pages");
                double reading = row.getDouble("reading_seconds");
                long records = row.getLong("records");
                boolean recharge = title.startsWith("recharge");
                // Before the pages one record is asked for, to learn the source's time.
                long requests = recharge ? pages + 1 : pages;
                double shortest = recharge && !Double.isNaN(shopifySeconds)
                        ? (requests - RECHARGE_BUCKET) / RECHARGE_LEAK
                        : shopifySeconds;
                boolean known = !Double.isNaN(shortest) && shortest > 0;
                System.out.printf(ROW, title, requests, pages, records, Report.number(reading, 2),
                        Report.number(row.getDouble("seconds"), 2), Report.number(records / reading, 0),
                        known ? Report.number(records / shortest, 0) + "/s" : "-",
                        known ? Report.number(100 * shortest / reading, 0) + " %" : "-",
                        Report.number(figures.clientPeakMegabytes(), 0), Report.number(figures.clientCpuSeconds(), 1));
                Bench.say("%s done", title);
            }
        }
    }
}
