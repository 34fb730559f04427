package dev.tidemark.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Starts what every mode needs, PostgreSQL and a migrated database in it, and runs the mode that was asked for.
 * Progress goes to standard error, the table to standard output.
 */
public final class Bench {

    private Bench() {}

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
        refuseFullDisk(options, folder);
        // Only a queue needs it; elsewhere it would start at a moment of its own choosing.
        boolean autovacuum = options.mode() == Mode.WEBHOOKS;
        try (Cluster cluster = options.databaseUrl().isPresent()
                ? Cluster.at(options.databaseUrl().get())
                : Cluster.start(folder.resolve("postgresql"), autovacuum)) {
            Product product = new Product(folder, cluster);
            cluster.createEmptyDatabase(Cluster.TEMPLATE);
            product.migrate(Cluster.TEMPLATE);
            switch (options.mode()) {
                case RACE -> new LoadRace(options, folder, cluster, product).run();
                case FLAT -> new LoadRace(options, folder, cluster, product).runFlat();
                case WEBHOOKS -> new WebhookBench(options, folder, cluster, product).run();
                case TABLES -> new TableRace(options, folder, cluster, product).run();
                case PAGES -> new PagedPath(options, cluster, product).run();
                case BESIDE -> new BesideBackfill(options, cluster, product).run();
            }
        }
    }

    /** File, archive, tables with indexes, and the write-ahead log. Modes that load no file need little. */
    private static void refuseFullDisk(Options options, Path folder) throws IOException {
        if (options.lines() == 0) {
            return;
        }
        // A delivery of an order is about 10 kB, and lies in three databases.
        long deliveries = options.mode() == Mode.WEBHOOKS ? options.deliveries() * 50_000L : 0;
        long needed = options.lines() * 3_000 + deliveries + 17_000_000_000L;
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < needed) {
            throw new IllegalStateException("%s has room for %d GB, but %d lines need up to %d GB"
                    .formatted(folder, free / 1_000_000_000, options.lines(), needed / 1_000_000_000));
        }
    }

    /** Progress, for whoever waits. */
    static void say(String format, Object... values) {
        System.err.printf(Locale.ROOT, format + "%n", values);
    }

    /** Ends a process, by force where half a minute was not enough. */
    static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
