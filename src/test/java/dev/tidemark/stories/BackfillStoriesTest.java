package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** History is read window by window, whatever happens meanwhile, and the daily mark does not know about it. */
@ExtendWith(Services.Provider.class)
class BackfillStoriesTest {
    private static final int WINDOWS = 128;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @Test
    void a_backfill_of_128_windows_killed_three_times_completes_beside_a_daily_run(Services services) {
        try (World world = World.with(services, shop -> shop.bulkTakes(Duration.ofMillis(10), Duration.ofMillis(20)))) {
            world.set("TIDEMARK_SHOPIFY_BULK_POLL_INTERVAL", "20ms").set("TIDEMARK_SYNC_FLOOR", "1d");
            Instant mark = OrderSyncStoriesTest.completed(world, world.sync()).watermark();
            assertThat(orders(world)).as("orders that the floor lets through").isLessThan(40);
            Instant to = services.startedAt();
            Instant from = to.minus(Duration.ofHours(WINDOWS));
            world.sql().run("update sync_gap set gap_from = '" + from.plusSeconds(3_600) + "'");

            List<Long> completedAtKill = new ArrayList<>();
            TidemarkProcess process = world.start(
                    "backfill",
                    "--store",
                    World.STORE,
                    "--stream",
                    World.STREAM,
                    "--from",
                    from.toString(),
                    "--to",
                    to.toString(),
                    "--window",
                    "PT1H",
                    "--parallel",
                    "4",
                    "--progress",
                    "none");
            for (int enough : new int[] {8, 40, 80}) {
                Awaitility.await("windows to be completed")
                        .atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> completed(world) >= enough);
                process.kill();
                completedAtKill.add(completed(world));
                assertThat(world.watermark()).as("the daily mark").isEqualTo(mark);
                process = world.start("backfill", "resume", id(world), "-o", "json", "--progress", "none");
            }
            world.shop().edit(10);
            Outcome daily = OrderSyncStoriesTest.completed(world, world.sync());
            Outcome backfill = process.await(LIMIT);

            assertThat(completedAtKill).allMatch(windows -> windows < WINDOWS);
            assertThat(backfill.exitCode()).as("%s", backfill).isZero();
            assertThat(backfill.run().path("state").asText()).isEqualTo("completed");
            assertThat(backfill.run().at("/progress/completed").asInt()).isEqualTo(WINDOWS);
            assertWindowsJoin(backfill.run().path("windows"), from, to);
            assertThat(world.watermark()).as("the daily run's own mark").isEqualTo(daily.watermark());
            assertThat(world.sql()
                            .value("select count(*) from sync_watermark_history h join sync_run r using (run_id)"
                                    + " where r.job_type <> 'DAILY_SYNC_EXECUTE'"))
                    .isEqualTo("0");
            assertThat(world.sql().value("select count(*) from sync_gap where state = 'open'"))
                    .isEqualTo("0");
            assertThat(orders(world)).isEqualTo(40);
            assertThat(world.shop().operations())
                    .as("no window is asked for twice")
                    .isEqualTo(WINDOWS + 2);
            OrderSyncStoriesTest.assertHolds(world, Oracle.all());
        }
    }

    @Test
    void a_window_that_fails_leaves_the_others_going_and_can_be_read_again(Services services) {
        try (World world = World.with(services, shop -> shop.bulkTakes(Duration.ofMillis(10), Duration.ofMillis(20)))) {
            world.set("TIDEMARK_SHOPIFY_BULK_POLL_INTERVAL", "20ms");
            world.shop().fault("bulk-expired:1");
            Instant to = services.startedAt();

            Outcome partial = world.start(
                            "backfill",
                            "--store",
                            World.STORE,
                            "--stream",
                            World.STREAM,
                            "--from",
                            to.minus(Duration.ofDays(4)).toString(),
                            "--to",
                            to.toString(),
                            "--window",
                            "1d",
                            "--parallel",
                            "1",
                            "-o",
                            "json",
                            "--progress",
                            "none")
                    .await(LIMIT);

            assertThat(partial.exitCode()).as("%s", partial).isEqualTo(3);
            assertThat(partial.run().path("state").asText()).isEqualTo("partial");
            assertThat(partial.run().at("/progress/failed").asInt()).isEqualTo(1);
            assertThat(partial.run().at("/progress/completed").asInt()).isEqualTo(3);
            String failed = StreamSupport.stream(partial.run().path("windows").spliterator(), false)
                    .filter(window -> window.path("state").asText().equals("failed"))
                    .map(window -> window.path("number").asText())
                    .findFirst()
                    .orElseThrow();

            Outcome whole = world.start("backfill", "retry", id(world), failed, "-o", "json", "--progress", "none")
                    .await(LIMIT);

            assertThat(whole.exitCode()).as("%s", whole).isZero();
            assertThat(orders(world)).isEqualTo(40);
            assertThat(world.watermark()).isNull();
        }
    }

    private static void assertWindowsJoin(JsonNode windows, Instant from, Instant to) {
        assertThat(windows).hasSize(WINDOWS);
        Instant end = to;
        for (JsonNode window : windows) {
            assertThat(Instant.parse(window.path("to").asText()))
                    .as("newest first, without a gap")
                    .isEqualTo(end);
            end = Instant.parse(window.path("from").asText());
        }
        assertThat(end).isEqualTo(from);
    }

    private static long completed(World world) {
        return Long.parseLong(world.sql().value("select count(*) from backfill_window where state = 'completed'"));
    }

    private static long orders(World world) {
        return Long.parseLong(world.sql().value("select count(*) from order_header"));
    }

    private static String id(World world) {
        return world.sql().value("select backfill_id from backfill");
    }
}
