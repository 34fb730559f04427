package dev.tidemark.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was asked for on the command line. What does not belong to the mode has its default and means nothing.
 *
 * @param lines of the file, about; 0 where the mode loads no file
 * @param runs  rounds
 * @param only  letters of the contenders; those that the asked ones need are among them
 * @param rows  sizes of the table, one after the other
 */
record Options(
        Mode mode,
        long lines,
        int runs,
        String only,
        int deliveries,
        List<Long> rows,
        boolean parquet,
        Optional<String> databaseUrl) {

    private static final long MOST = 9_999_999_999L;

    static final String HELP = """
            Usage: bench/run [--lines N] [--runs N] [--only LETTERS]
                   bench/run --flat [--lines N]
                   bench/run --webhooks [--deliveries N] [--lines N]
                   bench/run --tables [--rows N[,N]] [--parquet] [--runs N]
                   bench/run --pages [--runs N]
                   bench/run --beside [--runs N]

            Loads the same file of orders and line items into the same indexed tables in several ways, one after
            the other, and prints rows, seconds, memory and the ratio to the floor. The medians of all rounds count.

              a   floor: binary COPY of ready-typed rows
              b   plain psql: COPY into jsonb, decode in SQL, upsert
              c   Spring Batch: chunk 1,000, batched upserts
              d   textbook Camel route: a line an exchange, a single-row upsert (a tenth of the data, scaled)
              e   Tidemark's load of the archived file, first time
              f   the same file again, unchanged
              g   Tidemark's whole run, from submit to watermark, over HTTP

            Or one of these instead:

              --flat              10,000,000 lines in a 256 MB heap beside 640,000 lines; wants 47 GB of disk
              --webhooks          how fast deliveries of webhooks are taken in and processed, beside pgbench's insert
                                  of the same rows, and how long one waits for its answer while a sync runs
              --tables            a table of a merchant's PostgreSQL into compressed JSONL, by psql and by Tidemark
              --pages             a list of Recharge and a connection of Shopify, page by page over HTTP: how much of
                                  what the vendors' buckets allow is reached, and how fast it is without them
              --beside            a daily run alone and beside a running backfill, in turns

            Options:

              --lines N           lines of the file; 640000 (about 490 MB) by default, 10000000 with --flat; with
                                  --webhooks those of the sync beside the deliveries, 160000 by default
              --runs N            rounds; 3 by default, 1 with --pages, 5 with --beside
              --only LETTERS      these contenders only, such as aef; the floor is always among them
              --deliveries N      with --webhooks: how many; 20000 by default
              --rows N[,N]        with --tables: how many rows, one size after the other; 1000000 by default
              --parquet           with --tables: into Parquet as well
              --database-url URL  a server that is there (jdbc:postgresql://host/db?user=…&password=…; the role may
                                  create databases) instead of the embedded PostgreSQL 17; its settings are printed
            """;

    /** @throws IllegalArgumentException with what is wrong, when this cannot be run as it was asked for */
    static Options parse(List<String> words) {
        Map<String, String> given = given(words);
        Mode mode = Mode.of(given.keySet());
        String only = given.getOrDefault("--only", "abcdefg");
        if (!only.matches("[a-g]+")) {
            throw new IllegalArgumentException("--only takes letters from a to g, not " + only);
        }
        // The second load needs the first one's tables, and every ratio needs the floor.
        only = only + "a" + (only.contains("f") ? "e" : "");
        return new Options(
                mode,
                number(given, "--lines", mode.usualLines(), MOST),
                (int) number(given, "--runs", mode.usualRuns(), Integer.MAX_VALUE),
                only,
                (int) number(given, "--deliveries", 20_000, Integer.MAX_VALUE),
                Arrays.stream(given.getOrDefault("--rows", "1000000").split(","))
                        .map(size -> number("--rows", size, MOST))
                        .toList(),
                given.containsKey("--parquet"),
                Optional.ofNullable(given.get("--database-url")));
    }

    /** The options by name, in the order in which they were given; of two with the same name the last counts. */
    private static Map<String, String> given(List<String> words) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            switch (word) {
                case "--flat", "--webhooks", "--tables", "--pages", "--beside", "--parquet" -> given.put(word, "");
                case "--lines", "--runs", "--only", "--deliveries", "--rows", "--database-url" -> {
                    if (++i == words.size()) {
                        throw new IllegalArgumentException(word + " needs a value; see bench/run --help");
                    }
                    given.put(word, words.get(i));
                }
                default -> throw new IllegalArgumentException("Unknown option " + word + "; see bench/run --help");
            }
        }
        return given;
    }

    private static long number(Map<String, String> given, String option, long usual, long most) {
        return given.containsKey(option) ? number(option, given.get(option), most) : usual;
    }

    private static long number(String option, String text, long most) {
        if (!text.matches("[1-9]\\d{0,9}") || Long.parseLong(text) > most) {
            throw new IllegalArgumentException(option + " needs a whole number from 1 to " + most + ", not " + text);
        }
        return Long.parseLong(text);
    }
}
