package dev.tidemark.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What was asked for on the command line, where it is about how sources are read. */
record SourceOptions(Kind kind, int runs, List<Long> rows, boolean parquet, Optional<String> databaseUrl) {

    /** What is measured. */
    enum Kind {
        TABLES,
        PAGES,
        BESIDE;

        String option() {
            return "--" + name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    static final String HELP = """

                   bench/run --tables [--rows N[,N]] [--parquet] [--runs N] [--database-url URL]
                   bench/run --pages [--runs N] [--database-url URL]
                   bench/run --beside [--runs N] [--database-url URL]

            How sources are read:

              --tables            a table of a merchant's PostgreSQL into compressed JSONL, by psql and by Tidemark
              --rows N[,N]        with --tables: how many rows, one size after the other; 1000000 by default
              --parquet           with --tables: into Parquet as well
              --pages             a list of Recharge and a connection of Shopify, page by page over HTTP: how much of what
                                  the vendors' buckets allow is reached, and how fast it is without them
              --beside            a daily run alone and beside a running backfill, in turns
            """;

    /** Whether the words ask for one of these. */
    static boolean isAsked(List<String> words) {
        return Arrays.stream(Kind.values()).map(Kind::option).anyMatch(words::contains);
    }

    static SourceOptions parse(List<String> words) {
        Kind kind = Arrays.stream(Kind.values()).filter(any -> words.contains(any.option())).findFirst().orElseThrow();
        int runs = kind == Kind.BESIDE ? 5 : kind == Kind.PAGES ? 1 : 3;
        boolean parquet = false;
        List<Long> rows = List.of(1_000_000L);
        Optional<String> databaseUrl = Optional.empty();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            switch (word) {
                case "--runs" -> runs = (int) positive(word, value(words, ++i, word));
                case "--parquet" -> parquet = true;
                case "--rows" -> rows = Arrays.stream(value(words, ++i, word).split(","))
                        .map(number -> positive("--rows", number))
                        .toList();
                case "--database-url" -> databaseUrl = Optional.of(value(words, ++i, word));
                default -> {
                    if (!word.equals(kind.option())) {
                        throw new IllegalArgumentException("Unknown option " + word + "; see bench/run --help");
                    }
                }
            }
        }
        return new SourceOptions(kind, runs, rows, parquet, databaseUrl);
    }

    private static String value(List<String> words, int index, String option) {
        if (index >= words.size()) {
            throw new IllegalArgumentException(option + " needs a value; see bench/run --help");
        }
        return words.get(index);
    }

    private static long positive(String option, String text) {
        if (!text.matches("[1-9]\\d{0,9}")) {
            throw new IllegalArgumentException(option + " needs a positive whole number, not " + text);
        }
        return Long.parseLong(text);
    }
}
