package dev.tidemark.cli;

import dev.tidemark.run.Engine;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/** Follows a run until it has ended. */
final class RunWatch {
    private static final Duration LOOK = Duration.ofMillis(200);
    /** How long the database may be away before watching is given up; the run itself is not touched by that. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Engine engine;
    private final Progress progress;
    private final Duration patience;

    RunWatch(Engine engine, Progress progress) {
        this(engine, progress, PATIENCE);
    }

    RunWatch(Engine engine, Progress progress, Duration patience) {
        this.engine = engine;
        this.progress = progress;
        this.patience = patience;
    }

    /** The run as it is now. */
    static RunDocument read(Engine engine, UUID runId) {
        String document = engine.request("query-run-show", Map.of("run_id", runId.toString()), String.class);
        if (document == null || document.isBlank()) {
            throw new CommandFailure(
                    ExitCode.ERROR, "There is no run " + runId + "; 'tidemark runs list' shows those there are.");
        }
        return RunDocument.parse(document);
    }

    /**
     * Waits for the end of a run, however long that takes.
     *
     * @return the run as it ended
     * @throws CommandFailure with exit code 8 when the database stayed away for longer than the patience
     */
    RunDocument untilEnded(UUID runId) {
        long lastAnswer = System.nanoTime();
        while (true) {
            try {
                RunDocument run = read(engine, runId);
                lastAnswer = System.nanoTime();
                progress.show(run);
                if (run.hasEnded()) {
                    return run;
                }
            } catch (CommandFailure e) {
                throw e;
            } catch (RuntimeException e) {
                if (System.nanoTime() - lastAnswer > patience.toNanos()) {
                    throw new CommandFailure(
                            Failures.isDependencyAway(e) ? ExitCode.DEPENDENCY_DOWN : ExitCode.ERROR,
                            "Run " + runId + " could not be watched for " + patience.toSeconds() + " s: "
                                    + Failures.messageOf(e) + "; it goes on where it was when it is resumed",
                            e);
                }
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }
}
