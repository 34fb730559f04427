package dev.tidemark.api;

import dev.tidemark.run.DependencyDown;
import dev.tidemark.run.InvalidBackfill;
import dev.tidemark.run.RangeHidden;
import dev.tidemark.run.RunFailed;
import dev.tidemark.run.UnknownStore;
import dev.tidemark.run.UnknownStream;
import dev.tidemark.webhook.DeliveryRefused;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers a request that threw: which exception becomes which problem. */
public final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    /** SQL states of a database that cannot be reached, is shutting down, or has no room. */
    private static final Set<String> AWAY = Set.of("08", "57", "53");

    /** Replaces the message by the problem of the exception that was caught. */
    public void answer(Exchange exchange) {
        Throwable cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Problem problem = problem(cause);
        if (problem.status() == 500) {
            LOG.error("Answering a request failed", cause);
        }
        put(exchange.getMessage(), problem);
    }

    /** Makes a message the answer that carries the problem; its other headers stay. */
    static void put(Message message, Problem problem) {
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, problem.status());
        message.setHeader(Exchange.CONTENT_TYPE, Problem.MEDIA_TYPE);
        if (problem.status() == 503) {
            message.setHeader("Retry-After", "5");
        }
        message.setBody(problem.json());
    }

    static Problem problem(Throwable thrown) {
        for (Throwable cause :
                (Iterable<Throwable>) Stream.iterate(thrown, t -> t != null, Throwable::getCause)::iterator) {
            if (cause instanceof Refused refused) {
                return refused.problem();
            }
            if (cause instanceof DeliveryRefused refused) {
                return refused.kind() == DeliveryRefused.Kind.UNVERIFIED
                        ? Problem.unverified(refused.getMessage())
                        : Problem.badRequest(refused.getMessage() + ".");
            }
            if (cause instanceof InvalidRequest invalid) {
                return new Problem(
                        400,
                        "invalid-parameter",
                        "A parameter is wrong",
                        invalid.getMessage(),
                        Map.of("parameter", invalid.parameter()));
            }
            if (cause instanceof ActRefused refused) {
                return refused.problem();
            }
            if (cause instanceof InvalidBackfill invalid) {
                return new Problem(
                        400,
                        "invalid-parameter",
                        "A parameter is wrong",
                        invalid.getMessage(),
                        Map.of("parameter", invalid.parameter()));
            }
            if (cause instanceof RangeHidden) {
                return new Problem(422, "range-hidden", "The source does not show this range", cause.getMessage());
            }
            if (cause instanceof RunFailed refused) {
                return new Problem(
                        502,
                        "source-refused",
                        "The source or its configuration does not allow it",
                        refused.getMessage(),
                        Map.of("code", refused.code()));
            }
            if (cause instanceof UnknownStore) {
                return new Problem(400, "unknown-store", "There is no such store", cause.getMessage());
            }
            if (cause instanceof UnknownStream) {
                return new Problem(400, "unknown-stream", "There is no such stream", cause.getMessage());
            }
            if (cause instanceof DependencyDown || isAway(cause)) {
                return new Problem(
                        503,
                        "dependency-down",
                        "A service that is needed is away",
                        "The database or object storage cannot be reached; try again.");
            }
        }
        return Problem.internal();
    }

    private static boolean isAway(Throwable cause) {
        return cause instanceof IOException
                || cause instanceof SQLException sql
                        && (sql instanceof SQLTransientConnectionException
                                || sql.getSQLState() != null
                                        && AWAY.contains(sql.getSQLState().substring(0, 2)));
    }
}
