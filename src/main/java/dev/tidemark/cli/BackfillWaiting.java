package dev.tidemark.cli;

import dev.tidemark.run.Engine;
import dev.tidemark.run.RunFailed;
import dev.tidemark.settings.Settings;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The options {@code --wait} and {@code --progress} of the commands that set a backfill going, and what they do. */
final class BackfillWaiting {
    private static final Duration LOOK = Duration.ofMillis(200);
    /** How long the database may be away before watching is given up; the backfill itself is not touched by that. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Option(
            names = "--wait",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Do the work here and wait for the end (default); --no-wait leaves it to a 'serve' process.")
    private boolean wait;

    @Option(
            names = "--progress",
            paramLabel = "KIND",
            description = "none, bar, plain or json, on stderr; bar on a terminal, plain elsewhere.")
    private Progress.Kind progressKind;

    /**
     * Sets a backfill going and, where that is wanted, carries it out in this process.
     *
     * @param id the backfill that is meant to be started
     * @param begin writes it down; gives the id of the one that is under way
     * @return the exit code
     */
    int start(TidemarkCommand root, Settings settings, Output output, UUID id, Function<Engine, UUID> begin) {
        return wait ? carryOut(root, settings, output, id, begin) : writeDown(root, settings, output, begin);
    }

    private static int writeDown(TidemarkCommand root, Settings settings, Output output, Function<Engine, UUID> begin) {
        try (Engine engine = root.starter().start(settings, new Engine.Role.Query())) {
            UUID id = begun(engine, begin);
            BackfillDocument backfill = BackfillDocument.read(engine, id, false);
            output.document(root.terminal(), backfill.json(), backfill::toText);
            root.terminal()
                    .say("tidemark: backfill " + id + " is written down; a 'tidemark serve' process carries it out"
                            + " ('tidemark backfill show " + id + "' tells how far it is)");
            return ExitCode.COMPLETE.number();
        }
    }

    private int carryOut(
            TidemarkCommand root, Settings settings, Output output, UUID id, Function<Engine, UUID> begin) {
        Engine engine = root.starter().start(settings, new Engine.Role.Backfill(id));
        int exitCode;
        try (StopSignal stop = StopSignal.then(() -> {
            root.terminal().say("tidemark: stopping; 'tidemark backfill resume ID' or 'serve' goes on where it was");
            engine.close();
        })) {
            try {
                BackfillDocument ended = untilEnded(root, engine, begun(engine, begin));
                output.document(root.terminal(), ended.json(), ended::toText);
                exitCode = ended.exitCode().number();
            } catch (RuntimeException e) {
                stop.holdWhenGiven();
                engine.close();
                throw e;
            }
        }
        engine.close();
        return exitCode;
    }

    private static UUID begun(Engine engine, Function<Engine, UUID> begin) {
        try {
            return begin.apply(engine);
        } catch (RunFailed e) {
            throw new CommandFailure(ExitCode.RUN_FAILED, e.getMessage(), e);
        }
    }

    private BackfillDocument untilEnded(TidemarkCommand root, Engine engine, UUID id) {
        long lastAnswer = System.nanoTime();
        try (BackfillProgress progress = BackfillProgress.of(progressKind, root.terminal())) {
            while (true) {
                try {
                    BackfillDocument backfill = BackfillDocument.read(engine, id, false);
                    lastAnswer = System.nanoTime();
                    progress.show(backfill);
                    if (backfill.hasEnded()) {
                        return BackfillDocument.read(engine, id, true);
                    }
                } catch (CommandFailure e) {
                    throw e;
                } catch (RuntimeException e) {
                    if (System.nanoTime() - lastAnswer > PATIENCE.toNanos()) {
                        throw new CommandFailure(
                                Failures.isDependencyAway(e) ? ExitCode.DEPENDENCY_DOWN : ExitCode.ERROR,
                                "Backfill " + id + " could not be watched for " + PATIENCE.toSeconds() + " s: "
                                        + Failures.messageOf(e) + "; it goes on where it was when it is resumed",
                                e);
                    }
                }
                LockSupport.parkNanos(LOOK.toNanos());
            }
        }
    }
}
