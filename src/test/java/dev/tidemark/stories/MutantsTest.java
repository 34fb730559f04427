package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.simulator.SimulatorOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The stories are tested, too: each wrong version of the product must turn the story red that is there to catch it. */
@Tag("long")
@ExtendWith(Services.Provider.class)
class MutantsTest {
    private static final String CHUNK = "sql/load/write_chunk.sql.ftl";
    private static final Map<String, String> NO_OVERLAP =
            Map.of("TIDEMARK_SYNC_LAG", "0s", "TIDEMARK_SYNC_OVERLAP", "0s");

    /**
     * @param mutants wrong declarations; none when the settings alone are wrong
     * @param settings wrong settings
     * @param story the story that must not pass
     */
    private record Case(
            String name,
            List<Mutant> mutants,
            Map<String, String> settings,
            BiFunction<Services, SimulatorOptions.Builder, SimulatorOptions.Builder> shop,
            Consumer<World> story) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void a_mutant_turns_its_story_red(Case mutant, Services services) {
        try (World world = World.with(services, shop -> mutant.shop().apply(services, shop))) {
            mutant.settings().forEach(world::set);
            mutant.mutants().forEach(declaration -> world.overlay(declaration.grownIn(world.directory())));
            assertThatThrownBy(() -> mutant.story().accept(world))
                    .as("the story with '%s'", mutant)
                    .isInstanceOf(AssertionError.class);
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "the mark moves before the records are written",
                        List.of(new Mutant(
                                "sql/ledger/record_archive.sql",
                                Map.of(
                                        ")\nupdate sync_run r",
                                        ")" + movingTheMarkTo("r.source_started_at - r.lag") + "update sync_run r"))),
                        Map.of(),
                        (services, shop) -> shop,
                        MutantsTest::diesInTheLoad),
                new Case(
                        "the mark moves inside the file",
                        // Records that are all new go by a way of their own.
                        List.of(
                                new Mutant(
                                        CHUNK,
                                        Map.of(
                                                ")\ninsert into sync_chunk (",
                                                ")" + movingTheMarkToTheChunk() + "insert into sync_chunk (")),
                                new Mutant(
                                        "sql/load/record_copied.sql.ftl",
                                        Map.of(
                                                "insert into sync_chunk (",
                                                "with nothing as (select 1)" + movingTheMarkToTheChunk()
                                                        + "insert into sync_chunk ("))),
                        Map.of(),
                        (services, shop) -> shop,
                        MutantsTest::diesInTheLoad),
                new Case(
                        "set aside counts as done",
                        List.of(new Mutant(
                                "sql/ledger/advance_watermark.sql",
                                Map.of("and d.state = 'open'", "and d.state = 'nowhere'"))),
                        Map.of(),
                        (services, shop) -> shop,
                        MutantsTest::refusesThree),
                new Case(
                        "a partial result counts as complete",
                        List.of(new Mutant(
                                "sql/ledger/advance_watermark.sql",
                                Map.of(
                                        "       and r.result_complete\n", "",
                                        "       and r.object_count = r.archive_lines\n", "",
                                        "       and coalesce(r.root_object_count, c.roots, 0) = coalesce(c.roots, 0)\n",
                                                ""))),
                        Map.of(),
                        (services, shop) -> shop,
                        MutantsTest::breaksOff),
                new Case(
                        "> for >=",
                        List.of(new Mutant(
                                "sql/ledger/record_window.sql",
                                Map.of("query = :#query,", "query = replace(:#query, '>=', '>'),"))),
                        // From this version on, > leaves out the whole second; before, it happened to include it.
                        Map.of(
                                "TIDEMARK_SYNC_LAG", "0s",
                                "TIDEMARK_SYNC_OVERLAP", "0s",
                                "TIDEMARK_SHOPIFY_API_VERSION", "2026-10"),
                        (services, shop) -> shop,
                        OrderSyncStoriesTest::sameSecondStory),
                new Case(
                        "no overlap for a source that lags",
                        List.of(),
                        NO_OVERLAP,
                        (services, shop) -> shop.indexLag(Duration.ofSeconds(3)),
                        OrderSyncStoriesTest::lateStory),
                new Case(
                        "our clock for the source's",
                        List.of(
                                new Mutant(
                                        "sql/ledger/record_window.sql",
                                        Map.of(
                                                "source_started_at = cast(:#source_now as timestamptz)",
                                                "source_started_at = now()")),
                                new Mutant(
                                        "sql/ledger/record_operation.sql",
                                        Map.of(
                                                "least(r.source_started_at, cast(:#source_started_at as timestamptz))",
                                                "r.source_started_at"))),
                        NO_OVERLAP,
                        OrderSyncStoriesTest::anHourBehind,
                        OrderSyncStoriesTest::scanStory),
                new Case(
                        "the highest version seen is the mark",
                        List.of(new Mutant(
                                "sql/ledger/advance_watermark.sql",
                                Map.of("least(c.max_version, r.source_started_at - r.lag)", "c.max_version"))),
                        NO_OVERLAP,
                        OrderSyncStoriesTest::anHourBehind,
                        OrderSyncStoriesTest::scanStory),
                new Case(
                        "an older version overwrites",
                        List.of(new Mutant(
                                CHUNK,
                                Map.of(
                                        "when o.stored_version > n.${root.version} then 'stale'",
                                                "when false then 'stale'",
                                        "where o.${root.version} is null or greatest(o.${root.version}, o.deleted_at) <= excluded.${root.version}",
                                                "where true"))),
                        Map.of(),
                        (services, shop) -> shop,
                        OrderSyncStoriesTest::olderStory),
                new Case(
                        "an equal version does not overwrite",
                        List.of(new Mutant(
                                CHUNK,
                                Map.of(
                                        "when o.stored_version > n.${root.version} then 'stale'",
                                        "when o.stored_version >= n.${root.version} then 'stale'"))),
                        NO_OVERLAP,
                        (services, shop) -> shop,
                        OrderSyncStoriesTest::sameSecondStory));
    }

    private static String movingTheMarkToTheChunk() {
        return movingTheMarkTo("cast(nullif(:#max_version, '') as timestamptz)");
    }

    /** Statements that move the mark where nobody asked for it, and remember it as a good advance. */
    private static String movingTheMarkTo(String value) {
        return """
                , hasty as (
                    insert into sync_watermark (store_id, stream, value, run_id, epoch)
                    select r.store_id, r.stream, %s, r.run_id, l.epoch
                      from sync_run r join sync_lease l using (run_id)
                     where r.run_id = cast(:#run_id as uuid)
                    on conflict (store_id, stream) do update
                       set value = excluded.value, run_id = excluded.run_id, epoch = excluded.epoch
                     where sync_watermark.value < excluded.value
                    returning store_id, stream, value, run_id, epoch
                ), hasty_history as (
                    insert into sync_watermark_history (store_id, stream, kind, value, run_id, epoch, actor)
                    select store_id, stream, 'advance', value, run_id, epoch, 'run' from hasty
                )
                """.formatted(value);
    }

    private static void diesInTheLoad(World world) {
        new CrashCell(CrashPoint.COMMIT, Phase.UNANSWERED, 1, CrashKind.KILL).strike(world);
        OrderSyncStoriesTest.assertHolds(world, Oracle.always());
    }

    private static void refusesThree(World world) {
        world.shop().fault("bad-money:3");
        assertThat(world.sync().exitCode()).isIn(0, 3);
        OrderSyncStoriesTest.assertHolds(world, Oracle.always());
    }

    private static void breaksOff(World world) {
        world.shop().fault("bulk-failed-partial");
        assertThat(world.sync().exitCode()).isIn(0, 4);
        OrderSyncStoriesTest.assertHolds(world, Oracle.always());
    }
}
