package dev.tidemark.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What is measured, each asked for by an option of its own; the race is what runs when none is given. */
enum Mode {
    /** The contenders, one after the other. */
    RACE("", 3, 640_000, "--lines", "--runs", "--only"),
    /** A long file beside a usual one. */
    FLAT("--flat", 1, 10_000_000, "--lines"),
    /** Deliveries, taken in and processed. */
    WEBHOOKS("--webhooks", 1, 160_000, "--deliveries", "--lines"),
    /** A table of a database. */
    TABLES("--tables", 3, 0, "--rows", "--parquet", "--runs"),
    /** Pages over HTTP. */
    PAGES("--pages", 1, 0, "--runs"),
    /** A daily run beside a backfill. */
    BESIDE("--beside", 5, 0, "--runs");

    /** The option that every mode takes. */
    private static final String EVERYWHERE = "--database-url";

    private final String option;
    private final int usualRuns;
    private final long usualLines;
    private final Set<String> own;

    Mode(String option, int usualRuns, long usualLines, String... own) {
        this.option = option;
        this.usualRuns = usualRuns;
        this.usualLines = usualLines;
        this.own = Set.of(own);
    }

    /** Rounds, unless {@code --runs} says otherwise. */
    int usualRuns() {
        return usualRuns;
    }

    /** Lines of the file, unless {@code --lines} says otherwise; 0 where no file is loaded. */
    long usualLines() {
        return usualLines;
    }

    /**
     * The one mode that these options ask for.
     *
     * @throws IllegalArgumentException when they ask for two, or when one of them belongs to another mode
     */
    static Mode of(Set<String> options) {
        List<Mode> asked = Arrays.stream(values()).filter(mode -> options.contains(mode.option)).toList();
        if (asked.size() > 1) {
            throw new IllegalArgumentException(
                    "Only one thing is measured at a time, not " + named(asked) + "; see bench/run --help");
        }
        Mode mode = asked.isEmpty() ? RACE : asked.get(0);
        for (String option : options) {
            if (!option.equals(mode.option) && !option.equals(EVERYWHERE) && !mode.own.contains(option)) {
                List<Mode> owners = Arrays.stream(values()).filter(any -> any.own.contains(option)).toList();
                throw new IllegalArgumentException(
                        option + " is an option of " + named(owners) + ", not of " + mode + "; see bench/run --help");
            }
        }
        return mode;
    }

    private static String named(List<Mode> modes) {
        String names = String.join(", ", modes.stream().map(Mode::toString).toList());
        return names.replaceFirst(", (?=[^,]*$)", " and ");
    }

    @Override
    public String toString() {
        return this == RACE ? "the race" : option;
    }
}
