package dev.tidemark.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Every contender loads the same file once a round, one after the other, each in a process of its own against a fresh
 * copy of the same migrated database.
 */
final class LoadRace {

    private static final int FLOOR_STREAMS = 2;
    private static final int WRITERS = 2;
    private static final String FLAT_ROW = "%-12s %9s %9s %10s %10s %8s %8s%n";

    private final Options options;
    private final Path folder;
    private final Cluster cluster;
    private final Product product;
    private final BulkFile file;
    private final List<String> notes = new ArrayList<>();
    private final Map<Character, List<Measurement>> measurements = new TreeMap<>();

    LoadRace(Options options, Path folder, Cluster cluster, Product product) throws IOException, InterruptedException {
        this.options = options;
        this.folder = folder;
        this.cluster = cluster;
        this.product = product;
        this.file = file(options.lines());
    }

    void run() throws Exception {
        Floor.prepare(file.path(), rows(), FLOOR_STREAMS, file.lines());
        Map<Character, String> titles = titles();
        for (int round = 1; round <= options.runs(); round++) {
            for (char letter : titles.keySet()) {
                if (options.only().indexOf(letter) >= 0) {
                    measure(letter);
                }
            }
            Bench.say("round %d of %d done", round, options.runs());
        }
        System.out.println(cluster.describe());
        System.out.printf(Locale.ROOT, "%d lines, %.0f MB, %d rounds, %s%n%n", file.lines(), file.megabytes(),
                options.runs(), Report.coresAndLoad());
        System.out.print(Report.table(measurements, titles, file.bytes()));
        notes.forEach(System.out::println);
    }

    /** Is the rate for a long file that of a usual one, in the same small heap? */
    void runFlat() throws Exception {
        BulkFile usual = file(Mode.RACE.usualLines());
        System.out.println(cluster.describe());
        System.out.printf("%n" + FLAT_ROW, "lines", "seconds", "MB/s", "lines/s", "peak MB", "PG MB", "others");
        double usualRate = 0;
        for (BulkFile load : List.of(usual, file)) {
            cluster.createDatabase("bench_flat");
            try (Shop shop = product.shop(1)) {
                Measurement measurement = load('e', "bench_flat", load, shop);
                Watch.Figures figures = measurement.figures();
                double rate = load.lines() / measurement.seconds();
                System.out.printf(FLAT_ROW, load.lines(), Report.number(measurement.seconds(), 2),
                        Report.number(load.megabytes() / measurement.seconds(), 0), Report.number(rate, 0),
                        Report.number(figures.clientPeakMegabytes(), 0),
                        Report.number(figures.backendPeakMegabytes(), 0), Report.number(figures.othersCores(), 2));
                if (usualRate == 0) {
                    usualRate = rate;
                } else {
                    System.out.printf(Locale.ROOT, "%nThe long file went at %.0f %% of the usual file's rate, in %s.%n",
                            100 * rate / usualRate, Product.HEAP);
                }
            }
            cluster.dropDatabase("bench_flat");
        }
    }

    /** What the simulated shop answers, about as many lines as asked for; kept for the next time. */
    private BulkFile file(long lines) throws IOException, InterruptedException {
        Path jsonl = folder.resolve("orders-" + lines + ".jsonl");
        if (Files.notExists(jsonl)) {
            Bench.say("fetching %s from the simulated shop", jsonl);
            try (Shop shop = product.shop(Shop.orders(lines))) {
                shop.download(StreamQuery.read(Path.of("../streams")), jsonl);
            }
        }
        BulkFile file = BulkFile.of(jsonl);
        Bench.say("%s: %d lines, %d orders, %.0f MB",
                jsonl.getFileName(), file.lines(), file.roots(), file.megabytes());
        return file;
    }

    private static Map<Character, String> titles() {
        Map<Character, String> titles = new LinkedHashMap<>();
        titles.put('a', "floor: binary COPY, " + FLOOR_STREAMS + " streams");
        titles.put('b', "psql: jsonb decoded in SQL");
        titles.put('c', "Spring Batch, chunk 1,000, " + WRITERS + " threads");
        titles.put('d', "Camel, a line an exchange (1/10, scaled)");
        titles.put('e', "Tidemark's load, first time (256 MB heap)");
        titles.put('f', "Tidemark's load, same file again");
        titles.put('g', "Tidemark, submit to watermark");
        return titles;
    }

    private void measure(char letter) throws Exception {
        String database = "bench_" + letter;
        if (letter != 'f') { // f follows e and loads into e's tables
            cluster.createDatabase(database);
        }
        String url = cluster.jdbcUrl(database);
        switch (letter) {
            case 'a' -> keep(contend(letter, java(Floor.class, url, rows().toString(), "" + FLOOR_STREAMS), 1));
            case 'b' -> psql(database).ifPresent(this::keep);
            case 'c' -> keep(
                    contend(letter, java(SpringBatchPeer.class, url, file.path().toString(), "" + WRITERS), 1));
            case 'd' -> keep(contend(letter, java(CamelPeer.class, url, tenth().toString()), 10));
            case 'e' -> loadTwice(database, options.only().contains("f"));
            case 'g' -> wholeRun(database);
            default -> { }
        }
        cluster.dropDatabase(database);
    }

    private void loadTwice(String database, boolean again) throws Exception {
        try (Shop shop = product.shop(1)) {
            keep(load('e', database, file, shop));
            if (again) {
                // As autovacuum would have done by the next day.
                cluster.execute(database, "vacuum (analyze)", SqlText.read("keep_row_versions.sql"), "checkpoint");
                long before = cluster.queryCount(database, SqlText.read("count_updates.sql"));
                keep(load('f', database, file, shop));
                long changed = cluster.queryCount(database, SqlText.read("count_new_row_versions.sql"));
                long counted = cluster.queryCount(database, SqlText.read("count_updates.sql")) - before;
                note("f: row versions written by the second load: %d (compared by ctid and xmin), "
                        + "%d (pg_stat_user_tables)", changed, counted);
            }
        }
    }

    private Measurement load(char letter, String database, BulkFile load, Shop shop) throws Exception {
        try (Watch watch = new Watch(cluster.postmaster(), Map.of())) {
            Product.Outcome outcome = product.load(database, load, shop, watch);
            note("%s: %s", letter, outcome.steps());
            return new Measurement(letter, outcome.accounted(), outcome.loadSeconds(), watch.stop());
        }
    }

    private void wholeRun(String database) throws Exception {
        try (Shop shop = product.shop(file.roots());
                Watch watch = new Watch(cluster.postmaster(), shop.processes())) {
            Product.Outcome outcome = product.wholeRun(database, shop, watch);
            Measurement measurement = new Measurement('g', outcome.accounted(), outcome.seconds(), watch.stop());
            keep(measurement);
            note("g: %s; peak MB %s, their CPU %.1f s", outcome.steps(), measurement.figures().companionMegabytes(),
                    measurement.figures().companionCpuSeconds());
        }
    }

    private void keep(Measurement measurement) {
        Bench.say("%s  %.2f s", measurement.letter(), measurement.seconds());
        measurements.computeIfAbsent(measurement.letter(), key -> new ArrayList<>()).add(measurement);
    }

    private void note(String format, Object... values) {
        String note = String.format(Locale.ROOT, format, values);
        Bench.say("%s", note);
        notes.add(note);
    }

    private Measurement contend(char letter, List<String> command, int scale) throws IOException, InterruptedException {
        try (Watch watch = new Watch(cluster.postmaster(), Map.of())) {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            watch.client(process.pid());
            Optional<Result> result = Optional.empty();
            try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    Optional<Result> parsed = Result.parse(line);
                    result = parsed.isPresent() ? parsed : result;
                }
            }
            if (process.waitFor() != 0 || result.isEmpty()) {
                throw new IllegalStateException("Contender " + letter + " ended with " + process.exitValue());
            }
            return new Measurement(letter, result.get().rows() * scale, result.get().seconds() * scale, watch.stop());
        }
    }

    private Optional<Measurement> psql(String database) throws IOException, InterruptedException, SQLException {
        Path script = SqlText.copy("psql_load.sql", folder);
        try (Watch watch = new Watch(cluster.postmaster(), Map.of())) {
            long start = System.nanoTime();
            Process process;
            try {
                process = cluster.psql(database, "-f", script.toString())
                        .redirectInput(file.path().toFile())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
            } catch (IOException e) {
                Bench.say("SKIPPED b: there is no psql on the PATH (%s)", e.getMessage());
                return Optional.empty();
            }
            watch.client(process.pid());
            int exit = process.waitFor();
            double seconds = Result.secondsSince(start);
            if (exit != 0) {
                throw new IllegalStateException("psql ended with " + exit);
            }
            long rows = cluster.queryCount(database,
                    "select (select count(*) from order_header) + (select count(*) from order_line_item)");
            return Optional.of(new Measurement('b', rows, seconds, watch.stop()));
        }
    }

    private static List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g",
                "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private Path rows() {
        return folder.resolve("rows-" + options.lines());
    }

    /** The first tenth of the file. */
    private Path tenth() throws IOException {
        Path tenth = folder.resolve("orders-" + options.lines() + "-tenth.jsonl");
        if (Files.notExists(tenth)) {
            try (Stream<String> lines = Files.lines(file.path())) {
                Files.write(tenth, (Iterable<String>) lines.limit(file.lines() / 10)::iterator, StandardCharsets.UTF_8);
            }
        }
        return tenth;
    }
}
