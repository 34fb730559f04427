package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.run.Engine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every stream that is read by time: its history is read beside the daily run, while records change under both. */
@Tag("long")
@ExtendWith(Services.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamBackfillTest {
    private static final Duration HISTORY = Duration.ofDays(1200);
    /** So short that the daily run begins before the last of them are read. */
    private static final Duration WINDOW = Duration.ofDays(25);

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private World world;
    private Instant from;
    private Instant to;
    private Engine backfiller;

    @BeforeAll
    void a_shop_whose_history_is_too_old_for_a_daily_run(Services services) {
        world = StreamStoriesTest.shop(services, 300).set("TIDEMARK_SYNC_FLOOR", "2d");
        to = services.startedAt();
        from = to.minus(HISTORY);
        backfiller = world.start(new Engine.Role.Backfill(UUID.randomUUID()));
    }

    @AfterAll
    void end() {
        backfiller.close();
        world.close();
    }

    /** Of the inventory every run reads everything. */
    static List<String> streams() {
        return StreamTruth.streams().stream()
                .filter(stream -> !stream.equals("shopify-inventory"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("streams")
    void history_and_the_day_meet_in_tables_that_equal_the_source(String stream) {
        StreamTruth truth = new StreamTruth(world, stream);
        DayOfEdits day = new DayOfEdits(world);
        day.play(stream);
        OrderSyncStoriesTest.completed(world, world.sync(stream));
        assertThat(truth.differences()).as("what the floor kept back").isNotEmpty();
        // A gap without a beginning is never covered.
        world.sql().run("update sync_gap set gap_from = '" + from.plusSeconds(1) + "' where stream = '" + stream + "'");

        String backfill = backfill(stream);
        Awaitility.await("the backfill's first window of " + stream)
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !world.sql()
                        .value("select count(*) from sync_run where stream = ? and lane > 0", stream)
                        .equals("0"));
        day.play(stream);
        Outcome daily = OrderSyncStoriesTest.completed(world, world.sync(stream));
        assertThat(world.watermark(stream)).as("the daily run's own mark").isEqualTo(daily.watermark());
        Awaitility.await("the backfill of " + stream)
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> world.sql()
                        .value(
                                "select finished_at is not null from backfill where backfill_id = cast(? as uuid)",
                                backfill)
                        .equals("t"));

        assertThat(world.sql().value("select state from backfill where backfill_id = cast(? as uuid)", backfill))
                .as(world.history())
                .isEqualTo("completed");
        assertThat(world.watermark(stream)).as("the mark after the backfill").isEqualTo(daily.watermark());
        StreamStoriesTest.assertEqual(truth);
        assertThat(world.sql().value("select count(*) from sync_gap where stream = ? and state = 'open'", stream))
                .as("gaps")
                .isEqualTo("0");
        assertThat(world.sql()
                        .value(
                                "select count(*) from sync_run d join sync_run b on b.stream = d.stream and b.lane > 0"
                                        + " where d.run_id = cast(? as uuid) and d.lane = 0"
                                        + " and b.initiated_at < d.finished_at and b.finished_at > d.initiated_at",
                                daily.runId()))
                .as("windows that were read at the same time as the day")
                .isNotEqualTo("0");
    }

    private String backfill(String stream) {
        return backfiller
                .request(
                        "backfill-plan",
                        Map.of(
                                "store",
                                World.STORE,
                                "stream",
                                stream,
                                "from",
                                from,
                                "to",
                                to,
                                "window",
                                WINDOW.toDays() + "d",
                                "parallel",
                                2),
                        Map.class)
                .get("backfill_id")
                .toString();
    }
}
