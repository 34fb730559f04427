package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.simulator.SimulatorOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The stories are tested, too: each wrong version of the product must turn the story red that is there to catch it. */
@ExtendWith(Services.Provider.class)
class MutantsTest {
    private static final String MOVE_THE_MARK =
            """
            , hasty as (
                insert into sync_watermark (store_id, stream, value, run_id, epoch)
                select r.store_id, r.stream, r.source_started_at - r.lag, r.run_id, l.epoch
                  from sync_run r join sync_lease l using (run_id)
                 where r.run_id = cast(:#run_id as uuid) and r.source_started_at is not null
                on conflict (store_id, stream) do update set value = excluded.value, run_id = excluded.run_id, epoch = excluded.epoch
                returning store_id, stream, value, run_id, epoch
            ), hasty_history as (
                insert into sync_watermark_history (store_id, stream, kind, value, run_id, epoch, actor)
                select store_id, stream, 'advance', value, run_id, epoch, 'run' from hasty
            )
            """;

    /**
     * @param mutants wrong declarations; none when the settings alone are wrong
     * @param settings wrong settings
     * @param story the story that must not pass
     */
    private record Case(
            String name, List<Mutant> mutants, Map<String, String> settings, UnaryOperator<SimulatorOptions.Builder> shop,
            Consumer<World> story) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void a_mutant_turns_its_story_red(Case mutant, Services services) {
        try (World world = World.with(services, mutant.shop())) {
            mutant.settings().forEach(world::set);
            mutant.mutants().forEach(declaration -> world.overlay(declaration.grownIn(world.directory())));
            assertThatThrownBy(() -> mutant.story().accept(world)).as("the story with '%s'", mutant).isInstanceOf(AssertionError.class);
        }
    }

    static Stream<Case> cases() {
        Map<String, String> noOverlap = Map.of("TIDEMARK_SYNC_LAG", "0s", "TIDEMARK_SYNC_OVERLAP", "0s");
        return Stream.of(
                new Case("the mark moves before the records are written",
                        List.of(new Mutant("early watermark", "sql/ledger/record_archive.sql",
                                ")\nupdate sync_run r", ")" + MOVE_THE_MARK + "update sync_run r")),
                        Map.of(), shop -> shop, MutantsTest::diesInTheLoad),
                new Case("the mark moves inside the file",
                        List.of(new Mutant("mark inside the file", "sql/streams/shopify-orders.sql", "", "")),
                        Map.of(), shop -> shop, MutantsTest::diesInTheLoad),
                new Case("set aside counts as done",
                        List.of(new Mutant("ignored partial", "sql/ledger/advance_watermark.sql",
                                "and d.state = 'open'", "and d.state = 'nowhere'")),
                        Map.of(), shop -> shop, MutantsTest::refusesThree),
                new Case("> for >=",
                        List.of(new Mutant("strict", "sql/ledger/record_window.sql", "query = :#query", "query = replace(:#query, '>=', '>')")),
                        noOverlap, shop -> shop, OrderSyncStoriesTest::sameSecondStory),
                new Case("no overlap for a source that lags", List.of(), noOverlap,
                        shop -> shop.indexLag(Duration.ofSeconds(3)), OrderSyncStoriesTest::lateStory));
    }

    private static void diesInTheLoad(World world) {
        new CrashCell(CrashPoint.CHUNK, Phase.UNANSWERED, 1, CrashKind.KILL).strike(world);
        OrderSyncStoriesTest.assertHolds(world, Oracle.always());
    }

    private static void refusesThree(World world) {
        world.shop().fault("bad-money:3");
        assertThat(world.sync().exitCode()).isIn(0, 3);
        OrderSyncStoriesTest.assertHolds(world, Oracle.always());
    }
}
