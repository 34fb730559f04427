package dev.tidemark.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.f4b6a3.uuid.UuidCreator;
import dev.tidemark.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Values for the statements in {@code sql/ledger}, made from a run and the outcome of its step. */
public final class Ledger {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Settings settings;
    private final Collection<String> streams;
    private final Collection<String> reconcilable;
    private final Clock clock;
    private final Failures failures;

    /**
     * @param streams names of the declared streams
     * @param reconcilable those whose ids can be scanned
     */
    public Ledger(Settings settings, Collection<String> streams, Collection<String> reconcilable, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.streams = streams;
        this.reconcilable = reconcilable;
        this.failures = new Failures(settings.http());
    }

    /**
     * Values of {@code start_run.sql}.
     *
     * @param request store, stream, job_type, run_id, initiator and requested_at; the store and the stream are checked
     * @throws UnknownStore when no configuration names the store
     * @throws UnknownStream when no declaration names the stream
     */
    public Map<String, Object> starting(Map<String, Object> request) {
        String store = Objects.toString(request.get("store"), "");
        String stream = Objects.toString(request.get("stream"), "");
        if (!settings.stores().containsKey(store)) {
            throw new UnknownStore(store, settings.stores().keySet());
        }
        if (!streams.contains(stream)) {
            throw new UnknownStream(stream, streams);
        }
        if (!settings.stores().get(store).hasSourceOf(stream)) {
            throw new UnknownStream(stream, store, streamsOf(store));
        }
        Map<String, Object> values = new HashMap<>(request);
        values.putIfAbsent("job_type", JobType.DAILY_SYNC_EXECUTE.name());
        values.replaceAll((name, value) -> value == null ? null : value.toString());
        values.putIfAbsent("delay_millis", "0");
        values.put("retry_for_millis", settings.sync().retryFor().toMillis());
        return values;
    }

    /**
     * Values of {@code sql/scan/start_scan.sql}.
     *
     * @param request as for {@link #starting}, and optionally from and allow_mass_deletion
     */
    public Map<String, Object> startingScan(Map<String, Object> request) {
        Map<String, Object> values = starting(request);
        if (!reconcilable.contains(values.get("stream"))) {
            throw new UnknownStream(String.valueOf(values.get("stream")), reconcilable);
        }
        values.putIfAbsent("from", null);
        values.putIfAbsent("allow_mass_deletion", "false");
        return values;
    }

    /**
     * Values of {@code start_next.sql}.
     *
     * @param request request_id; null asks for the next archive of any request
     */
    public Map<String, Object> reingesting(Map<String, Object> request) {
        Map<String, Object> values = new HashMap<>();
        values.put("request_id", request == null ? null : Objects.toString(request.get("request_id"), null));
        values.put("chunk_lines", settings.sync().chunkLines());
        values.put("retry_for_millis", settings.sync().retryFor().toMillis());
        return values;
    }

    private Collection<String> streamsOf(String store) {
        return streams.stream()
                .filter(settings.stores().get(store)::hasSourceOf)
                .toList();
    }

    /** The requests that a stream's schedule makes: one for every store that has its source. */
    public List<Map<String, Object>> scheduled(String stream) {
        return scheduled(stream, JobType.DAILY_SYNC_EXECUTE);
    }

    /** The requests that the schedule of the scans makes: one for every store and each stream that it has. */
    public List<Map<String, Object>> scheduledScans(Collection<String> active) {
        return reconcilable.stream()
                .filter(active::contains)
                .sorted()
                .flatMap(stream -> scheduled(stream, JobType.RECONCILE_EXECUTE).stream())
                .toList();
    }

    private List<Map<String, Object>> scheduled(String stream, JobType job) {
        return settings.stores().values().stream()
                .filter(store -> store.schedules(stream))
                .map(Settings.Store::id)
                .map(store -> Map.<String, Object>of(
                        "store",
                        store,
                        "stream",
                        stream,
                        "job_type",
                        job.name(),
                        "run_id",
                        UuidCreator.getTimeOrderedEpoch(),
                        "initiator",
                        "cron",
                        "requested_at",
                        Instant.now(clock),
                        "delay_millis",
                        delay(store).toMillis()))
                .toList();
    }

    /** A store's own place in the time over which starts are spread; always the same one. */
    Duration delay(String store) {
        CRC32 place = new CRC32();
        place.update(store.getBytes(StandardCharsets.UTF_8));
        return Duration.ofMillis((place.getValue() * settings.sync().spread().toMillis()) >>> 32);
    }

    /**
     * Ends a run that has waited too long.
     *
     * @throws RunFailed when the run is past its deadline
     */
    public void refuseGivenUp(Run run) {
        if (run.isGivenUp()) {
            throw new RunFailed(
                    "given_up",
                    "The run waited longer than tidemark.sync.retry-for, in the end for: "
                            + Objects.toString(run.row().get("waiting_for"), "its turn"));
        }
    }

    /** Identity and fence of a run, with what else a statement asks for; null asks for nothing else. */
    public Map<String, Object> of(Run run, Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values == null ? Map.of() : values);
        all.put("run_id", run.runId().toString());
        all.put("epoch", run.epoch());
        all.put("step", run.status());
        all.put("started_at", run.claimedAt().toString());
        return all;
    }

    /** Values of {@code advance_watermark.sql}. */
    public Map<String, Object> advancing(Run run) {
        return of(run, Map.of());
    }

    /** Values of {@code close_run.sql}. */
    public Map<String, Object> closing(Run run, boolean frozen) {
        return of(run, Map.of("frozen", frozen));
    }

    /**
     * Values of {@code complete_step.sql}.
     *
     * @param outcome next_status, and optionally counts (a map) and pause (a {@link Duration})
     */
    public Map<String, Object> completing(Run run, Map<String, Object> outcome) throws JsonProcessingException {
        Object pause = outcome.get("pause");
        return of(
                run,
                Map.of(
                        "next_status", outcome.get("next_status"),
                        "counts", JSON.writeValueAsString(outcome.getOrDefault("counts", Map.of())),
                        "pause_millis", pause instanceof Duration duration ? duration.toMillis() : 0L));
    }

    /**
     * What becomes of a run whose step threw: values of {@code postpone_step.sql}, {@code record_retry.sql} and {@code
     * fail_run.sql}, under {@code decision} which of them it is: {@code wait}, {@code retry}, {@code fail} or {@code drop}.
     */
    public Map<String, Object> judging(Run run, Throwable cause) {
        Failures.Verdict verdict = failures.judge(run, cause);
        Map<String, Object> values = new HashMap<>(of(run, Map.of()));
        values.put("decision", verdict.decision().name().toLowerCase(java.util.Locale.ROOT));
        values.put("code", verdict.code());
        values.put("reason", verdict.reason());
        values.put("pause_millis", verdict.pause().toMillis());
        values.put("attempts", verdict.decision() == Failures.Decision.RETRY ? run.attempts() + 1 : run.attempts());
        values.put("poll_attempts", run.pollAttempts());
        values.put("operation_status", null);
        values.put("next_status", verdict.nextStatus().orElse(null));
        switch (verdict.decision()) {
            case WAIT -> LOG.info("{} waits {} ms: {}", run, verdict.pause().toMillis(), verdict.reason());
            case RETRY ->
                LOG.warn("{} is tried again in {} ms: {}", run, verdict.pause().toMillis(), verdict.reason());
            case FAIL ->
                LOG.error(
                        "{} failed: {}",
                        run,
                        verdict.reason(),
                        verdict.unexpected().orElse(null));
            case DROP -> LOG.warn("{} was taken over by a later claim and is dropped here", run);
        }
        return values;
    }

    /** The run with the columns that a statement has just changed and returned. */
    public Run renewed(Run run, Map<String, Object> changed) {
        return run.with(changed);
    }

    /** Writes the line of {@code summarize_run.sql} to the log, as loud as the end of the run deserves. */
    public void report(Map<String, Object> row) {
        switch (String.valueOf(row.get("status"))) {
            case "completed" -> LOG.info("{}", row.get("summary"));
            case "partial" -> LOG.warn("{}", row.get("summary"));
            default -> LOG.error("{}", row.get("summary"));
        }
    }

    /**
     * Demands that a fenced statement changed something.
     *
     * @throws FencedException when it returned no row
     */
    public Object demand(Object row, Run run) {
        if (row == null) {
            throw new FencedException(run + " was taken over by a later claim");
        }
        return row;
    }
}
