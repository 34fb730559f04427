package dev.tidemark.bench;

import java.util.Locale;
import java.util.Optional;

/** What a contender says of itself on standard output when it is done: the clock runs only while it loads. */
record Result(long rows, double seconds) {

    private static final String MARK = "BENCH-RESULT";

    void print() {
        System.out.printf(Locale.ROOT, "%s %d %.3f%n", MARK, rows, seconds);
    }

    static Optional<Result> parse(String line) {
        if (!line.startsWith(MARK)) {
            return Optional.empty();
        }
        String[] parts = line.trim().split(" ");
        return Optional.of(new Result(Long.parseLong(parts[1]), Double.parseDouble(parts[2])));
    }

    static double secondsSince(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e9;
    }
}
