package dev.tidemark.measure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.fixture.Database;
import dev.tidemark.fixture.ObjectStorage;
import dev.tidemark.measure.MeasureShop.LoadedRun;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TelemetryTest {
    private static final Instant SCAN_STARTED = Instant.parse("2026-03-10T06:00:00Z");

    private static Database database;
    private static ObjectStorage storage;
    private static MeasureShop shop;

    @BeforeAll
    static void open() throws Exception {
        database = Database.start();
        storage = ObjectStorage.start();
        shop = new MeasureShop(database, storage, storage.bucket());
    }

    @AfterAll
    static void close() throws Exception {
        shop.close();
        storage.close();
        database.close();
    }

    @BeforeEach
    void clear() {
        shop.clear();
    }

    @Test
    void every_step_is_one_line() throws Exception {
        LoadedRun run = shop.run(SCAN_STARTED, "UTC");
        shop.step(run, "initiated", "done", null);
        shop.copyTelemetry(run);
        shop.step(run, "polling", "failed", "the source answered \"no\"\nand that was it");
        shop.copyTelemetry(run);

        List<JsonNode> lines = telemetry(run);

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).fieldNames())
                .toIterable()
                .containsExactly(
                        "run_id",
                        "store",
                        "stream",
                        "job_type",
                        "process_initiated_at",
                        "step",
                        "outcome",
                        "counts",
                        "error",
                        "started_at",
                        "ended_at");
        assertThat(lines.get(0).at("/run_id").asText())
                .isEqualTo(run.run.runId().toString());
        assertThat(lines.get(0).at("/counts/lines").asInt()).isEqualTo(3);
        assertThat(lines.get(1).at("/error").asText()).isEqualTo("the source answered \"no\"\nand that was it");
        assertThat(stepsWithoutTelemetry()).isZero();
    }

    @Test
    void a_failing_copy_stops_nothing_and_is_made_up_for() throws Exception {
        LoadedRun run = shop.run(SCAN_STARTED, "UTC");
        shop.step(run, "initiated", "done", null);
        try (MeasureShop broken = new MeasureShop(database, storage, "no-such-bucket")) {
            broken.copyTelemetry(run);
        }
        assertThat(stepsWithoutTelemetry())
                .as("the row says that the copy is missing")
                .isOne();

        shop.step(run, "polling", "done", null);
        shop.copyTelemetry(run);

        assertThat(telemetry(run)).hasSize(2);
        assertThat(stepsWithoutTelemetry()).isZero();
    }

    @Test
    void the_sweep_writes_what_nobody_wrote() throws Exception {
        LoadedRun run = shop.run(SCAN_STARTED, "UTC");
        shop.step(run, "initiated", "done", null);
        shop.sql.execute("update sync_step set ended_at = now() - interval '1 minute'");

        shop.sweepTelemetry();

        assertThat(telemetry(run)).hasSize(1);
        assertThat(stepsWithoutTelemetry()).isZero();
    }

    @Test
    void a_slow_writer_does_not_put_back_a_shorter_file() throws Exception {
        LoadedRun run = shop.run(SCAN_STARTED, "UTC");
        shop.step(run, "initiated", "done", null);
        shop.beforeNextTelemetryPut(() -> {
            shop.step(run, "polling", "done", null);
            shop.copyTelemetry(run);
        });

        shop.copyTelemetry(run);

        assertThat(telemetry(run)).hasSize(2);
        assertThat(stepsWithoutTelemetry()).isZero();
    }

    private static long stepsWithoutTelemetry() {
        return shop.sql.queryForObject("select count(*) from sync_step where telemetry_at is null", Long.class);
    }

    private static List<JsonNode> telemetry(LoadedRun run) throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : storage.text("telemetry/sync/acme/" + run.run.runId() + ".jsonl")
                .split("\n")) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }
}
