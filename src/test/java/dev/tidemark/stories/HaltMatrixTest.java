package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The other half of the crash matrix: the JVM halts between two nodes of a route, where nothing passes over a wire. */
@Tag("long")
@ExtendWith(Services.Provider.class)
@Execution(ExecutionMode.CONCURRENT)
class HaltMatrixTest {
    private static final boolean FULL = "full".equals(System.getProperty("stories.matrix"));

    @ParameterizedTest(name = "halted {0}")
    @MethodSource("places")
    void wherever_it_halts_nothing_is_lost_and_the_mark_tells_the_truth(String place, Services services) {
        try (World world = World.with(services, shop -> shop)) {
            HaltInside.overlayIn(world.directory()).forEach(world::overlay);
            world.set(HaltInside.VARIABLE, place);
            Outcome halted = world.startSync().await(Duration.ofMinutes(4));
            assertThat(halted.exitCode()).as("halted %s: %s", place, halted).isEqualTo(HaltInside.EXIT_CODE);

            Findings before = world.ask(Oracle.always());
            Outcome recovery = world.withoutOverlay().sync();

            assertThat(before.areNone()).as("%s", before).isTrue();
            OrderSyncStoriesTest.completed(world, recovery);
            OrderSyncStoriesTest.assertHolds(world, Oracle.all());
        }
    }

    static Stream<String> places() {
        Stream<String> chosen = Stream.of(
                "before direct:sync-request 1",
                "after direct:sync-save-operation 1",
                "after download-file 1",
                "before direct:archive-upload 1",
                "after upload-manifest 1",
                "before direct:sync-load 1",
                "after direct:sync-load 1",
                "after direct:sync-transform 1",
                "before advance-watermark 1",
                "after advance-watermark 1",
                "after direct:sync-finish 1");
        Stream<String> others = Stream.of(
                "after direct:sync-request 1",
                "before direct:sync-submit 1",
                "before direct:sync-save-operation 1",
                "before direct:sync-poll 1",
                "after direct:sync-poll 2",
                "before direct:sync-download 1",
                "after upload-whole 1",
                "after direct:sync-download 1",
                "before direct:sync-transform 1",
                "after refresh-products 1",
                "before direct:sync-finish 1",
                "before put-telemetry 2",
                "after direct:sync-report 1");
        return FULL ? Stream.concat(chosen, others) : chosen;
    }
}
