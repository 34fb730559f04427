package dev.tidemark.bench;

import java.util.List;
import java.util.Optional;

/** What was asked for on the command line. */
record Options(long lines, int runs, String only, boolean flat, Optional<String> databaseUrl) {

    static final String HELP = """
            Usage: bench/run [--lines N] [--runs N] [--only LETTERS] [--database-url URL]
                   bench/run --flat [--lines N] [--database-url URL]

            Loads the same file of orders and line items into the same indexed tables in several ways, one after
            the other, and prints rows, seconds, memory and the ratio to the floor. The medians of all rounds count.

              a   floor: binary COPY of ready-typed rows
              b   plain psql: COPY into jsonb, decode in SQL, upsert
              c   Spring Batch: chunk 1,000, batched upserts
              d   textbook Camel route: a line an exchange, a single-row upsert (a tenth of the data, scaled)
              e   Tidemark's load of the archived file, first time
              f   the same file again, unchanged
              g   Tidemark's whole run, from submit to watermark, over HTTP

              --lines N           lines of the file; 640000 (about 400 MB) by default
              --runs N            rounds; 3 by default
              --only LETTERS      these contenders only, such as aef; the floor is always among them
              --flat              instead: 10,000,000 lines in a 256 MB heap beside 640,000 lines; about 25 GB of disk
              --database-url URL  a server that is there (jdbc:postgresql://host/db?user=…&password=…; the role may create
                                  databases) instead of the embedded PostgreSQL 17; its settings are printed
            """;

    static Options parse(List<String> words) {
        long lines = 0;
        int runs = 3;
        String only = "abcdefg";
        boolean flat = false;
        Optional<String> databaseUrl = Optional.empty();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            switch (word) {
                case "--lines" -> lines = positive(word, value(words, ++i, word));
                case "--runs" -> runs = (int) positive(word, value(words, ++i, word));
                case "--only" -> only = value(words, ++i, word);
                case "--database-url" -> databaseUrl = Optional.of(value(words, ++i, word));
                case "--flat" -> flat = true;
                default -> throw new IllegalArgumentException("Unknown option " + word + "; see bench/run --help");
            }
        }
        if (!only.matches("[a-g]+")) {
            throw new IllegalArgumentException("--only takes letters from a to g, not " + only);
        }
        // The second load needs the first one's tables, and every ratio needs the floor.
        only = only + "a" + (only.contains("f") ? "e" : "");
        return new Options(lines != 0 ? lines : flat ? 10_000_000 : 640_000, runs, only, flat, databaseUrl);
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
