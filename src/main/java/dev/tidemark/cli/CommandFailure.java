package dev.tidemark.cli;

/** A command cannot go on; the message is all the operator needs, so no stack trace is shown. */
final class CommandFailure extends RuntimeException {
    private final ExitCode exitCode;

    /** @param message what was asked, what stands in the way, and what to do */
    CommandFailure(ExitCode exitCode, String message) {
        this(exitCode, message, null);
    }

    CommandFailure(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    ExitCode exitCode() {
        return exitCode;
    }
}
