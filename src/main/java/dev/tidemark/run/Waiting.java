package dev.tidemark.run;

import java.time.Duration;

/**
 * Not a failure: the step cannot go on yet, because a bulk slot is busy or the source asks for patience. No attempt is
 * counted; the run is due again after {@link #pause()}, at most {@code tidemark.sync.retry-for} in all.
 */
public final class Waiting extends RuntimeException {
    private final transient Duration pause;

    public Waiting(String reason, Duration pause) {
        super(reason);
        this.pause = pause;
    }

    public Duration pause() {
        return pause;
    }
}
