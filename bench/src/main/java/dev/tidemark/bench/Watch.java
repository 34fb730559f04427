package dev.tidemark.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Looks at processes while a contender runs, ten times a second: peak memory, processor time, and how much of the
 * machine somebody else used meanwhile. Needs Linux's {@code /proc}; elsewhere every figure is absent.
 */
final class Watch implements AutoCloseable {

    private static final double TICKS_PER_SECOND = 100;
    private static final Path PROC = Path.of("/proc");

    private final OptionalLong postmaster;
    private final ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor();
    private final double machineBefore;
    private final double serverBefore;
    private final long started = System.nanoTime();
    private final Map<String, Long> companions;
    private final double companionsBefore;
    private volatile long client;
    private volatile double clientSeconds;
    private volatile long clientPeakKilobytes;
    private volatile long backendPeakKilobytes;

    /** @param companions other processes that the contender needs, by name */
    Watch(OptionalLong postmaster, Map<String, Long> companions) {
        this.postmaster = postmaster;
        this.companions = companions;
        companionsBefore = companionSeconds();
        machineBefore = machineBusySeconds();
        serverBefore = serverSeconds();
        sampler.scheduleAtFixedRate(this::sample, 0, 100, TimeUnit.MILLISECONDS);
    }

    /** The contender's process; its memory and processor time are counted from its start. */
    void client(long pid) {
        client = pid;
    }

    /**
     * @param clientPeakMegabytes  most resident memory of the contender's process
     * @param backendPeakMegabytes most private memory of one PostgreSQL backend, without the shared buffers
     * @param clientCpuSeconds     processor time of the contender's process, its start included
     * @param serverCpuSeconds     processor time of all PostgreSQL processes
     * @param companionMegabytes   most resident memory of each companion since its start, by name
     * @param companionCpuSeconds  processor time of the companions
     * @param othersCores          cores that none of them used, on average: the noise
     */
    record Figures(
            double clientPeakMegabytes,
            double backendPeakMegabytes,
            double clientCpuSeconds,
            double serverCpuSeconds,
            Map<String, Long> companionMegabytes,
            double companionCpuSeconds,
            double othersCores) {}

    Figures stop() {
        sample();
        sampler.shutdownNow();
        double elapsed = (System.nanoTime() - started) / 1e9;
        double server = serverSeconds() - serverBefore;
        double others = companionSeconds() - companionsBefore;
        double foreign = Math.max(0, machineBusySeconds() - machineBefore - server - clientSeconds - others) / elapsed;
        Map<String, Long> megabytes = new TreeMap<>();
        companions.forEach((name, pid) -> megabytes.put(name, kilobytes(pid, "VmHWM:") / 1024));
        return new Figures(clientPeakKilobytes / 1024.0, backendPeakKilobytes / 1024.0, clientSeconds, server,
                megabytes, others, foreign);
    }

    @Override
    public void close() {
        sampler.shutdownNow();
    }

    private void sample() {
        if (client != 0) {
            clientPeakKilobytes = Math.max(clientPeakKilobytes, kilobytes(client, "VmHWM:"));
            clientSeconds = Math.max(clientSeconds, seconds(client, false));
        }
        postmaster.ifPresent(pid -> children(pid).forEach(
                backend -> backendPeakKilobytes = Math.max(backendPeakKilobytes, kilobytes(backend, "RssAnon:"))));
    }

    private double companionSeconds() {
        return companions.values().stream().mapToDouble(pid -> seconds(pid, false)).sum();
    }

    private double serverSeconds() {
        if (postmaster.isEmpty()) {
            return 0;
        }
        long pid = postmaster.getAsLong();
        return seconds(pid, true) + children(pid).stream().mapToDouble(child -> seconds(child, true)).sum();
    }

    private static List<Long> children(long pid) {
        return words(PROC.resolve(pid + "/task/" + pid + "/children")).stream().map(Long::valueOf).toList();
    }

    private static double seconds(long pid, boolean withEndedChildren) {
        try {
            String stat = Files.readString(PROC.resolve(pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            double ticks = Double.parseDouble(fields[11]) + Double.parseDouble(fields[12]);
            if (withEndedChildren) {
                ticks += Double.parseDouble(fields[13]) + Double.parseDouble(fields[14]);
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException e) {
            return 0; // the process has ended
        }
    }

    private static double machineBusySeconds() {
        List<String> cpu = words(PROC.resolve("stat"));
        if (cpu.isEmpty()) {
            return 0;
        }
        // user, nice, system, then after idle and iowait: irq, softirq, steal
        return Stream.of(1, 2, 3, 6, 7, 8).mapToDouble(i -> Double.parseDouble(cpu.get(i))).sum() / TICKS_PER_SECOND;
    }

    private static long kilobytes(long pid, String field) {
        try (Stream<String> lines = Files.lines(PROC.resolve(pid + "/status"))) {
            return lines.filter(line -> line.startsWith(field))
                    .map(line -> Long.valueOf(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0L);
        } catch (IOException | UncheckedIOException e) {
            return 0; // the process has ended
        }
    }

    private static List<String> words(Path file) {
        try {
            String text = Files.readString(file).trim();
            return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
        } catch (IOException e) {
            return List.of();
        }
    }
}
