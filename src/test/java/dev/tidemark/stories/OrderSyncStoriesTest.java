package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.simulator.SimulatorOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The daily order sync as its users tell it. */
@ExtendWith(Services.Provider.class)
class OrderSyncStoriesTest {

    @Test
    void thirty_seven_of_forty_keeps_the_watermark(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            Instant mark = completed(world, world.sync()).watermark();
            world.shop().edit(40);
            world.shop().fault("bad-money:3");

            Outcome partial = world.sync();

            assertThat(partial.exitCode()).as("%s", partial).isEqualTo(3);
            assertThat(partial.watermark()).as("the mark").isEqualTo(mark);
            assertThat(partial.advanced()).isFalse();
            assertThat(partial.heldReason()).isNotBlank();
            assertThat(world.sql()
                            .value(
                                    "select count(*) from order_header h join sync_run r using (run_number) where r.run_id::text = ?",
                                    partial.runId()))
                    .as("orders written by the partial run")
                    .isEqualTo("37");
            assertHolds(world, Oracle.always());

            world.shop().mend();
            Outcome next = completed(world, world.sync());

            assertThat(next.run().path("window").path("from"))
                    .as("reads from the same place")
                    .isEqualTo(partial.run().path("window").path("from"));
            assertThat(next.advanced()).isTrue();
            assertHolds(world, Oracle.all());
        }
    }

    @Test
    void an_open_breaker_never_looks_like_the_last_page(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            world.set("TIDEMARK_HTTP_ATTEMPTS", "60").set("TIDEMARK_HTTP_RETRY_DELAY", "1ms");
            world.shop().fault("http-503:24");

            completed(world, world.sync());

            assertThat(world.sql().value("select count(*) > 0 from order_header"))
                    .isEqualTo("t");
            assertHolds(world, Oracle.all());
        }
    }

    @Test
    void updates_within_the_same_second_are_all_seen(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            world.set("TIDEMARK_SYNC_LAG", "0s").set("TIDEMARK_SYNC_OVERLAP", "0s");
            sameSecondStory(world);
        }
    }

    /** Edits orders twice within a second of the shop's clock, with a run in between. */
    static void sameSecondStory(World world) {
        completed(world, world.sync());
        world.shop().stopClock();
        world.shop().edit(5);
        completed(world, world.sync());
        world.shop().edit(5);
        world.shop().edit(10);
        completed(world, world.sync());
        assertHolds(world, Oracle.all());
    }

    @Test
    void a_change_during_the_scan_is_read_by_the_next_run(Services services) {
        try (World world = World.with(services, shop -> anHourBehind(services, shop))) {
            world.set("TIDEMARK_SYNC_LAG", "0s").set("TIDEMARK_SYNC_OVERLAP", "0s");
            scanStory(world);
        }
    }

    /**
     * Orders change while the source is scanning: first some behind the scan, which it does not show, then some before it,
     * which it does.
     */
    static void scanStory(World world) {
        completed(world, world.sync());
        world.shop().edit(40);
        world.shop().editDuringScan(10);
        completed(world, world.sync());
        world.shop().advanceClock(Duration.ofSeconds(10));
        assertHolds(world, Oracle.always());
        completed(world, world.sync());
        assertHolds(world, Oracle.all());
    }

    /** A shop whose clock is not ours. */
    static SimulatorOptions.Builder anHourBehind(Services services, SimulatorOptions.Builder shop) {
        return shop.startsAt(services.startedAt().minus(Duration.ofHours(1)));
    }

    @Test
    void an_older_version_never_overwrites_a_newer_one(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            olderStory(world);
        }
    }

    /** A file holds older versions of three orders, in chunks after the newer ones. */
    static void olderStory(World world) {
        world.set("TIDEMARK_SYNC_CHUNK_LINES", "1").set("TIDEMARK_SYNC_WRITERS", "1");
        world.shop().fault("duplicate-older:3");
        completed(world, world.sync());
        assertHolds(world, Oracle.all());
    }

    @Test
    void what_the_source_shows_late_is_not_missed(Services services) {
        try (World world = World.with(services, shop -> shop.indexLag(Duration.ofSeconds(3)))) {
            lateStory(world);
        }
    }

    /** Orders change, and searches see it three seconds later; a later change of others is seen at once, and a run reads it. */
    static void lateStory(World world) {
        // What the shop began with is to be seen before the story starts.
        world.shop().advanceClock(Duration.ofSeconds(10));
        completed(world, world.sync());
        world.shop().stopClock();
        world.shop().edit(5);
        world.shop().advanceClock(Duration.ofSeconds(1));
        world.shop().editVisibly(3);
        completed(world, world.sync());
        assertThat(world.invisibleVersions()).isPositive();
        assertHolds(world, Oracle.always());
        world.shop().advanceClock(Duration.ofSeconds(10));
        assertThat(world.invisibleVersions()).isZero();
        completed(world, world.sync());
        assertHolds(world, Oracle.all());
    }

    @Test
    void children_in_any_order_find_their_parent(Services services) {
        try (World world =
                World.around(services, SimulatorOptions.builder().orders(150).build())) {
            world.shop().fault("shuffle-children");
            completed(world, world.sync());
            assertHolds(world, Oracle.all());
        }
    }

    @Test
    void a_line_that_left_its_order_is_marked_removed(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            world.shop().addLines(10);
            completed(world, world.sync());
            world.shop().removeLines(10);
            completed(world, world.sync());
            assertThat(world.sql().value("select count(*) > 0 from order_line_item where removed_at is not null"))
                    .isEqualTo("t");
            assertHolds(world, Oracle.all());
        }
    }

    @Test
    void orphans_are_set_aside_and_hold_the_mark_until_somebody_discards_them(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            world.shop().fault("orphan-children:3");
            Outcome partial = world.sync();
            assertThat(partial.exitCode()).as("%s", partial).isEqualTo(3);
            assertThat(partial.count("set_aside")).isEqualTo(3);
            assertThat(partial.watermark()).isNull();
            assertHolds(world, Oracle.always());
            world.shop().mend();
            world.discardDeadLetters();
            completed(world, world.sync());
            assertHolds(world, Oracle.all());
        }
    }

    @Test
    void twenty_triggers_make_one_run(Services services) throws Exception {
        try (World world = World.with(services, shop -> shop)) {
            InProcess engine = world.engine();
            ExecutorService triggers = Executors.newFixedThreadPool(20);
            try {
                List<Future<Map<?, ?>>> answers = IntStream.range(0, 20)
                        .mapToObj(index -> triggers.<Map<?, ?>>submit(engine::trigger))
                        .toList();
                Set<Object> runs = answers.stream()
                        .map(answer -> get(answer).get("run_id"))
                        .collect(Collectors.toSet());
                long accepted = answers.stream()
                        .filter(answer -> "accepted".equals(get(answer).get("outcome")))
                        .count();
                assertThat(runs).hasSize(1);
                assertThat(accepted).isEqualTo(1);
            } finally {
                triggers.shutdown();
            }
            Awaitility.await("the run to end").atMost(Duration.ofSeconds(60)).until(() -> world.sql()
                    .value("select count(*) from sync_run where status = 'completed'")
                    .equals("1"));
            assertThat(world.sql().value("select count(*) from sync_run")).isEqualTo("1");
            assertThat(world.shop().operations()).isEqualTo(1);
            assertHolds(world, Oracle.all());
        }
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void an_unchanged_record_is_not_rewritten(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            world.shop().fault("bad-money:1");
            assertThat(world.sync().exitCode()).isEqualTo(3);
            List<String> versions = world.rowVersions();
            Outcome again = world.sync();
            assertThat(again.exitCode()).as("%s", again).isEqualTo(3);
            assertThat(again.count("written")).isZero();
            assertThat(again.count("unchanged")).isPositive();
            assertThat(world.rowVersions()).isEqualTo(versions);
        }
    }

    @Test
    void the_floor_never_moves_a_mark_silently(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            world.set("TIDEMARK_SYNC_FLOOR", "2d");
            Instant mark = completed(world, world.sync()).watermark();
            assertThat(world.sql().rows("select reason, gap_from is null, state from sync_gap"))
                    .containsExactly("first_run|t|open");
            assertHolds(world, Oracle.all());

            world.set("TIDEMARK_SYNC_FLOOR", "1s")
                    .set("TIDEMARK_SYNC_OVERLAP", "0s")
                    .set("TIDEMARK_SYNC_LAG", "0s");
            world.shop().edit(3);
            completed(world, world.sync());
            assertThat(world.sql()
                            .rows(
                                    "select reason, gap_from = ? from sync_gap where reason <> 'first_run'",
                                    java.sql.Timestamp.from(mark)))
                    .containsExactly("older_than_floor|t");
            assertHolds(world, Oracle.always());
        }
    }

    @Test
    @Tag("long")
    void a_file_as_large_as_the_memory_passes_through(Services services) {
        try (World world =
                World.around(services, SimulatorOptions.builder().orders(80_000).build())) {
            world.set("TIDEMARK_SYNC_CHUNK_LINES", "2000");
            world.set("TIDEMARK_SYNC_LEASE", "10s");

            Outcome outcome = completed(world, world.syncInProcessOfItsOwn());

            assertThat(outcome.run().path("archive").path("bytes").asLong()).isGreaterThan(230L << 20);
            assertThat(outcome.run().path("counts").path("written").asLong()).isGreaterThan(300_000);
        }
    }

    @Test
    void an_empty_shop_completes_without_a_mark(Services services) {
        try (World world =
                World.around(services, SimulatorOptions.builder().orders(0).build())) {
            Outcome outcome = completed(world, world.sync());
            assertThat(outcome.watermark()).isNull();
            assertThat(outcome.advanced()).isFalse();
            assertThat(outcome.heldReason()).isNotBlank();
            assertHolds(world, Oracle.all());
        }
    }

    @Test
    void a_submitted_operation_whose_answer_was_lost_is_found_again_and_not_submitted_twice(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            world.shop().fault("submit-lost:1");
            completed(world, world.sync());
            assertThat(world.shop().operations()).isEqualTo(1);
            assertHolds(world, Oracle.all());
        }
    }

    @Test
    void a_busy_slot_is_waited_for_and_its_operation_is_left_alone(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            world.shop().fault("slot-busy::3");
            completed(world, world.sync());
            assertHolds(world, Oracle.all());
        }
    }

    @Test
    void a_killed_run_goes_on_from_its_archive_without_the_source(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            CrashCell.Struck struck =
                    new CrashCell(CrashPoint.COMMIT, Phase.UNANSWERED, 2, CrashKind.KILL).strike(world);
            world.shopWire().cut();
            world.set(
                    "TIDEMARK_WORK_DIRECTORY",
                    world.directory().resolve("another-machine").toString());
            Outcome recovery = completed(world, world.sync());
            assertThat(recovery.runId()).as("the same run goes on").isEqualTo(struck.runId());
            assertHolds(world, Oracle.all());
        }
    }

    @Test
    @Tag("long")
    void a_run_whose_deadline_passed_while_nobody_was_there_ends_as_failed(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            CrashCell.Struck struck =
                    new CrashCell(CrashPoint.COMMIT, Phase.UNANSWERED, 2, CrashKind.KILL).strike(world);
            world.sql().run("update sync_run set give_up_at = now() - interval '1 second'");

            Outcome outcome = world.sync();

            assertThat(outcome.runId()).isEqualTo(struck.runId());
            assertThat(outcome.status()).as("%s", outcome).isEqualTo("failed");
            assertThat(world.watermark()).isNull();
            completed(world, world.sync());
            assertHolds(world, Oracle.all());
        }
    }

    @Test
    void a_run_carries_on_through_a_restart_of_the_database(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            world.databaseWire().arm(new Trap(CrashPoint.CHUNK.exchange(), Phase.BEFORE, 1, () -> {
                world.postgres().terminateBackends(world.database());
                return Trap.Then.CUT;
            }));
            completed(world, world.sync());
            assertHolds(world, Oracle.all());
        }
    }

    @Test
    void without_its_database_or_object_storage_it_says_8_and_changes_nothing(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            world.databaseWire().cut();
            Outcome noDatabase = world.syncInProcessOfItsOwn();
            assertThat(noDatabase.exitCode()).as("%s", noDatabase).isEqualTo(8);
            world.databaseWire().mend();
            world.objectsWire().cut();
            Outcome noObjects = world.syncInProcessOfItsOwn();
            assertThat(noObjects.exitCode()).as("%s", noObjects).isEqualTo(8);
            world.objectsWire().mend();
            assertThat(world.sql().value("select count(*) from sync_run")).isEqualTo("0");
            assertThat(world.syncInProcessOfItsOwn().exitCode()).isZero();
            assertHolds(world, Oracle.all());
        }
    }

    static Outcome completed(World world, Outcome outcome) {
        assertThat(outcome.exitCode()).as("%s%n%s", outcome, world.history()).isZero();
        assertThat(outcome.status()).isEqualTo("completed");
        return outcome;
    }

    static void assertHolds(World world, List<Oracle> oracles) {
        Findings findings = world.ask(oracles);
        assertThat(findings.areNone()).as("%s%n%s", findings, world.history()).isTrue();
    }
}
