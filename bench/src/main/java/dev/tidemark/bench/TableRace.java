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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * Reads one table of a PostgreSQL database into compressed JSONL, by psql and by Tidemark's database source in turns. psql
 * writes a local file; Tidemark reads in pages with a checkpoint after each, and keeps everything in object storage.
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
        say("making a table of %d rows", rows);
        cluster.createEmptyDatabase(SOURCE);
        for (String statement : SqlText.read("create_source_rows.sql").replace("{{rows}}", Long.toString(rows)).split(";\n")) {
            cluster.execute(SOURCE, statement);
        }
        cluster.execute(SOURCE, "checkpoint");
    }

    private Measurement psql(long rows) throws IOException, InterruptedException {
        Path target = folder.resolve("rows-by-psql.jsonl.gz");
        String copy = "\\copy (" + SqlText.read("copy_source_rows.sql") + ") to program 'gzip " + GZIP_LEVEL + " > " + target + "'";
        try (Watch watch = new Watch(cluster.postmaster(), Map.of())) {
            long start = System.nanoTime();
            Process process = new ProcessBuilder("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", cluster.libpqUrl(SOURCE), "-c", copy)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
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
            Product.Outcome outcome = product.sync(LEDGER, shop, "database-rows", source, watch);
            if (outcome.accounted() != rows) {
                throw new IllegalStateException("Of " + rows + " rows the run read others: " + outcome);
            }
            say("   %s", outcome.steps());
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
        say("%s %d  %.2f s", contender, rows, measurement.seconds());
        measurements.computeIfAbsent(contender + rows, key -> new ArrayList<>()).add(measurement);
    }

    private void print() throws Exception {
        System.out.println(cluster.describe());
        System.out.printf("%d rounds, %d cores%n%n", options.runs(), Runtime.getRuntime().availableProcessors());
        System.out.printf(ROW, "contender", "rows", "seconds", "min-max", "rows/s", "x psql", "peak MB", "PG MB", "CPU s", "PG CPU", "others");
        for (long rows : options.rows()) {
            double psql = Report.median(measurements.get("psql" + rows), Measurement::seconds);
            line("psql: \\copy to gzip " + GZIP_LEVEL, measurements.get("psql" + rows), psql);
            line("Tidemark: JSONL in object storage", measurements.get("JSONL" + rows), psql);
            Optional.ofNullable(measurements.get("Parquet" + rows)).ifPresent(rounds -> line("Tidemark: Parquet in object storage", rounds, psql));
        }
    }

    private static void line(String title, List<Measurement> rounds, double psql) {
        double seconds = Report.median(rounds, Measurement::seconds);
        double[] sorted = rounds.stream().mapToDouble(Measurement::seconds).sorted().toArray();
        System.out.printf(ROW, title, rounds.get(0).rows(), Report.number(seconds, 2),
                Report.number(sorted[0], 2) + "-" + Report.number(Arrays.stream(sorted).max().orElseThrow(), 2),
                Report.number(rounds.get(0).rows() / seconds, 0), Report.number(seconds / psql, 2),
                Report.figure(rounds, Watch.Figures::clientPeakMegabytes, 0),
                Report.figure(rounds, Watch.Figures::backendPeakMegabytes, 0),
                Report.figure(rounds, Watch.Figures::clientCpuSeconds, 1),
                Report.figure(rounds, Watch.Figures::serverCpuSeconds, 1),
                Report.figure(rounds, Watch.Figures::othersCores, 2));
    }

    private static void say(String format, Object... values) {
        System.err.printf(Locale.ROOT, format + "%n", values);
    }
}
