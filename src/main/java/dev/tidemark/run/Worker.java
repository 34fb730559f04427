package dev.tidemark.run;

import dev.tidemark.settings.Settings;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * This process as the ledger knows it: the name its leases carry, the runs its threads are working on, and which runs it
 * may take. Thread-safe.
 */
public final class Worker {
    private final String owner = "worker-" + UUID.randomUUID();
    private final long leaseMillis;
    private final int storeSteps;
    private final Supplier<Set<String>> activeStreams;
    private final Optional<Set<UUID>> carried;
    private final Set<UUID> carriedBackfills = ConcurrentHashMap.newKeySet();
    private final int backfillThreads;
    private final Set<Long> busyEpochs = ConcurrentHashMap.newKeySet();
    private final Set<Long> busyBackfills = ConcurrentHashMap.newKeySet();

    private Worker(
            Settings settings, Supplier<Set<String>> activeStreams, Optional<Set<UUID>> carried, int backfillThreads) {
        this.leaseMillis = settings.sync().lease().toMillis();
        this.storeSteps =
                carried.isPresent() ? Integer.MAX_VALUE : settings.sync().stepsPerStore();
        this.activeStreams = activeStreams;
        this.carried = carried;
        this.backfillThreads = backfillThreads;
    }

    /**
     * A worker that takes any due run.
     *
     * @param activeStreams the streams that are not paused at the moment of asking
     * @param threads those that take steps; one of them never works on a backfill, so that a daily run finds it free
     */
    public static Worker ofAnyRun(Settings settings, Supplier<Set<String>> activeStreams, int threads) {
        return new Worker(settings, activeStreams, Optional.empty(), Math.max(1, threads - 1));
    }

    /** A worker that takes only runs that were given to it by {@link #carry} or {@link #carryBackfill}. */
    public static Worker ofGivenRuns(Settings settings, Supplier<Set<String>> activeStreams) {
        return new Worker(settings, activeStreams, Optional.of(ConcurrentHashMap.newKeySet()), Integer.MAX_VALUE);
    }

    /** Gives a run to this worker; one that takes any run needs no telling. */
    public void carry(UUID runId) {
        carried.ifPresent(runs -> runs.add(runId));
    }

    /** Lets this worker begin windows of a backfill, and take their runs; one that takes any run needs no telling. */
    public void carryBackfill(UUID backfillId) {
        carriedBackfills.add(backfillId);
    }

    /** Takes note of the answer of {@code sql/ledger/start_run.sql}: a run that was made here is carried here. */
    public Map<String, Object> started(Map<String, Object> row) {
        if (!"conflict".equals(row.get("outcome"))) {
            carry((UUID) row.get("run_id"));
        }
        return row;
    }

    /** Takes note of the answer of {@code sql/ledger/adopt_run.sql}; null when no run is active. */
    public Map<String, Object> adopted(Map<String, Object> row) {
        if (row != null && "adopted".equals(row.get("outcome"))) {
            carry((UUID) row.get("run_id"));
        }
        return row;
    }

    /** Values of {@code sql/ledger/claim_run.sql}. */
    public Map<String, Object> claim() {
        Map<String, Object> claim = new HashMap<>();
        claim.put("owner", owner);
        claim.put("lease_millis", leaseMillis);
        claim.put("streams", activeStreams.get().toArray(String[]::new));
        claim.put("only_runs", carried.map(Worker::texts).orElse(null));
        claim.put("only_backfills", onlyBackfills());
        claim.put("backfills", busyBackfills.size() < backfillThreads);
        claim.put("store_steps", storeSteps);
        claim.put("busy_epochs", busyEpochs.toArray(Long[]::new));
        return claim;
    }

    /** The streams that are not paused. */
    public Set<String> activeStreams() {
        return activeStreams.get();
    }

    /** The only backfills this worker may begin windows of; null when it may those of any. */
    public String[] onlyBackfills() {
        return carried.isEmpty() ? null : texts(carriedBackfills);
    }

    /** Marks a claimed run as being worked on, so that its lease is renewed, and returns it as its step sees it. */
    public Run begin(Map<String, Object> row) {
        Run run = new Run(row);
        busyEpochs.add(run.epoch());
        if (run.isBackfill()) {
            busyBackfills.add(run.epoch());
        }
        return run;
    }

    /**
     * The opposite of {@link #begin}, however the step ended. Another claim of the same run may be worked on by now, so it
     * is the claim that ends, not the run.
     */
    public void end(Run run) {
        busyEpochs.remove(run.epoch());
        busyBackfills.remove(run.epoch());
    }

    /** Values of {@code sql/ledger/renew_leases.sql}. */
    public Map<String, Object> heartbeat() {
        return Map.of("owner", owner, "lease_millis", leaseMillis, "busy_epochs", busyEpochs.toArray(Long[]::new));
    }

    /** Values of {@code sql/ledger/release_leases.sql}. */
    public Map<String, Object> farewell() {
        return Map.of("owner", owner);
    }

    private static String[] texts(Set<UUID> runs) {
        return Arrays.stream(runs.toArray(UUID[]::new)).map(UUID::toString).toArray(String[]::new);
    }
}
