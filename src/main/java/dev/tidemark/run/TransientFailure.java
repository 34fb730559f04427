package dev.tidemark.run;

import java.time.Duration;
import java.util.Optional;

/**
 * A failure that may pass. The step is tried again after a backoff, at most {@code tidemark.http.attempts} times in a
 * row; then the run fails.
 */
public final class TransientFailure extends RuntimeException {
    private final transient Optional<Duration> retryAfter;

    /**
     * @param message what was being done, to what, and what happened
     * @param retryAfter the wait that the other side asked for; empty leaves it to the backoff
     */
    public TransientFailure(String message, Optional<Duration> retryAfter) {
        super(message);
        this.retryAfter = retryAfter;
    }

    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
