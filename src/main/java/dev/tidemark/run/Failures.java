package dev.tidemark.run;

import dev.tidemark.settings.Settings;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.http.base.HttpOperationFailedException;
import software.amazon.awssdk.core.exception.SdkException;

/** Decides what becomes of a run whose step threw an exception. */
final class Failures {
    /** Longest wait that a {@code Retry-After} can ask for. */
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);
    /** Longest backoff between two attempts. */
    private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);
    /** Pause after an open breaker refused a call; its own waiting time is of the same order. */
    private static final Duration BREAKER_PAUSE = Duration.ofSeconds(5);

    private static final Set<String> TRANSIENT_SQL_CLASSES = Set.of("08", "40", "53", "57", "58", "25");

    enum Decision {
        WAIT,
        RETRY,
        FAIL,
        DROP
    }

    /**
     * @param nextStatus where the run goes on; empty: with the step that failed
     * @param unexpected set where the stack trace is of use to a developer
     */
    record Verdict(
            Decision decision,
            String code,
            String reason,
            Duration pause,
            Optional<String> nextStatus,
            Optional<Throwable> unexpected) {}

    private final Settings.Http http;

    Failures(Settings.Http http) {
        this.http = http;
    }

    Verdict judge(Run run, Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            Optional<Verdict> verdict = judgeOne(run, cause);
            if (verdict.isPresent()) {
                return verdict.get();
            }
        }
        return fail("unexpected", message(thrown), Optional.of(thrown));
    }

    private Optional<Verdict> judgeOne(Run run, Throwable cause) {
        if (cause instanceof FencedException) {
            return Optional.of(new Verdict(
                    Decision.DROP, "fenced", message(cause), Duration.ZERO, Optional.empty(), Optional.empty()));
        }
        if (cause instanceof Waiting waiting) {
            return Optional.of(wait(message(cause), waiting.pause()));
        }
        if (cause instanceof RunFailed failed) {
            return Optional.of(fail(failed.code(), message(cause), Optional.empty()));
        }
        if (cause instanceof TransientFailure failure) {
            return Optional.of(retry(run, "transient", message(cause), failure.retryAfter()));
        }
        if (cause instanceof DirectConsumerNotAvailableException) {
            return Optional.of(wait("a route that the step needs is stopped: " + message(cause), BREAKER_PAUSE));
        }
        if (cause instanceof CallNotPermittedException) {
            return Optional.of(
                    wait("the circuit breaker of " + run.store() + " is open after repeated failures", BREAKER_PAUSE));
        }
        if (cause instanceof HttpOperationFailedException answer) {
            return Optional.of(judgeAnswer(run, answer));
        }
        if (cause instanceof SQLException sql) {
            return judgeSql(run, sql);
        }
        if (cause instanceof IOException || cause instanceof UncheckedIOException || cause instanceof SdkException) {
            return Optional.of(retry(
                    run,
                    "unreachable",
                    phase(run) + ": " + cause.getClass().getSimpleName() + ": " + message(cause),
                    Optional.empty()));
        }
        return Optional.empty();
    }

    private Verdict judgeAnswer(Run run, HttpOperationFailedException answer) {
        int status = answer.getStatusCode();
        Map<String, String> headers = answer.getResponseHeaders() == null ? Map.of() : answer.getResponseHeaders();
        String said = phase(run) + ": the source answered " + status
                + header(headers, "X-Request-Id")
                        .map(id -> ", request id " + id)
                        .orElse("");
        if (status == 429 || status == 408 || status == 425 || status >= 500) {
            return retry(run, "http_" + status, said, retryAfter(headers));
        }
        if (run.status().equals("downloading") && (status == 400 || status == 403 || status == 404 || status == 410)) {
            // A signed download address lives for days only: look at the operation again, it may offer a fresh one.
            Verdict again =
                    retry(run, "http_" + status, said + "; the download address may have expired", Optional.empty());
            return again.decision() == Decision.RETRY
                    ? new Verdict(
                            again.decision(),
                            again.code(),
                            again.reason(),
                            again.pause(),
                            Optional.of("polling"),
                            Optional.empty())
                    : again;
        }
        String hint =
                switch (status) {
                    case 401, 403 -> "; check the store's token and its scopes with ./tidemark doctor";
                    case 402, 423 -> "; the shop is frozen or locked";
                    case 404 -> "; check the store's url or domain and tidemark.shopify.api-version";
                    case 301, 302, 303, 307, 308 ->
                        "; redirects are not followed, so configure the shop's permanent address";
                    default -> "";
                };
        return fail("http_" + status, said + hint, Optional.empty());
    }

    private Optional<Verdict> judgeSql(Run run, SQLException sql) {
        String state = sql.getSQLState() == null ? "" : sql.getSQLState();
        String said = phase(run) + ": the database said " + state + " " + message(sql);
        boolean passing = state.length() >= 2 && TRANSIENT_SQL_CLASSES.contains(state.substring(0, 2))
                || sql instanceof java.sql.SQLTransientException;
        return Optional.of(
                passing
                        ? wait(said, backoff(Math.min(run.attempts(), 6)))
                        : fail("database_" + state, said, Optional.empty()));
    }

    private Verdict retry(Run run, String code, String reason, Optional<Duration> retryAfter) {
        int attempt = run.attempts() + 1;
        if (attempt >= http.attempts()) {
            return fail(code, reason + "; given up after " + attempt + " attempts", Optional.empty());
        }
        Duration pause = retryAfter.orElseGet(() -> backoff(run.attempts()));
        return new Verdict(
                Decision.RETRY,
                code,
                reason + " (attempt " + attempt + " of " + http.attempts() + ")",
                pause,
                Optional.empty(),
                Optional.empty());
    }

    private static Verdict wait(String reason, Duration pause) {
        return new Verdict(Decision.WAIT, "waiting", reason, pause, Optional.empty(), Optional.empty());
    }

    private static Verdict fail(String code, String reason, Optional<Throwable> unexpected) {
        return new Verdict(Decision.FAIL, code, reason, Duration.ZERO, Optional.empty(), unexpected);
    }

    /** Doubles with each attempt; jitter of a quarter either way keeps stores from knocking at the same time. */
    private Duration backoff(int attempts) {
        long millis = Math.min(http.retryDelay().toMillis() << Math.min(attempts, 20), LONGEST_BACKOFF.toMillis());
        return Duration.ofMillis(
                Math.max(1, Math.round(millis * ThreadLocalRandom.current().nextDouble(0.75, 1.25))));
    }

    /** Seconds, whole or decimal, or an HTTP date, which is read against the answer's own clock. */
    static Optional<Duration> retryAfter(Map<String, String> headers) {
        return header(headers, "Retry-After")
                .flatMap(text -> {
                    if (text.strip().matches("\\d{1,9}(\\.\\d{1,9})?")) {
                        return Optional.of(
                                Duration.ofMillis((long) Math.ceil(Double.parseDouble(text.strip()) * 1_000)));
                    }
                    Optional<Instant> now = header(headers, "Date").flatMap(Failures::httpDate);
                    return httpDate(text).flatMap(then -> now.map(moment -> Duration.between(moment, then)));
                })
                .filter(pause -> !pause.isNegative())
                .map(pause -> pause.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : pause);
    }

    private static Optional<Instant> httpDate(String text) {
        try {
            return Optional.of(ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> header(Map<String, String> headers, String name) {
        return headers.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static String phase(Run run) {
        return switch (run.status()) {
            case "initiated" -> "Requesting the bulk operation";
            case "polling" -> "Polling the bulk operation";
            case "downloading" -> "Downloading and archiving the file";
            case "upserting" -> "Loading the file";
            case "transforming" -> "Refreshing products and measurements";
            default -> "Finishing";
        };
    }

    private static String message(Throwable cause) {
        return cause.getMessage() == null
                ? cause.getClass().getSimpleName()
                : cause.getMessage().lines().findFirst().orElse("");
    }
}
