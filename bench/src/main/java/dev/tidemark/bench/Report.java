package dev.tidemark.bench;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Tables: medians of all rounds, and ratios to the median of the floor or of psql. */
final class Report {

    private static final String ROW = "%-46s %9s %8s %15s %7s %8s %8s %8s %8s %7s %7s%n";

    private Report() {}

    static String table(Map<Character, List<Measurement>> measurements, Map<Character, String> titles, long bytes) {
        StringBuilder table = new StringBuilder();
        table.append(ROW.formatted("contender", "rows", "seconds", "min-max", "MB/s", "x floor", "peak MB", "PG MB",
                "CPU s", "PG CPU", "others"));
        double floor = median(measurements.get('a'), Measurement::seconds);
        titles.forEach((letter, title) -> {
            List<Measurement> rounds = measurements.get(letter);
            if (rounds != null) {
                table.append(line(ROW, letter + "  " + title, rounds, bytes / 1e6, floor));
            }
        });
        return table.toString();
    }

    /**
     * A line of a table: title, rows, median and spread of the seconds, amount a second, ratio, and what was watched.
     *
     * @param row       format of its eleven columns
     * @param amount    of which the line says how much went through in a second
     * @param yardstick seconds that the ratio is to
     */
    static String line(String row, String title, List<Measurement> rounds, double amount, double yardstick) {
        double seconds = median(rounds, Measurement::seconds);
        return row.formatted(
                title,
                rounds.get(0).rows(),
                number(seconds, 2),
                spread(rounds, Measurement::seconds),
                number(amount / seconds, 0),
                number(seconds / yardstick, 2),
                figure(rounds, Watch.Figures::clientPeakMegabytes, 0),
                figure(rounds, Watch.Figures::backendPeakMegabytes, 0),
                figure(rounds, Watch.Figures::clientCpuSeconds, 1),
                figure(rounds, Watch.Figures::serverCpuSeconds, 1),
                figure(rounds, Watch.Figures::othersCores, 2));
    }

    /** For the head of a table. */
    static String cores() {
        return Runtime.getRuntime().availableProcessors() + " cores";
    }

    /** The same with what else goes on. */
    static String coresAndLoad() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return cores() + ", load average now " + number(load, 1);
    }

    static <T> double median(List<T> rounds, ToDoubleFunction<T> of) {
        double[] sorted = rounds.stream().mapToDouble(of).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The least and the most. */
    static <T> String spread(List<T> rounds, ToDoubleFunction<T> of) {
        return number(rounds.stream().mapToDouble(of).min().orElseThrow(), 2) + "-"
                + number(rounds.stream().mapToDouble(of).max().orElseThrow(), 2);
    }

    private static String figure(List<Measurement> rounds, ToDoubleFunction<Watch.Figures> of, int decimals) {
        return number(median(rounds, round -> of.applyAsDouble(round.figures())), decimals);
    }

    static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
