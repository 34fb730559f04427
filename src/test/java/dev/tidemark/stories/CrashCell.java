package dev.tidemark.stories;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * One cell of the crash matrix: strike once, look, recover, look again.
 *
 * @param occurrence counted from 1
 */
record CrashCell(CrashPoint point, Phase phase, int occurrence, CrashKind kind) {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    /**
     * What a cell came to.
     *
     * @param struck exit code of the process that was struck
     * @param before what the oracles said before recovery
     * @param recovery the recovery run
     * @param after what the oracles said after it
     */
    record Result(CrashCell cell, int struck, Findings before, Outcome recovery, Findings after) {

        boolean isGood() {
            return before.areNone() && after.areNone() && recovery.exitCode() == 0;
        }

        @Override
        public String toString() {
            return String.format(
                    "%-14s %-13s #%-3d %-8s  exit %4d  before: %s  recovery: %s  after: %s",
                    cell.point, cell.phase, cell.occurrence, cell.kind, struck, before, recovery.status(), after);
        }
    }

    /**
     * A run that was struck.
     *
     * @param exitCode of its process
     */
    record Struck(int exitCode, String runId) {}

    Result play(World world) {
        Struck struck = strike(world);
        Findings before = world.ask(Oracle.always());
        Outcome recovery = world.sync();
        return new Result(this, struck.exitCode(), before, recovery, world.ask(Oracle.all()));
    }

    /** Starts a run in a process of its own and strikes it; fails when the run never comes to the point. */
    Struck strike(World world) {
        CompletableFuture<TidemarkProcess> process = new CompletableFuture<>();
        Trap trap = new Trap(point.exchange(), phase, occurrence, () -> kind.strike(world, process.join()));
        point.wire(world).arm(trap);
        process.complete(world.startSync());
        Outcome struck = process.join().await(LIMIT);
        if (!trap.hasSprung()) {
            throw new AssertionError("The run never came to " + trap + "; " + struck);
        }
        return new Struck(struck.exitCode(), world.sql().rows("select run_id from sync_run").stream().findFirst().orElse(""));
    }

    @Override
    public String toString() {
        return point + " " + phase + " #" + occurrence + " " + kind;
    }
}
