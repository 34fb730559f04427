package dev.tidemark.cli;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs an action when the process is told to stop (Ctrl-C, SIGTERM), then lets Java end it with 130 or 143. Closing it
 * first calls the action off.
 */
final class StopSignal implements AutoCloseable {
    private final AtomicBoolean given = new AtomicBoolean();
    private final Thread hook;

    private StopSignal(Runnable action) {
        hook = new Thread(
                () -> {
                    given.set(true);
                    action.run();
                },
                "tidemark-stop");
    }

    static StopSignal then(Runnable action) {
        StopSignal signal = new StopSignal(action);
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    boolean isGiven() {
        return given.get();
    }

    /** What fails because everything is being closed is no failure: once the signal was given this never returns. */
    void holdWhenGiven() {
        while (given.get()) {
            LockSupport.park();
        }
    }

    @Override
    public void close() {
        holdWhenGiven();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending at this very moment; the action runs, and nothing after this line may.
            given.set(true);
            holdWhenGiven();
        }
    }
}
