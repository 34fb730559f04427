package dev.tidemark.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The table: medians of all rounds, and ratios to the median of the floor. */
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
            if (rounds == null || rounds.isEmpty()) {
                return;
            }
            double seconds = median(rounds, Measurement::seconds);
            table.append(ROW.formatted(
                    letter + "  " + title,
                    rounds.get(0).rows(),
                    number(seconds, 2),
                    number(rounds.stream().mapToDouble(Measurement::seconds).min().orElseThrow(), 2) + "-"
                            + number(rounds.stream().mapToDouble(Measurement::seconds).max().orElseThrow(), 2),
                    number(bytes / 1e6 / seconds, 0),
                    number(seconds / floor, 2),
                    figure(rounds, Watch.Figures::clientPeakMegabytes, 0),
                    figure(rounds, Watch.Figures::backendPeakMegabytes, 0),
                    figure(rounds, Watch.Figures::clientCpuSeconds, 1),
                    figure(rounds, Watch.Figures::serverCpuSeconds, 1),
                    figure(rounds, Watch.Figures::othersCores, 2)));
        });
        return table.toString();
    }

    static double median(List<Measurement> rounds, ToDoubleFunction<Measurement> of) {
        double[] sorted = rounds.stream().mapToDouble(of).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    static String figure(List<Measurement> rounds, ToDoubleFunction<Watch.Figures> of, int decimals) {
        double value = median(rounds, measurement -> of.applyAsDouble(measurement.figures()));
        return number(value, decimals);
    }

    static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
