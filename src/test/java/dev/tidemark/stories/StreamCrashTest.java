package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.stream.StreamCatalog;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every stream: its source throttles and fails, its process dies in the middle, and the next one ends the same run. */
@Tag("long")
@ExtendWith(Services.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamCrashTest {
    private World world;

    @BeforeAll
    void a_shop_that_was_never_read(Services services) {
        world = StreamStoriesTest.shop(services, 300);
    }

    @AfterAll
    void end() {
        world.close();
    }

    static List<String> streams() {
        return StreamTruth.streams();
    }

    @ParameterizedTest
    @MethodSource("streams")
    void a_run_that_was_refused_and_died_is_ended_by_the_next_process(String stream) {
        new DayOfEdits(world).play(stream);
        List.of("throttled:2", "http-503:2").forEach(world.shop()::fault);

        boolean paged = StreamCatalog.load().find(stream).orElseThrow().fetch().equals("pages");
        StreamStoriesTest.die(world, stream, paged ? "after direct:fetch-commit-page 1" : "after direct:sync-load 1");
        assertThat(world.watermark(stream)).as("the mark of a run that died").isNull();
        Outcome run = OrderSyncStoriesTest.completed(world, world.sync(stream));

        StreamStoriesTest.assertEqual(new StreamTruth(world, stream));
        assertThat(world.sql().rows("select cast(run_id as text) from sync_run where stream = ?", stream))
                .containsExactly(run.runId());
        assertThat(world.watermark(stream)).isNotNull();
    }
}
