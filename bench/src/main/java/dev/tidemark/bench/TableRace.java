package dev.tidemark.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * Reads one table of a PostgreSQL database into compressed JSONL, by psql and by Tidemark's database source in turns.
 * psql writes a local file; Tidemark reads in pages with a checkpoint after each, and keeps all in object storage.
 */
final class TableRace {

    private static final String SOURCE = "bench_merchant";
    private static final String LEDGER = "bench_ledger";
    /** Of Tidemark's own files of rows. */
    private static final String GZIP_LEVEL = "-2";

    private static final String ROW = "%-44s %10s %9s %15s %8s %7s %8s %8s %8s %7s %7s%n";

    private final Options options;
    private final Path folder;
    private final Cluster cluster;
    private final Product product;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, List<Measurement>> measurements = new TreeMap<>();

    TableRace(Options options, Path folder, Cluster cluster, Product product) {
        this.options = options;
        this.folder = folder;
        this.cluster = cluster;
        this.product = product;
    }

    void run() throws Exception {
        for (long rows : options.rows()) {
            createSource(rows);
            for (int round = 1; round <= options.runs(); round++) {
                keep("psql", rows, psql(rows));
                keep("JSONL", rows, tidemark(rows, "jsonl"));
                if (options.parquet()) {
                    keep("Parquet", rows, tidemark(rows, "parquet"));
                }
            }
        }
        cluster.dropDatabase(LEDGER);
        cluster.dropDatabase(SOURCE);
        print();
    }

    private void createSource(long rows) throws SQLException {
        Bench.say("making a table of %d rows", rows);
        cluster.createEmptyDatabase(SOURCE);
        String source = SqlText.read("create_source_rows.sql").replace("{{rows}}", Long.toString(rows));
        cluster.execute(SOURCE, SqlText.statements(source));
        cluster.execute(SOURCE, "checkpoint");
    }

    private Measurement psql(long rows) throws IOException, InterruptedException {
        Path target = folder.resolve("rows-by-psql.jsonl.gz");
        String copy = "\\copy (%s) to program 'gzip %s > %s'"
                .formatted(SqlText.read("copy_source_rows.sql"), GZIP_LEVEL, target);
        try (Watch watch = new Watch(cluster.postmaster(), Map.of())) {
            long start = System.nanoTime();
            Process process = cluster.psql(SOURCE, "-c", copy).start();
            watch.client(process.pid());
            if (process.waitFor() != 0) {
                throw new IllegalStateException("psql ended with " + process.exitValue());
            }
            return new Measurement('p', rows, Result.secondsSince(start), watch.stop());
        }
    }

    private Measurement tidemark(long rows, String format) throws Exception {
        cluster.createDatabase(LEDGER);
        try (Shop shop = product.shop(1);
                Watch watch = new Watch(cluster.postmaster(), shop.processes())) {
            String table = "TIDEMARK_STORES_BENCH_DATABASE_TABLES_ROWS_";
            Map<String, String> source = Map.of(
                    "TIDEMARK_STORES_BENCH_DATABASE_URL", cluster.bareJdbcUrl(SOURCE),
                    "TIDEMARK_STORES_BENCH_DATABASE_USER", cluster.credential("user"),
                    "TIDEMARK_STORES_BENCH_DATABASE_PASSWORD", cluster.credential("password"),
                    table + "TABLE", "source_rows",
                    table + "INCREMENTAL_COLUMN", "updated_at",
                    table + "INCREMENTAL_TIEBREAKER_COLUMN", "id",
                    table + "FORMAT", format);
            Product.Outcome outcome = product.sync(LEDGER, shop, "database-rows", source, watch).requireAdvanced();
            if (outcome.accounted() != rows) {
                throw new IllegalStateException("Of " + rows + " rows the run read others: " + outcome);
            }
            Bench.say("   %s", outcome.steps());
            Measurement measurement = new Measurement('t', rows, outcome.seconds(), watch.stop());
            if (format.equals("jsonl")) {
                refuseOtherRows(shop, "archive/bench/database-rows/" + outcome.run());
            }
            return measurement;
        }
    }

    /** Both have to have written the same bytes, in the same order. */
    private void refuseOtherRows(Shop shop, String archive) throws Exception {
        MessageDigest archived = MessageDigest.getInstance("SHA-256");
        JsonNode manifest = new ObjectMapper().readTree(object(shop, archive + ".manifest.json"));
        for (JsonNode page : manifest.path("objects")) {
            digest(object(shop, page.path("key").asText()), archived);
        }
        MessageDigest copied = MessageDigest.getInstance("SHA-256");
        digest(Files.newInputStream(folder.resolve("rows-by-psql.jsonl.gz")), copied);
        if (!MessageDigest.isEqual(archived.digest(), copied.digest())) {
            throw new IllegalStateException("psql and Tidemark did not write the same rows");
        }
    }

    private InputStream object(Shop shop, String key) throws IOException, InterruptedException {
        HttpRequest get = HttpRequest.newBuilder(URI.create(shop.s3Endpoint() + "/bench/" + key)).build();
        return http.send(get, HttpResponse.BodyHandlers.ofInputStream()).body();
    }

    private static void digest(InputStream compressed, MessageDigest digest) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = new GZIPInputStream(compressed, buffer.length)) {
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                digest.update(buffer, 0, length);
            }
        }
    }

    private void keep(String contender, long rows, Measurement measurement) {
        Bench.say("%s %d  %.2f s", contender, rows, measurement.seconds());
        measurements.computeIfAbsent(contender + rows, key -> new ArrayList<>()).add(measurement);
    }

    private void print() throws Exception {
        System.out.println(cluster.describe());
        System.out.printf("%d rounds, %s%n%n", options.runs(), Report.cores());
        System.out.printf(ROW, "contender", "rows", "seconds", "min-max", "rows/s", "x psql", "peak MB", "PG MB",
                "CPU s", "PG CPU", "others");
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put("psql", "psql: \\copy to gzip " + GZIP_LEVEL);
        titles.put("JSONL", "Tidemark: JSONL in object storage");
        titles.put("Parquet", "Tidemark: Parquet in object storage");
        for (long rows : options.rows()) {
            double psql = Report.median(measurements.get("psql" + rows), Measurement::seconds);
            titles.forEach((contender, title) -> {
                List<Measurement> rounds = measurements.get(contender + rows);
                if (rounds != null) {
                    System.out.print(Report.line(ROW, title, rounds, rows, psql));
                }
            });
        }
    }
}
