package dev.tidemark.source;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * One page of a source, as lines in the shape of a bulk file. It is whole when no children are {@link #missing} any more.
 * Not thread-safe.
 */
public final class Page {
    /**
     * Children that a page did not show.
     *
     * @param parentId the record's own id, as the source writes it
     * @param cursor where the missing ones begin
     */
    public record Missing(String parentId, String cursor) {}

    private final Optional<String> nextCursor;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private final Deque<Missing> missing = new ArrayDeque<>();
    private Duration pause = Duration.ZERO;
    private long lineCount;
    private long rootCount;

    /** @param nextCursor what the next page is asked for by; empty: this is the last */
    public Page(Optional<String> nextCursor) {
        this.nextCursor = nextCursor;
    }

    void add(byte[] line, boolean root) {
        lines.writeBytes(line);
        lines.write('\n');
        lineCount++;
        rootCount += root ? 1 : 0;
    }

    void addMissing(String parentId, String cursor) {
        missing.add(new Missing(parentId, cursor));
    }

    /** What has to be asked for before the page is whole; null, for the route's loop, when nothing has. */
    public Missing missing() {
        return missing.peek();
    }

    /** Takes the first of the missing children for arrived. */
    public void arrived() {
        missing.remove();
    }

    /**
     * Asks for a pause before the next request, because the source's limit is nearly used up. The newest answer counts: it
     * replaces what an earlier one asked for.
     */
    public void pauseFor(Duration wanted) {
        pause = wanted;
    }

    /** How long to wait before the next request, in milliseconds. */
    public long pauseMillis() {
        return pause.toMillis();
    }

    public Optional<String> nextCursor() {
        return nextCursor;
    }

    byte[] bytes() {
        return lines.toByteArray();
    }

    long lineCount() {
        return lineCount;
    }

    long rootCount() {
        return rootCount;
    }
}
