package dev.tidemark.stories;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.Tidemark;
import dev.tidemark.run.Engine;
import dev.tidemark.settings.SettingsReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;

/** The same application inside the test's JVM: for stories in which no process has to die. */
final class InProcess {
    private static final Map<String, Integer> EXIT_CODES = Map.of("completed", 0, "partial", 3, "failed", 4);

    private InProcess() {}

    /** Does what {@code sync --wait} does: makes a run, or takes over the one a dead process left, and waits for its end. */
    static Outcome sync(Map<String, String> environment, Sql sql, Duration limit) {
        try (Engine engine = Tidemark.start(SettingsReader.read(Map.of(), environment), new Engine.Role.Work(UUID.randomUUID()))) {
            UUID runId = runId(engine, limit);
            Awaitility.await("run " + runId + " to end")
                    .atMost(limit)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> sql.value("select finished_at is not null from sync_run where run_id = ?", runId).equals("t"));
            String document = sql.value("select document from sync_run_document where run_id = ?", runId);
            String status = sql.value("select status from sync_run where run_id = ?", runId);
            return new Outcome(EXIT_CODES.get(status), new ObjectMapper().readTree(document), "");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static UUID runId(Engine engine, Duration limit) {
        Map<?, ?> started = start(engine);
        if (!"conflict".equals(started.get("outcome"))) {
            return (UUID) started.get("run_id");
        }
        Awaitility.await("the lease of run " + started.get("run_id") + " to expire")
                .atMost(limit)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> "adopted".equals(engine.request(
                        "sync-adopt",
                        Map.of("store", World.STORE, "stream", World.STREAM, "job_type", "DAILY_SYNC_EXECUTE"),
                        Map.class).get("outcome")));
        return (UUID) started.get("run_id");
    }

    private static Map<?, ?> start(Engine engine) {
        return engine.request(
                "sync-start",
                Map.of(
                        "store", World.STORE,
                        "stream", World.STREAM,
                        "job_type", "DAILY_SYNC_EXECUTE",
                        "run_id", UUID.randomUUID().toString(),
                        "initiator", "user",
                        "requested_at", Instant.now().toString()),
                Map.class);
    }
}
