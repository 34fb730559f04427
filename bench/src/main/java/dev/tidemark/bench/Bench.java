package dev.tidemark.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Runs every contender once a round, one after the other, each in a process of its own against a fresh copy of the same
 * migrated database, and prints the table. Progress goes to standard error, the table to standard output.
 */
public final class Bench {

    private static final String TEMPLATE = "bench_template";
    private static final int FLOOR_STREAMS = 2;
    private static final int WRITERS = 2;

    private final Options options;
    private final Path folder;
    private final Cluster cluster;
    private final Path jsonl;
    private final Map<Character, List<Measurement>> measurements = new TreeMap<>();

    private Bench(Options options, Path folder, Cluster cluster) {
        this.options = options;
        this.folder = folder;
        this.cluster = cluster;
        this.jsonl = folder.resolve("orders-" + options.lines() + ".jsonl");
    }

    /** Runs in the folder {@code bench/}. */
    public static void main(String[] args) throws Exception {
        List<String> words = Arrays.asList(args);
        if (words.contains("--help") || words.contains("-h")) {
            System.out.print(Options.HELP);
            return;
        }
        Options options;
        try {
            options = Options.parse(words);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Path folder = Path.of("target/work").toAbsolutePath();
        Files.createDirectories(folder);
        try (Cluster cluster = options.databaseUrl().isPresent()
                ? Cluster.at(options.databaseUrl().get())
                : Cluster.start(folder.resolve("postgresql"))) {
            new Bench(options, folder, cluster).run();
        }
    }

    private void run() throws Exception {
        say("writing %s", jsonl);
        Orders.write(jsonl, options.lines());
        Floor.prepare(jsonl, rows(), FLOOR_STREAMS, options.lines());
        migrateTemplate();
        Map<Character, String> titles = titles();
        for (int round = 1; round <= options.runs(); round++) {
            for (char letter : titles.keySet()) {
                if (letter == 'a' || options.only().indexOf(letter) >= 0) {
                    measure(letter).ifPresent(measurement -> measurements
                            .computeIfAbsent(letter, key -> new ArrayList<>())
                            .add(measurement));
                }
            }
            say("round %d of %d done", round, options.runs());
        }
        System.out.println(cluster.describe());
        System.out.printf("%d lines, %.0f MB, %d rounds, %d cores%n%n", options.lines(), Files.size(jsonl) / 1e6,
                options.runs(), Runtime.getRuntime().availableProcessors());
        System.out.print(Report.table(measurements, titles, Files.size(jsonl)));
    }

    private static Map<Character, String> titles() {
        Map<Character, String> titles = new LinkedHashMap<>();
        titles.put('a', "floor: binary COPY, " + FLOOR_STREAMS + " streams");
        titles.put('b', "psql: jsonb decoded in SQL");
        titles.put('c', "Spring Batch, chunk 1,000, " + WRITERS + " threads");
        titles.put('d', "Camel, a line an exchange (1/10, scaled)");
        return titles;
    }

    private Optional<Measurement> measure(char letter) throws Exception {
        String database = "bench_" + letter;
        cluster.createDatabase(database, TEMPLATE);
        String url = cluster.jdbcUrl(database);
        Optional<Measurement> measurement = switch (letter) {
            case 'a' -> Optional.of(contend(letter, java(Floor.class, url, rows().toString(), "" + FLOOR_STREAMS), 1));
            case 'b' -> psql(database);
            case 'c' -> Optional.of(contend(letter, java(SpringBatchPeer.class, url, jsonl.toString(), "" + WRITERS), 1));
            case 'd' -> Optional.of(contend(letter, java(CamelPeer.class, url, tenth().toString()), 10));
            default -> throw new IllegalArgumentException("No contender " + letter);
        };
        measurement.ifPresent(m -> say("%s  %.2f s", m.letter(), m.seconds()));
        cluster.dropDatabase(database);
        return measurement;
    }

    private Measurement contend(char letter, List<String> command, int scale) throws IOException, InterruptedException {
        try (Watch watch = new Watch(cluster.postmaster())) {
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
        Path script = folder.resolve("psql_load.sql");
        Files.copy(Bench.class.getResourceAsStream("/bench/psql_load.sql"), script,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (Watch watch = new Watch(cluster.postmaster())) {
            long start = System.nanoTime();
            Process process;
            try {
                process = new ProcessBuilder("psql", "-X", "-q", "-d", cluster.libpqUrl(database), "-f", script.toString())
                        .redirectInput(jsonl.toFile())
                        .inheritIO()
                        .redirectInput(jsonl.toFile())
                        .start();
            } catch (IOException e) {
                say("SKIPPED b: there is no psql on the PATH (%s)", e.getMessage());
                return Optional.empty();
            }
            watch.client(process.pid());
            int exit = process.waitFor();
            double seconds = Result.secondsSince(start);
            if (exit != 0) {
                throw new IllegalStateException("psql ended with " + exit);
            }
            long rows = Long.parseLong(cluster.queryText(database,
                    "select (select count(*) from order_header) + (select count(*) from order_line_item)"));
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

    private void migrateTemplate() throws SQLException, IOException {
        cluster.execute("postgres", "drop database if exists " + TEMPLATE + " with (force)", "create database " + TEMPLATE);
        try (Stream<Path> files = Files.list(Path.of("../sql/schema"))) {
            for (Path file : files.sorted().toList()) {
                cluster.execute(TEMPLATE, Files.readString(file));
            }
        }
    }

    private Path rows() {
        return folder.resolve("rows-" + options.lines());
    }

    /** The first tenth of the file. */
    private Path tenth() throws IOException {
        Path tenth = folder.resolve("orders-" + options.lines() + "-tenth.jsonl");
        if (Files.notExists(tenth)) {
            try (Stream<String> lines = Files.lines(jsonl)) {
                Files.write(tenth, (Iterable<String>) lines.limit(options.lines() / 10)::iterator, StandardCharsets.UTF_8);
            }
        }
        return tenth;
    }

    private static void say(String format, Object... values) {
        System.err.printf(format + "%n", values);
    }
}
