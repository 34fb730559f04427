package dev.tidemark.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How sources are read: tables, pages, and a daily run beside a backfill. */
final class SourceBench {

    private static final String PRODUCT_HEAP = "-Xmx256m";

    private SourceBench() {}

    /** Runs in the folder {@code bench/}. */
    static void run(List<String> words) throws Exception {
        SourceOptions options;
        try {
            options = SourceOptions.parse(words);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Path folder = Path.of("target/work").toAbsolutePath();
        Files.createDirectories(folder);
        Path launcher = Path.of("../tidemark").toRealPath();
        try (Cluster cluster = options.databaseUrl().isPresent()
                ? Cluster.at(options.databaseUrl().get())
                : Cluster.start(folder.resolve("postgresql"), false)) {
            switch (options.kind()) {
                case TABLES -> new TableRace(options, folder, cluster, launcher, PRODUCT_HEAP).run();
                case PAGES -> new PagedPath(options, folder, cluster, launcher, PRODUCT_HEAP).run();
                case BESIDE -> new BesideBackfill(options, folder, cluster, launcher, PRODUCT_HEAP).run();
            }
        }
    }
}
