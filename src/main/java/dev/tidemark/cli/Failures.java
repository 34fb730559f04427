package dev.tidemark.cli;

import dev.tidemark.api.ActRefused;
import dev.tidemark.api.InvalidRequest;
import dev.tidemark.run.DependencyDown;
import dev.tidemark.run.InvalidBackfill;
import dev.tidemark.run.RangeHidden;
import dev.tidemark.run.UnknownStore;
import dev.tidemark.run.UnknownStream;
import dev.tidemark.settings.InvalidSettings;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Turns what went wrong into one sentence and the documented exit code. */
final class Failures {
    private static final int MOST_CAUSES = 20;
    /** What a wrapping exception puts before the message of its cause. */
    private static final Pattern CLASS_NAME = Pattern.compile("^([a-z0-9]+\\.)+\\w+(Exception|Error): ");

    private Failures() {}

    static ExitCode exitCodeOf(Throwable failure) {
        Optional<ExitCode> documented = causes(failure)
                .flatMap(cause -> {
                    if (cause instanceof CommandFailure known) {
                        return Stream.of(known.exitCode());
                    }
                    if (cause instanceof ActRefused refused) {
                        return Stream.of(refused.isConflict() ? ExitCode.CONFLICT : ExitCode.ERROR);
                    }
                    if (isWronglyAsked(cause)) {
                        return Stream.of(ExitCode.USAGE);
                    }
                    return isDependencyAway(cause) ? Stream.of(ExitCode.DEPENDENCY_DOWN) : Stream.empty();
                })
                .findFirst();
        return documented.orElse(ExitCode.ERROR);
    }

    /** The first message that was written for an operator; otherwise the first that is not Camel's own wrapping. */
    static String messageOf(Throwable failure) {
        Throwable told = causes(failure)
                .filter(cause -> cause instanceof CommandFailure
                        || cause instanceof ActRefused
                        || isWronglyAsked(cause)
                        || cause instanceof DependencyDown)
                .findFirst()
                .or(() -> causes(failure)
                        .filter(cause -> !cause.getClass().getName().startsWith("org.apache.camel."))
                        .findFirst())
                .orElse(failure);
        String message = told.getMessage();
        return message == null || message.isBlank()
                ? told.getClass().getSimpleName()
                : CLASS_NAME.matcher(message.strip()).replaceFirst("");
    }

    /** What was asked for does not exist or cannot be; asking again in the same way is of no use. */
    private static boolean isWronglyAsked(Throwable cause) {
        return cause instanceof InvalidSettings
                || cause instanceof InvalidRequest
                || cause instanceof InvalidBackfill
                || cause instanceof RangeHidden
                || cause instanceof UnknownStore
                || cause instanceof UnknownStream;
    }

    static boolean isDependencyAway(Throwable failure) {
        return causes(failure)
                .anyMatch(cause -> cause instanceof DependencyDown
                        // Object storage did not answer; what it answers, such as a refusal, is another exception.
                        || cause instanceof SdkClientException
                        || (cause instanceof SQLException sql && isConnectionTrouble(sql)));
    }

    private static boolean isConnectionTrouble(SQLException failure) {
        String state = failure.getSQLState();
        // A pool that cannot hand out a connection within its time limit says so without a state.
        return failure instanceof java.sql.SQLTransientConnectionException
                || (state != null && (state.startsWith("08") || state.startsWith("57P") || state.startsWith("53")));
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(MOST_CAUSES);
    }
}
