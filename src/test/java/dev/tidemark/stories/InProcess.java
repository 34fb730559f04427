package dev.tidemark.stories;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.Tidemark;
import dev.tidemark.run.Engine;
import dev.tidemark.settings.SettingsReader;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;

/** The same application inside the test's JVM, for stories in which no process has to die. */
final class InProcess implements AutoCloseable {
    private static final Map<String, Integer> EXIT_CODES = Map.of("completed", 0, "partial", 3, "failed", 4);
    private static final Duration LOOK = Duration.ofMillis(25);

    private final Engine engine;
    private final Sql sql;

    private InProcess(Engine engine, Sql sql) {
        this.engine = engine;
        this.sql = sql;
    }

    static InProcess start(Map<String, String> environment, Sql sql) {
        Engine engine =
                Tidemark.start(SettingsReader.read(Map.of(), environment), new Engine.Role.Work(UUID.randomUUID()));
        return new InProcess(engine, sql);
    }

    /** Does what {@code sync --wait} does: makes a run, or takes over the one that a dead process left, and waits for its end. */
    Outcome sync(Duration limit) {
        return sync(World.STREAM, limit);
    }

    /** The same for any stream. */
    Outcome sync(String stream, Duration limit) {
        Map<?, ?> started = trigger(stream);
        UUID runId = (UUID) started.get("run_id");
        if ("conflict".equals(started.get("outcome"))) {
            Awaitility.await("the lease of run " + runId + " to expire")
                    .atMost(limit)
                    .pollInterval(LOOK)
                    .until(() -> "adopted".equals(adopt(stream).get("outcome")));
        }
        Awaitility.await("run " + runId + " to end")
                .atMost(limit)
                .pollInterval(LOOK)
                .until(() -> sql.value("select finished_at is not null from sync_run where run_id = ?", runId)
                        .equals("t"));
        return outcome(runId);
    }

    /** Does what {@code reconcile --wait} does, with further values of the request. */
    Outcome reconcile(String stream, Map<String, Object> further, Duration limit) {
        UUID runId = UUID.randomUUID();
        Map<String, Object> request = new HashMap<>(further);
        request.putAll(Map.of(
                "store",
                World.STORE,
                "stream",
                stream,
                "job_type",
                "RECONCILE_EXECUTE",
                "run_id",
                runId.toString(),
                "initiator",
                "user",
                "requested_at",
                Instant.now().toString()));
        engine.request("sync-start-scan", request, Map.class);
        Awaitility.await("run " + runId + " to end")
                .atMost(limit)
                .pollInterval(LOOK)
                .until(() -> sql.value("select finished_at is not null from sync_run where run_id = ?", runId)
                        .equals("t"));
        return outcome(runId);
    }

    /** Asks for a run under a new id; the answer's outcome is accepted or conflict. */
    Map<?, ?> trigger() {
        return trigger(World.STREAM);
    }

    private Map<?, ?> trigger(String stream) {
        return startDaily(engine, World.STORE, stream);
    }

    /** Asks an engine for a daily run, under a new id and now; the answer's outcome is accepted or conflict. */
    static Map<?, ?> startDaily(Engine engine, String store, String stream) {
        return engine.request(
                "sync-start",
                Map.of(
                        "store",
                        store,
                        "stream",
                        stream,
                        "job_type",
                        "DAILY_SYNC_EXECUTE",
                        "run_id",
                        UUID.randomUUID().toString(),
                        "initiator",
                        "user",
                        "requested_at",
                        Instant.now().toString()),
                Map.class);
    }

    private Map<?, ?> adopt(String stream) {
        return engine.request(
                "sync-adopt",
                Map.of("store", World.STORE, "stream", stream, "job_type", "DAILY_SYNC_EXECUTE"),
                Map.class);
    }

    private Outcome outcome(UUID runId) {
        try {
            String document = sql.value("select document from sync_run_document where run_id = ?", runId);
            String status = sql.value("select status from sync_run where run_id = ?", runId);
            return new Outcome(EXIT_CODES.get(status), new ObjectMapper().readTree(document), "");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        engine.close();
    }
}
