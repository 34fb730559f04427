package dev.tidemark.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bulk operations of the shop: slots, the life of each, and the files they write. Thread-safe. */
final class BulkOperations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BulkOperations.class);
    private static final long FIRST_ID = 7_749_099_028_786L;
    private static final Duration CANCELING_FOR = Duration.ofMillis(200);

    /** A refused request: the vendor's user error. */
    record UserError(String code, List<String> field, String message) {}

    /** What a mutation gave: an operation, a user error, or both. */
    record Outcome(Optional<BulkOperation> operation, Optional<UserError> error) {
        static Outcome of(BulkOperation operation) {
            return new Outcome(Optional.of(operation), Optional.empty());
        }

        static Outcome refused(String code, List<String> field, String message) {
            return new Outcome(Optional.empty(), Optional.of(new UserError(code, field, message)));
        }
    }

    /** How long operations take; the scan runs when RUNNING begins. */
    record Timing(Duration created, Duration running) {}

    private final ShopClock clock;
    private final Faults faults;
    private final ScanChanges changes;
    private final Dice dice;
    private final Path folder;
    private final Map<Long, BulkOperation> operations = new ConcurrentSkipListMap<>();
    private final Map<Long, BulkScan> scans = new ConcurrentHashMap<>();
    private final ScheduledExecutorService workers = Executors.newScheduledThreadPool(3, task -> {
        Thread thread = new Thread(task, "simulator-bulk");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Timing timing;
    private volatile Consumer<BulkOperation> ended = operation -> {};

    BulkOperations(SimulatorOptions options, ShopClock clock, Faults faults, ScanChanges changes) throws IOException {
        this.clock = clock;
        this.faults = faults;
        this.changes = changes;
        this.dice = new Dice(options.seed());
        this.folder = Files.createTempDirectory("tidemark-simulator-");
        this.timing = new Timing(options.createdFor(), options.runningFor());
    }

    Timing timing() {
        return timing;
    }

    void timing(Timing newTiming) {
        timing = newTiming;
    }

    /** Is told of each operation of the app that came to an end. */
    void onEnd(Consumer<BulkOperation> listener) {
        ended = listener;
    }

    /** Newest first. */
    List<BulkOperation> all() {
        return operations.keySet().stream()
                .map(id -> operation(id).orElseThrow())
                .sorted(Comparator.comparingLong(BulkOperation::id).reversed())
                .toList();
    }

    /** The operation as it is now, with the counts of a scan in progress. */
    Optional<BulkOperation> operation(long id) {
        BulkOperation operation = operations.get(id);
        BulkScan scan = scans.get(id);
        return operation != null && scan != null && !operation.status().isEnd()
                ? Optional.of(operation.withCounts(scan.lines(), scan.roots()))
                : Optional.ofNullable(operation);
    }

    /** Takes the query of a client if the version has a slot for it. */
    synchronized Outcome submit(String text, BulkQuery query, String version, boolean grouped, String who) {
        if (faults.strike(Fault.LIMIT_REACHED).isPresent()) {
            return Outcome.refused("LIMIT_REACHED", null, "Bulk operations limit reached. Please try again later.");
        }
        occupySlots(version);
        List<BulkOperation> running =
                all().stream().filter(operation -> !operation.status().isEnd()).toList();
        if (running.size() >= ApiVersions.bulkSlots(version)) {
            return Outcome.refused(
                    "OPERATION_IN_PROGRESS",
                    null,
                    "A bulk query operation for this app and shop is already in progress: "
                            + running.stream().map(BulkOperation::gid).collect(Collectors.joining(", ")) + ".");
        }
        BulkOperation operation = create(text, version, who);
        workers.schedule(
                () -> begin(operation.id(), query, grouped), timing.created().toMillis(), TimeUnit.MILLISECONDS);
        return Outcome.of(operation);
    }

    /** Asks for the end of an operation; it goes through CANCELING, which still holds its slot. */
    synchronized Outcome cancel(long id) {
        Optional<BulkOperation> found = operation(id);
        if (found.isEmpty()) {
            return Outcome.refused(null, List.of("id"), "Bulk operation does not exist");
        }
        if (found.get().status().isEnd()) {
            return new Outcome(
                    found,
                    Optional.of(new UserError(
                            null,
                            null,
                            "A bulk operation cannot be canceled when it is "
                                    + found.get().status().name().toLowerCase(Locale.ROOT))));
        }
        BulkOperation canceling = found.get().with(BulkOperation.Status.CANCELING);
        operations.put(id, canceling);
        workers.schedule(() -> endCanceled(id), CANCELING_FOR.toMillis(), TimeUnit.MILLISECONDS);
        return Outcome.of(canceling);
    }

    /** Operations of others that hold slots end, as their owner would end them. */
    synchronized void releaseForeign() {
        for (BulkOperation operation : operations.values()) {
            if (operation.who().equals("foreign") && !operation.status().isEnd()) {
                end(operation, BulkOperation.Status.COMPLETED);
            }
        }
    }

    /** The foreign operations that the fault slot-busy calls for are there, or gone when it no longer is. */
    synchronized void occupySlots(String version) {
        Optional<Faults.Active> busy = faults.strike(Fault.SLOT_BUSY);
        if (busy.isEmpty()) {
            releaseForeign();
            return;
        }
        long wanted = Math.min(busy.get().numberOr(ApiVersions.bulkSlots(version)), ApiVersions.bulkSlots(version));
        long there = operations.values().stream()
                .filter(operation ->
                        operation.who().equals("foreign") && !operation.status().isEnd())
                .count();
        for (long i = there; i < wanted; i++) {
            BulkOperation foreign = create("{ products { edges { node { id title } } } }", version, "foreign");
            operations.put(foreign.id(), foreign.with(BulkOperation.Status.RUNNING));
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("Deleting the simulator's bulk files in " + folder + " failed", e);
        }
    }

    private BulkOperation create(String text, String version, String who) {
        long id = FIRST_ID + 16_769 * (operations.size() + 1L);
        BulkOperation operation = new BulkOperation(
                id,
                text,
                version,
                who,
                BulkOperation.Status.CREATED,
                Optional.empty(),
                clock.millis(),
                0,
                0,
                0,
                -1,
                Optional.empty(),
                false,
                Optional.empty());
        operations.put(id, operation);
        return operation;
    }

    private boolean change(long id, BulkOperation.Status from, BulkOperation.Status to) {
        synchronized (this) {
            BulkOperation operation = operations.get(id);
            if (operation.status() != from) {
                return false;
            }
            operations.put(id, operation.with(to));
            return true;
        }
    }

    private void begin(long id, BulkQuery query, boolean grouped) {
        if (!change(id, BulkOperation.Status.CREATED, BulkOperation.Status.RUNNING)) {
            return;
        }
        long endNotBefore = System.nanoTime() + timing.running().toNanos();
        try {
            Result result = scan(id, query, grouped);
            long wait = Math.max(0, endNotBefore - System.nanoTime());
            workers.schedule(() -> finish(id, result), wait, TimeUnit.NANOSECONDS);
        } catch (BulkScan.Stopped canceled) {
            scans.remove(id);
        } catch (IOException | RuntimeException e) {
            LOG.error("Bulk operation {} failed", id, e);
            scans.remove(id);
            synchronized (this) {
                put(operations
                        .get(id)
                        .withEnd(
                                BulkOperation.Status.FAILED,
                                Optional.of("INTERNAL_SERVER_ERROR"),
                                clock.millis(),
                                -1,
                                Optional.empty(),
                                false,
                                Optional.empty()));
            }
        }
    }

    private record Result(Path file, long lines, long roots, long bytes) {}

    private Result scan(long id, BulkQuery query, boolean grouped) throws IOException {
        Path path = folder.resolve("staging-bulk-" + id + ".jsonl");
        boolean shuffled = faults.strike(Fault.SHUFFLE_CHILDREN).isPresent();
        LineOrder.Kind kind = grouped ? LineOrder.Kind.GROUPED : LineOrder.Kind.UNGROUPED;
        RecordFaults damage = new RecordFaults(faults.all().stream()
                .filter(fault -> RecordFaults.isOne(fault.fault()) && fault.left() != 0)
                .toList());
        LineFile file = new LineFile(
                path,
                faults.strike(Fault.CRLF).isPresent(),
                faults.strike(Fault.MISSING_FINAL_NEWLINE).isEmpty());
        BulkScan scan;
        try (file) {
            LineOrder order = new LineOrder(shuffled ? LineOrder.Kind.SHUFFLED : kind, file, dice);
            String version = operations.get(id).version();
            scan = new BulkScan(version, file, order, damage, changes, () -> stopped(id));
            scans.put(id, scan);
            scan.run(query);
        }
        return new Result(path, file.lines(), scan.roots(), file.bytes());
    }

    private boolean stopped(long id) {
        return operations.get(id).status() != BulkOperation.Status.RUNNING;
    }

    private synchronized void finish(long id, Result result) {
        BulkOperation running = operations.get(id);
        if (running.status() != BulkOperation.Status.RUNNING
                || faults.strike(Fault.NEVER_COMPLETES).isPresent()) {
            return;
        }
        scans.remove(id);
        try {
            put(ended(running, result));
        } catch (IOException e) {
            throw new UncheckedIOException("Ending bulk operation " + id + " failed", e);
        }
    }

    private BulkOperation ended(BulkOperation running, Result result) throws IOException {
        long now = clock.millis();
        BulkOperation counted = running.withCounts(
                result.lines() + offBy(Fault.COUNT_MISMATCH), result.roots() + offBy(Fault.ROOT_COUNT_MISMATCH));
        Optional<Faults.Active> failed = faults.strike(Fault.BULK_FAILED);
        if (failed.isPresent()) {
            return counted.withEnd(
                    BulkOperation.Status.FAILED,
                    errorCode(failed.get()),
                    0,
                    -1,
                    Optional.empty(),
                    false,
                    Optional.empty());
        }
        Optional<Faults.Active> failedPartial = faults.strike(Fault.BULK_FAILED_PARTIAL);
        if (failedPartial.isPresent()) {
            return counted.withEnd(
                    BulkOperation.Status.FAILED,
                    errorCode(failedPartial.get()),
                    0,
                    -1,
                    Optional.of(half(result)),
                    true,
                    Optional.empty());
        }
        if (faults.strike(Fault.BULK_CANCELED).isPresent()) {
            return counted.withEnd(
                    BulkOperation.Status.CANCELED, Optional.empty(), 0, -1, Optional.empty(), false, Optional.empty());
        }
        if (faults.strike(Fault.BULK_CANCELED_WITH_URL).isPresent()) {
            return counted.withEnd(
                    BulkOperation.Status.CANCELED,
                    Optional.empty(),
                    0,
                    -1,
                    Optional.of(half(result)),
                    false,
                    Optional.empty());
        }
        if (faults.strike(Fault.BULK_EXPIRED).isPresent()) {
            return counted.withEnd(
                    BulkOperation.Status.EXPIRED, Optional.empty(), 0, -1, Optional.empty(), false, Optional.empty());
        }
        boolean withoutUrl = result.lines() == 0
                || faults.strike(Fault.COMPLETED_WITHOUT_URL).isPresent();
        long size = withoutUrl ? -1 : result.bytes() + offBy(Fault.SIZE_MISMATCH);
        return counted.withEnd(
                BulkOperation.Status.COMPLETED,
                Optional.empty(),
                now,
                size,
                withoutUrl ? Optional.empty() : Optional.of(result.file()),
                false,
                faults.strike(Fault.URL_ELSEWHERE)
                        .map(fault -> fault.argumentOr("http://169.254.169.254/latest/meta-data/")));
    }

    private void put(BulkOperation operation) {
        operations.put(operation.id(), operation);
        if (operation.status().isEnd() && !operation.who().equals("foreign")) {
            ended.accept(operation);
        }
    }

    private long offBy(Fault fault) {
        return faults.strike(fault).map(active -> active.numberOr(1)).orElse(0L);
    }

    private static Optional<String> errorCode(Faults.Active fault) {
        return Optional.of(fault.argumentOr("INTERNAL_SERVER_ERROR"));
    }

    private void end(BulkOperation operation, BulkOperation.Status status) {
        put(operation.withEnd(status, Optional.empty(), clock.millis(), -1, Optional.empty(), false, Optional.empty()));
    }

    private synchronized void endCanceled(long id) {
        BulkScan scan = scans.remove(id);
        BulkOperation operation = operations.get(id);
        // The vendor's counts of a canceled operation are never 0 in recordings, though it gives no url.
        BulkOperation counted = scan == null ? operation : operation.withCounts(scan.lines(), scan.roots());
        put(counted.withEnd(
                BulkOperation.Status.CANCELED, Optional.empty(), 0, -1, Optional.empty(), false, Optional.empty()));
    }

    /** The first half of a file, up to a line's end. */
    private static Path half(Result result) throws IOException {
        Path part = result.file().resolveSibling(result.file().getFileName() + ".part");
        try (var lines = Files.newBufferedReader(result.file(), StandardCharsets.ISO_8859_1);
                var out = Files.newBufferedWriter(part, StandardCharsets.ISO_8859_1)) {
            for (long i = 0; i < Math.max(1, result.lines() / 2); i++) {
                String line = lines.readLine();
                if (line == null) {
                    break;
                }
                out.write(line);
                out.write('\n');
            }
        }
        return part;
    }
}
