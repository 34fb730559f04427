package dev.tidemark.source.database;

import dev.tidemark.run.RunFailed;
import dev.tidemark.run.TransientFailure;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/** Decides whether asking a source again can help. */
final class SourceFailure {
    /** Connection, rollback, resources, operator's intervention, system: what the next attempt may not meet. */
    private static final Set<String> PASSING = Set.of("08", "40", "53", "55", "57", "58");

    private SourceFailure() {}

    /**
     * What a statement's failure means for the run.
     *
     * @param doing what was being done, to what
     */
    static RuntimeException of(String doing, SQLException cause) {
        String state = cause.getSQLState() == null ? "" : cause.getSQLState();
        String said = doing + " failed: the source database said " + state + " "
                + cause.getMessage().lines().findFirst().orElse("");
        boolean passing = state.isEmpty() || state.length() >= 2 && PASSING.contains(state.substring(0, 2));
        RuntimeException failure =
                passing ? new TransientFailure(said, Optional.empty()) : new RunFailed("source_" + state, said);
        failure.initCause(cause);
        return failure;
    }
}
