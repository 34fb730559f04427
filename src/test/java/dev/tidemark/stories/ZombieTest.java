package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that was frozen past its lease and thaws when another has taken its run over. */
@ExtendWith(Services.Provider.class)
class ZombieTest {

    @ParameterizedTest(name = "frozen before {0}")
    @EnumSource(names = {"CHUNK", "FINISH"})
    void a_zombie_thawed_after_its_run_was_taken_over_changes_nothing(CrashPoint point, Services services) {
        thaw(point, services);
    }

    @Tag("long")
    @Test
    void a_zombie_that_was_about_to_note_its_archive_changes_nothing(Services services) {
        thaw(CrashPoint.ARCHIVE_FACTS, services);
    }

    private static void thaw(CrashPoint point, Services services) {
        try (World world = World.with(services, shop -> shop)) {
            CompletableFuture<TidemarkProcess> zombie = new CompletableFuture<>();
            CountDownLatch recovered = new CountDownLatch(1);
            Trap trap = new Trap(point.exchange(), Phase.BEFORE, 1, () -> {
                zombie.join().freeze();
                return Trap.Then.GO_ON;
            });
            Trap held = new Trap(point.exchange(), Phase.BEFORE, 1, () -> {
                awaitQuietly(recovered);
                return Trap.Then.GO_ON;
            });
            world.databaseWire().arm(trap);
            world.databaseWire().arm(held);
            zombie.complete(world.startSync());
            assertThat(trap.awaitSprung(Duration.ofMinutes(4)))
                    .as("the run comes to %s", point)
                    .isTrue();

            Outcome successor = world.sync();
            assertThat(successor.exitCode()).as("%s", successor).isZero();
            String history = world.sql().value("select count(*) || ' ' || max(value) from sync_watermark_history");
            Object rows = world.rowVersions();

            zombie.join().thaw();
            recovered.countDown();
            zombie.join().await(Duration.ofMinutes(4));

            assertThat(world.sql().value("select count(*) || ' ' || max(value) from sync_watermark_history"))
                    .isEqualTo(history);
            assertThat(world.rowVersions()).isEqualTo(rows);
            OrderSyncStoriesTest.assertHolds(world, Oracle.all());
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
