package dev.tidemark.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * How fast deliveries are taken in and processed, beside a plain insert of the same rows. The deliveries are the
 * simulated shop's own, captured with their signatures before any clock starts.
 */
final class WebhookBench {

    private static final String TAKEN = "bench_taken";
    private static final String AGAIN = "bench_again";
    /** Deliveries under way at once, and connections of pgbench. */
    private static final int IN_FLIGHT = 16;
    private static final int MOST_IN_FLIGHT = 64;
    private static final int ASKED_PER_SECOND = 200;
    private static final double ASKED_P99_MILLIS = 1_000;
    private static final String ROW = "%-58s %10s %8s %8s %8s %8s %8s %8s %8s %8s %7s%n";

    private final Options options;
    private final Path folder;
    private final Cluster cluster;
    private final Product product;
    private final Map<Character, Line> lines = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    WebhookBench(Options options, Path folder, Cluster cluster, Product product) {
        this.options = options;
        this.folder = folder;
        this.cluster = cluster;
        this.product = product;
    }

    /** A line of the table. Of processing there are no waits, so its count stands apart. */
    private record Line(String title, int count, Sender.Series series, Watch.Figures figures) {

        double perSecond() {
            return count / series.seconds();
        }
    }

    void run() throws Exception {
        try (Shop shop = product.shop(Shop.orders(options.lines()))) {
            List<CapturedDelivery> deliveries = CapturedDelivery.of(shop, options.deliveries());
            double kilobytes = deliveries.stream().mapToInt(each -> each.request().length).average().orElse(0) / 1e3;
            Bench.say("captured %d deliveries of %.1f kB", deliveries.size(), kilobytes);
            takeIn(shop, deliveries);
            floor(deliveries.size());
            process(shop, deliveries.size());
            besideARun(shop, deliveries);
            cluster.dropDatabase(TAKEN);
            System.out.println(cluster.describe());
            System.out.printf(Locale.ROOT, "%d deliveries of %.1f kB, %s%n%n",
                    deliveries.size(), kilobytes, Report.coresAndLoad());
        }
        System.out.printf(ROW, "", "deliveries", "seconds", "a second", "x floor", "p50 ms", "p99 ms", "max ms",
                "CPU s", "PG CPU", "others");
        Stream.of('w', 'i', 'p', 's')
                .filter(lines::containsKey)
                .forEach(letter -> System.out.print(row(lines.get(letter))));
        notes.forEach(System.out::println);
    }

    /** (i): all of them, as fast as they are answered; they are processed meanwhile, as they always are. */
    private void takeIn(Shop shop, List<CapturedDelivery> deliveries) throws Exception {
        cluster.createDatabase(TAKEN);
        try (Product.Server server = product.serve(TAKEN, shop, Map.of())) {
            int warming = warm(server, TAKEN, deliveries);
            Sender sender = new Sender(server.port(), IN_FLIGHT);
            long start = System.nanoTime();
            try (Watch watch = watch(server)) {
                Sender.Series series = sender.closedLoop(deliveries.subList(warming, deliveries.size()));
                Watch.Figures figures = watch.stop();
                double behind = waiting(TAKEN);
                awaitEmptyQueue(TAKEN);
                add("i  intake, %d in flight, processed meanwhile".formatted(IN_FLIGHT), series, figures);
                notes.add(String.format(Locale.ROOT,
                        "i: when the last was answered, %.0f waited to be processed; "
                                + "%.1f s after the first was sent, none did: %.0f a second",
                        behind, Result.secondsSince(start), series.count() / Result.secondsSince(start)));
            }
        }
        cluster.execute(TAKEN, SqlText.statements(SqlText.read("keep_deliveries.sql")));
        cluster.execute(TAKEN, SqlText.read("forget_deliveries.sql"));
    }

    /** What a server pays once, after its start, is not what it pays for a delivery. Gives how many were sent for that. */
    private int warm(Product.Server server, String database, List<CapturedDelivery> deliveries) throws Exception {
        server.awaitReady();
        int warming = Math.min(2_000, deliveries.size() / 4);
        new Sender(server.port(), IN_FLIGHT).closedLoop(deliveries.subList(0, warming));
        awaitEmptyQueue(database);
        return warming;
    }

    /** (w): pgbench inserts the same rows into the same table, one in a transaction, over as many connections. */
    private void floor(int count) throws IOException, InterruptedException, SQLException {
        Optional<Path> pgbench = pgbench();
        if (pgbench.isEmpty()) {
            Bench.say("SKIPPED w: there is no pgbench on the PATH, nor in /usr/lib/postgresql/*/bin");
            notes.add("SKIPPED w, the floor: there is no pgbench");
            return;
        }
        cluster.createDatabase(AGAIN, TAKEN);
        Path script = SqlText.copy("pgbench_insert.sql", folder);
        Path log = folder.resolve("pgbench");
        deleteLogs(log);
        int each = count / IN_FLIGHT;
        try (Watch watch = new Watch(cluster.postmaster(), Map.of())) {
            Path said = folder.resolve("pgbench.log");
            Process process = new ProcessBuilder(pgbench.get().toString(), "-n", "-M", "prepared",
                            "-c", "" + IN_FLIGHT, "-j", "2", "-t", "" + each, "-f", script.toString(),
                            "-l", "--log-prefix=" + log, cluster.libpqUrl(AGAIN))
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            watch.client(process.pid());
            if (process.waitFor() != 0) {
                throw new IllegalStateException("pgbench ended with " + process.exitValue() + "; see " + said);
            }
            Watch.Figures figures = watch.stop();
            Sender.Series series = series(log);
            add("w  floor: pgbench, a plain insert, %d connections".formatted(IN_FLIGHT), series, figures);
        } finally {
            deleteLogs(log);
            cluster.dropDatabase(AGAIN);
        }
    }

    /** (p): a full queue, until it is empty; by the times that the deliveries were settled. */
    private void process(Shop shop, int count) throws Exception {
        cluster.createDatabase(AGAIN, TAKEN);
        cluster.execute(AGAIN, SqlText.read("queue_deliveries.sql"), "vacuum (analyze)", "checkpoint");
        try (Product.Server server = product.serve(AGAIN, shop, Map.of()); Watch watch = watch(server)) {
            awaitEmptyQueue(AGAIN);
            Watch.Figures figures = watch.stop();
            double seconds = Double.parseDouble(cluster.queryText(AGAIN, SqlText.read("settling_seconds.sql")));
            Sender.Series series = new Sender.Series(seconds, new double[0]);
            add("p  processing, a full queue until it is empty", series, count, figures);
            notes.add("p: " + cluster.queryText(AGAIN, SqlText.read("count_outcomes.sql")));
        }
        cluster.dropDatabase(AGAIN);
    }

    /** (s): so many a second, whether or not they are answered, from submit to watermark of a run. */
    private void besideARun(Shop shop, List<CapturedDelivery> deliveries) throws Exception {
        cluster.createDatabase(AGAIN);
        try (Product.Server server = product.serve(AGAIN, shop, Map.of())) {
            int warming = warm(server, AGAIN, deliveries);
            try (Watch watch = watch(server)) {
                UUID run = server.submit();
                AtomicBoolean underWay = new AtomicBoolean(true);
                Thread looking = new Thread(() -> look(server, run, underWay));
                looking.start();
                Sender.Series series = new Sender(server.port(), MOST_IN_FLIGHT)
                        .openLoop(deliveries.subList(warming, deliveries.size()), ASKED_PER_SECOND, underWay::get);
                Watch.Figures figures = watch.stop();
                boolean covered = !underWay.get();
                looking.join();
                Product.Outcome outcome = server.awaitEnd(run).requireAdvanced();
                String title = "s  intake at %d a second while a sync of %d lines runs"
                        .formatted(ASKED_PER_SECOND, outcome.accounted());
                add(title, series, figures);
                notes.add(String.format(Locale.ROOT, "s: the sync took %.1f s (%s)%s; p99 below 1 s: %s",
                        outcome.seconds(), outcome.steps(),
                        covered ? "" : ", longer than there were deliveries for",
                        series.percentile(0.99) < ASKED_P99_MILLIS ? "yes" : "NO"));
            }
        }
        cluster.dropDatabase(AGAIN);
    }

    private static void look(Product.Server server, UUID run, AtomicBoolean underWay) {
        try {
            while (server.isUnderWay(run)) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The run could not be looked at", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            underWay.set(false);
        }
    }

    private Watch watch(Product.Server server) {
        Watch watch = new Watch(cluster.postmaster(), Map.of("sender", ProcessHandle.current().pid()));
        watch.client(server.pid());
        return watch;
    }

    private long waiting(String database) throws SQLException {
        return cluster.queryCount(database, SqlText.read("count_waiting.sql"));
    }

    private void awaitEmptyQueue(String database) throws SQLException, InterruptedException {
        long giveUp = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
        while (waiting(database) > 0) {
            if (System.nanoTime() > giveUp) {
                throw new IllegalStateException(
                        "The queue was not empty after an hour: " + waiting(database) + " wait");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private void add(String title, Sender.Series series, Watch.Figures figures) {
        add(title, series, series.count(), figures);
    }

    private void add(String title, Sender.Series series, int count, Watch.Figures figures) {
        Line line = new Line(title, count, series, figures);
        lines.put(title.charAt(0), line);
        Bench.say("%s", row(line).stripTrailing());
    }

    private String row(Line line) {
        boolean timed = line.series().count() > 0;
        // What is sent at a set rate says nothing by its rate.
        boolean compared = lines.containsKey('w') && !line.title().startsWith("s");
        return ROW.formatted(
                line.title(),
                line.count(),
                Report.number(line.series().seconds(), 1),
                Report.number(line.perSecond(), 0),
                compared ? Report.number(lines.get('w').perSecond() / line.perSecond(), 2) : "-",
                timed ? Report.number(line.series().percentile(0.5), 1) : "-",
                timed ? Report.number(line.series().percentile(0.99), 1) : "-",
                timed ? Report.number(line.series().percentile(1), 1) : "-",
                Report.number(line.figures().clientCpuSeconds(), 1),
                Report.number(line.figures().serverCpuSeconds(), 1),
                Report.number(line.figures().othersCores(), 2));
    }

    /**
     * pgbench's log has a line for each transaction: client, number, microseconds, script, and when it ended: seconds,
     * microseconds.
     */
    private Sender.Series series(Path log) throws IOException {
        List<long[]> transactions = new ArrayList<>();
        for (Path file : logs(log)) {
            try (Stream<String> lines = Files.lines(file)) {
                lines.map(line -> line.split(" "))
                        .map(words -> new long[] {
                            Long.parseLong(words[2]),
                            Long.parseLong(words[4]) * 1_000_000 + Long.parseLong(words[5])
                        })
                        .forEach(transactions::add);
            }
        }
        long first = transactions.stream().mapToLong(each -> each[1] - each[0]).min().orElseThrow();
        long last = transactions.stream().mapToLong(each -> each[1]).max().orElseThrow();
        double[] sortedMillis = transactions.stream().mapToDouble(each -> each[0] / 1e3).sorted().toArray();
        return new Sender.Series((last - first) / 1e6, sortedMillis);
    }

    private static void deleteLogs(Path log) throws IOException {
        for (Path file : logs(log)) {
            Files.delete(file);
        }
    }

    /** pgbench writes one file for each of its threads: prefix.pid and prefix.pid.thread. */
    private static List<Path> logs(Path log) throws IOException {
        try (Stream<Path> files = Files.list(log.getParent())) {
            String name = log.getFileName() + "\\.\\d+(\\.\\d+)?";
            return files.filter(file -> file.getFileName().toString().matches(name)).toList();
        }
    }

    /** On the PATH, or the newest where Debian has it; the embedded PostgreSQL comes without. */
    private static Optional<Path> pgbench() throws IOException {
        Optional<Path> onPath = Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .filter(part -> !part.isEmpty())
                .map(part -> Path.of(part, "pgbench"))
                .filter(Files::isExecutable)
                .findFirst();
        Path debian = Path.of("/usr/lib/postgresql");
        if (onPath.isPresent() || !Files.isDirectory(debian)) {
            return onPath;
        }
        try (Stream<Path> versions = Files.list(debian)) {
            return versions.map(version -> version.resolve("bin/pgbench"))
                    .filter(Files::isExecutable)
                    .max(Comparator.comparing(Path::toString));
        }
    }
}
