package dev.tidemark.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;

/**
 * Waits for a run to end, as {@code Prefer: wait=N} asks (RFC 7240). A wait holds one thread of the HTTP server's worker
 * pool, never its event loop; at most {@value #PLACES} requests wait at a time, and the next is answered at once, which
 * the header's rules allow.
 */
public final class RunWait {
    /** Requests that may wait at the same time; below the worker threads, so that the others are still served. */
    public static final int PLACES = 16;

    /** Longest wait; a longer one is cut to this. */
    public static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
    private static final Pattern WAIT =
            Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,9})\"?(?=$|[,;\\s])", Pattern.CASE_INSENSITIVE);

    private final Semaphore places = new Semaphore(PLACES);

    /** Seconds that the header {@code Prefer} asks to wait, at most {@link #LONGEST}; null when it asks for no wait. */
    public Integer asked(Exchange exchange) {
        Matcher wait = WAIT.matcher(Optional.ofNullable(exchange.getMessage().getHeader("Prefer", String.class))
                .orElse(""));
        return wait.find() ? (int) Math.min(Long.parseLong(wait.group(1)), LONGEST.toSeconds()) : null;
    }

    /**
     * Returns when the run that the variable {@code started} names has ended, the seconds in the variable {@code waited}
     * are over, or the application stops. Sets {@code waited} to null when no place was free.
     */
    public void untilEnded(Exchange exchange) {
        Integer seconds = exchange.getVariable("waited", Integer.class);
        Map<?, ?> started = exchange.getVariable("started", Map.class);
        if (seconds == null || started.get("outcome").equals("conflict")) {
            return;
        }
        if (!places.tryAcquire()) {
            exchange.removeVariable("waited");
            return;
        }
        try (ProducerTemplate routes = exchange.getContext().createProducerTemplate()) {
            Map<String, Object> run = Map.of("run_id", started.get("run_id").toString());
            long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            while (!isEnded(routes, run) && System.nanoTime() < end && isRunning(exchange.getContext())) {
                LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            places.release();
        }
    }

    /** A database that is away for a moment ends nobody's wait; the run goes on without it too. */
    private static boolean isEnded(ProducerTemplate routes, Map<String, Object> run) {
        try {
            return routes.requestBody("direct:api-run-ended", run, Boolean.class);
        } catch (CamelExecutionException e) {
            if (Problems.problem(e).status() == 503) {
                return false;
            }
            throw e;
        }
    }

    private static boolean isRunning(CamelContext context) {
        return context.getStatus().isStarted();
    }
}
