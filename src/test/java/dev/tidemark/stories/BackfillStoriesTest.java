package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.run.Engine;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** History is read window by window, whatever happens meanwhile, and the daily mark does not know about it. */
@ExtendWith(Services.Provider.class)
class BackfillStoriesTest {
    private static final int WINDOWS = 128;
    private static final Duration LIMIT = Duration.ofMinutes(4);

    @Tag("long")
    @Test
    void a_backfill_of_128_windows_killed_three_times_completes_beside_a_daily_run(Services services) {
        try (World world = quick(services)) {
            world.set("TIDEMARK_SYNC_FLOOR", "1d");
            Instant mark = OrderSyncStoriesTest.completed(world, world.sync()).watermark();
            assertThat(orders(world)).as("orders that the floor lets through").isLessThan(40);
            Instant to = services.startedAt();
            Instant from = to.minus(Duration.ofHours(WINDOWS));
            world.sql().run("update sync_gap set gap_from = '" + from.plusSeconds(3_600) + "'");

            String[] command = {
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
                "none"
            };
            for (int enough : new int[] {10, 45, 80}) {
                TidemarkProcess process = world.start(command);
                Awaitility.await("windows to be completed")
                        .atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> completed(world) >= enough);
                process.kill();
                assertThat(completed(world)).as("windows before the crash").isLessThan(WINDOWS);
                assertThat(world.watermark()).as("the daily mark").isEqualTo(mark);
                command = new String[] {"backfill", "resume", id(world).toString(), "--progress", "none"};
            }
            world.shop().edit(10);
            Outcome daily;
            try (Engine successor = world.start(new Engine.Role.Backfill(id(world)))) {
                daily = OrderSyncStoriesTest.completed(world, world.sync());
                awaitEnd(world);
            }

            assertThat(state(world)).as(world.history()).isEqualTo("completed");
            assertThat(completed(world)).isEqualTo(WINDOWS);
            assertThat(world.sql()
                            .value("select range_agg(tstzrange(r.window_from, r.window_to))::text ="
                                    + " tstzmultirange(tstzrange('" + from + "', '" + to + "'))::text"
                                    + " from sync_run r where r.lane > 0 and r.status = 'completed'"))
                    .as("the windows that were really asked for are the range")
                    .isEqualTo("t");
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

    @Tag("long")
    @Test
    void a_window_that_fails_leaves_the_others_going_and_can_be_read_again(Services services) {
        try (World world = quick(services);
                Engine engine = world.start(new Engine.Role.Backfill(UUID.randomUUID()))) {
            world.shop().fault("bulk-expired:1");
            Instant to = services.startedAt();
            engine.request(
                    "backfill-plan",
                    Map.of(
                            "store",
                            World.STORE,
                            "stream",
                            World.STREAM,
                            "from",
                            to.minus(Duration.ofDays(4)),
                            "to",
                            to,
                            "window",
                            "1d"),
                    Map.class);
            awaitEnd(world);
            assertThat(state(world)).as(world.history()).isEqualTo("partial");
            assertThat(completed(world)).isEqualTo(3);

            int failed =
                    Integer.parseInt(world.sql().value("select number from backfill_window where state = 'failed'"));
            engine.request("backfill-retry", Map.of("backfill_id", id(world).toString(), "number", failed), Map.class);
            awaitEnd(world);

            assertThat(state(world)).as(world.history()).isEqualTo("completed");
            assertThat(orders(world)).isEqualTo(40);
            assertThat(world.watermark()).isNull();
        }
    }

    /** A world whose shop answers bulk operations at once. */
    private static World quick(Services services) {
        return World.with(services, shop -> shop.bulkTakes(Duration.ofMillis(10), Duration.ofMillis(20)))
                .set("TIDEMARK_SHOPIFY_BULK_POLL_INTERVAL", "20ms");
    }

    private static void awaitEnd(World world) {
        Awaitility.await("the backfill to end")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> world.sql()
                        .value("select finished_at is not null from backfill")
                        .equals("t"));
    }

    private static String state(World world) {
        return world.sql().value("select state from backfill");
    }

    private static long completed(World world) {
        return Long.parseLong(world.sql().value("select count(*) from backfill_window where state = 'completed'"));
    }

    private static long orders(World world) {
        return Long.parseLong(world.sql().value("select count(*) from order_header"));
    }

    private static UUID id(World world) {
        return UUID.fromString(world.sql().value("select backfill_id from backfill"));
    }
}
