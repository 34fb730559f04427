package dev.tidemark.stories;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * One cell of the crash matrix: strike once, look, recover, look again.
 *
 * @param occurrence counted from 1
 */
record CrashCell(CrashPoint point, Phase phase, int occurrence, CrashKind kind) {
    private static final Duration LIMIT = Duration.ofMinutes(4);

    /**
     * What a cell came to.
     *
     * @param struck exit code of the process that was struck
     * @param before what the oracles said before recovery
     * @param recovery the recovery run
     * @param after what the oracles said after it
     * @param sameDerived whether products and measurements are those of an undisturbed run, byte for byte
     * @param operations bulk operations that the source has seen; no run may submit two
     * @param runs the run that was struck, and the recovery where that was another one
     */
    record Result(
            CrashCell cell,
            int struck,
            Findings before,
            Outcome recovery,
            Findings after,
            boolean sameDerived,
            int operations,
            int runs) {

        boolean isGood() {
            return before.areNone() && after.areNone() && recovery.exitCode() == 0 && sameDerived && operations <= runs;
        }

        @Override
        public String toString() {
            return String.format(
                    "%-13s %-13s #%-3d %-8s  exit %3d  oracles before: %s  recovery: %s  oracles after: %s  derived: %s  operations: %d  runs: %d",
                    cell.point,
                    cell.phase,
                    cell.occurrence,
                    cell.kind,
                    struck,
                    before,
                    recovery.status(),
                    after,
                    sameDerived ? "same" : "DIFFERENT",
                    operations,
                    runs);
        }
    }

    /**
     * A run that was struck.
     *
     * @param exitCode of its process
     */
    record Struck(int exitCode, String runId) {}

    /** @param undisturbed what a run leaves that nothing strikes */
    Result play(World world, Map<String, String> undisturbed) {
        Struck struck = strike(world);
        Findings before = world.ask(Oracle.always());
        Outcome recovery = world.sync();
        Findings after = world.ask(Oracle.all());
        boolean sameDerived = world.derived().equals(undisturbed);
        int operations = world.shop().operations();
        int runs = Integer.parseInt(world.sql().value("select count(*) from sync_run"));
        return new Result(this, struck.exitCode(), before, recovery, after, sameDerived, operations, runs);
    }

    /**
     * Starts a run in a process of its own and strikes it.
     *
     * @throws IllegalStateException when the run never comes to the point, so that nothing was tried
     */
    Struck strike(World world) {
        CompletableFuture<TidemarkProcess> process = new CompletableFuture<>();
        Trap trap = new Trap(point.exchange(), phase, occurrence, () -> kind.strike(world, process.join()));
        point.wire(world).arm(trap);
        process.complete(world.startSync());
        Outcome struck = process.join().await(LIMIT);
        if (!trap.awaitSprung(Duration.ofSeconds(5))) {
            throw new IllegalStateException("The run never came to " + trap + "; " + struck);
        }
        return new Struck(
                struck.exitCode(),
                world.sql().rows("select run_id from sync_run").stream()
                        .findFirst()
                        .orElse(""));
    }

    @Override
    public String toString() {
        return point + " " + phase + " #" + occurrence + " " + kind;
    }
}
