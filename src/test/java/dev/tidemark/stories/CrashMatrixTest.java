package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.simulator.SimulatorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The crash matrix: a run is struck at every point, and nothing may be lost, doubled, stale or untrue, neither right after
 * nor when one more run has recovered. The profile {@code long-stories} plays
 * more of them, {@code full-matrix} every phase, first, middle and last.
 */
@ExtendWith(Services.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class CrashMatrixTest {
    /** How much is played: {@code short}, {@code long} or {@code full}. */
    private static final String SIZE = System.getProperty("stories.matrix", "short");

    private static final Set<CrashPoint> MOST_UNDER_WAY =
            EnumSet.of(CrashPoint.SUBMIT, CrashPoint.DOWNLOAD, CrashPoint.CHUNK, CrashPoint.COMMIT, CrashPoint.FINISH);
    /** Where records become visible, and where the mark does. */
    private static final Set<CrashPoint> DECIDING = EnumSet.of(CrashPoint.CHUNK, CrashPoint.COMMIT, CrashPoint.FINISH);
    /** To play some cells again: {@code -Dstories.cells='CHUNK UNANSWERED .* KILL'}. */
    private static final Pattern ONLY = Pattern.compile(System.getProperty("stories.cells", ""));

    private final Queue<CrashCell.Result> results = new ConcurrentLinkedQueue<>();

    @TestFactory
    Stream<DynamicTest> whatever_dies_wherever_nothing_is_lost_and_the_mark_tells_the_truth(Services services) {
        Rehearsal rehearsal = rehearse(services);
        return cells(rehearsal.occurrences()).stream()
                .filter(cell -> ONLY.matcher(cell.toString()).find())
                .map(cell -> DynamicTest.dynamicTest(cell.toString(), () -> play(services, cell, rehearsal.derived())));
    }

    /**
     * What an undisturbed run does and leaves.
     *
     * @param occurrences how often each point is passed
     */
    private record Rehearsal(Map<CrashPoint, Integer> occurrences, Map<String, String> derived) {}

    private void play(Services services, CrashCell cell, Map<String, String> undisturbed) throws IOException {
        if (cell.kind() == CrashKind.PLUG) {
            Path data = Files.createTempDirectory(services.directory(), "plug-");
            try (Postgres own = Postgres.start(data)) {
                services.migrate(own);
                check(services, own, cell, undisturbed);
            }
        } else {
            check(services, services.postgres(), cell, undisturbed);
        }
    }

    private void check(Services services, Postgres postgres, CrashCell cell, Map<String, String> undisturbed) {
        try (World world = World.with(services, postgres, shop -> suited(shop, cell.point()))) {
            CrashCell.Result result = cell.play(world, undisturbed);
            results.add(result);
            assertThat(result.isGood()).as("%s%n%s", result, result.recovery()).isTrue();
        }
    }

    private static Rehearsal rehearse(Services services) {
        try (World world = World.with(services, CrashMatrixTest::slowly)) {
            Outcome outcome = world.syncInProcessOfItsOwn();
            Findings findings = world.ask(Oracle.all());
            assertThat(outcome.exitCode()).as("%s", outcome).isZero();
            assertThat(findings.areNone()).as("%s", findings).isTrue();
            Map<CrashPoint, Integer> occurrences = new EnumMap<>(CrashPoint.class);
            for (CrashPoint point : CrashPoint.values()) {
                occurrences.put(point, point.occurrences(world));
                assertThat(occurrences.get(point)).as("a run passes %s", point).isPositive();
            }
            return new Rehearsal(occurrences, world.derived());
        }
    }

    /** A shop whose run comes to the point: records in order are copied, those out of order are judged one by one. */
    private static SimulatorOptions.Builder suited(SimulatorOptions.Builder shop, CrashPoint point) {
        return switch (point) {
            case POLL_LATER -> slowly(shop);
            case CHUNK -> shop.fault("shuffle-children:9");
            default -> shop;
        };
    }

    /** A shop whose operations take long enough to be found under way. */
    private static SimulatorOptions.Builder slowly(SimulatorOptions.Builder shop) {
        return shop.bulkTakes(Duration.ofMillis(300), Duration.ofSeconds(6));
    }

    private static List<CrashCell> cells(Map<CrashPoint, Integer> occurrences) {
        List<CrashCell> cells = new ArrayList<>();
        for (CrashPoint point : CrashPoint.values()) {
            // How often a run polls depends on the machine, so only the first time is sure to come again.
            int last = point.isSteady() ? occurrences.get(point) : 1;
            int middle = (last + 1) / 2;
            for (int place : IntStream.of(1, middle, last).distinct().toArray()) {
                for (Phase phase : Phase.values()) {
                    for (CrashKind kind : CrashKind.values()) {
                        if (isPlayed(point, phase, kind, place == middle)) {
                            cells.add(new CrashCell(point, phase, place, kind));
                        }
                    }
                }
            }
        }
        return cells;
    }

    private static boolean isPlayed(CrashPoint point, Phase phase, CrashKind kind, boolean inTheMiddle) {
        return switch (SIZE) {
            case "full" -> true;
            case "long" -> isInLongMatrix(point, phase, kind, inTheMiddle);
            // Death where most is under way, and the database's where it decides.
            default ->
                inTheMiddle
                        && (kind == CrashKind.KILL && phase == Phase.UNANSWERED && MOST_UNDER_WAY.contains(point)
                                || kind == CrashKind.BACKENDS && phase == Phase.BEFORE && point == CrashPoint.FINISH);
        };
    }

    /** Death at every point, and everything else in the places where most can go wrong. */
    private static boolean isInLongMatrix(CrashPoint point, Phase phase, CrashKind kind, boolean inTheMiddle) {
        boolean repeated = point == CrashPoint.CHUNK || point == CrashPoint.COMMIT || point == CrashPoint.STEP_DONE;
        boolean moving = point == CrashPoint.DOWNLOAD || point == CrashPoint.UPLOAD;
        boolean deciding = DECIDING.contains(point);
        boolean halfway = phase == Phase.HALF_ANSWERED && point == CrashPoint.DOWNLOAD
                || phase == Phase.HALF_SENT && point == CrashPoint.UPLOAD;
        return switch (kind) {
            case KILL ->
                phase == Phase.UNANSWERED && (inTheMiddle || repeated)
                        || phase == Phase.BEFORE && deciding && inTheMiddle
                        || halfway && inTheMiddle;
            case TERM -> phase == Phase.BEFORE && inTheMiddle && (deciding || point == CrashPoint.POLL);
            case CUT ->
                inTheMiddle && (halfway || phase == Phase.UNANSWERED && (deciding || point == CrashPoint.SUBMIT));
            case PLUG -> inTheMiddle && (phase == Phase.UNANSWERED && deciding || phase == Phase.BEFORE && moving);
            case BACKENDS -> inTheMiddle && (phase == Phase.BEFORE && deciding || phase == Phase.UNANSWERED && moving);
        };
    }

    @AfterAll
    void print_the_table() throws IOException {
        List<String> table =
                results.stream().map(CrashCell.Result::toString).sorted().toList();
        Files.write(Path.of("target", "crash-matrix.txt"), table);
        System.out.println(table.size() + " cells of the crash matrix (point, phase, occurrence, kind -> oracles):");
        table.forEach(System.out::println);
    }
}
