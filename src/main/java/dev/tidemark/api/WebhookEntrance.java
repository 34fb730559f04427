package dev.tidemark.api;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where vendors' deliveries come in: a body has its own limit, and so have all that are under way together. Nobody has
 * shown who he is yet, so what is beyond is turned away before it takes memory or threads. Thread-safe.
 */
final class WebhookEntrance implements Handler<RoutingContext> {
    static final String PATHS = "/webhooks/*";
    private static final Set<String> DELIVERIES = Set.of("/webhooks/shopify", "/webhooks/recharge");
    private static final int MOST_REQUESTS = 256;
    private static final long MOST_BYTES = 64_000_000;

    private final long bodyLimit;
    private final BodyHandler body;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    WebhookEntrance(long bodyLimit) {
        this.bodyLimit = bodyLimit;
        this.body = BodyHandler.create(false).setBodyLimit(bodyLimit);
    }

    /** Whether a request is a delivery, by the very letters of its path. */
    static boolean isDelivery(HttpServerRequest request) {
        return request.method() == HttpMethod.POST && DELIVERIES.contains(request.path());
    }

    @Override
    public void handle(RoutingContext request) {
        if (!isDelivery(request.request())) {
            request.next();
            return;
        }
        long expected = expectedBytes(request.request());
        boolean full = requests.incrementAndGet() > MOST_REQUESTS | bytes.addAndGet(expected) > MOST_BYTES;
        request.addEndHandler(ended -> {
            requests.decrementAndGet();
            bytes.addAndGet(-expected);
        });
        if (full) {
            request.response()
                    .putHeader(HttpHeaders.RETRY_AFTER, "1")
                    .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            ApiServer.answer(request, Problem.busy());
            return;
        }
        request.request().resume();
        body.handle(request);
    }

    /** What it says it will send; without a word, the most that it may. */
    private long expectedBytes(HttpServerRequest request) {
        try {
            return Math.min(bodyLimit, Long.parseLong(request.getHeader(HttpHeaders.CONTENT_LENGTH)));
        } catch (NumberFormatException e) {
            return bodyLimit;
        }
    }
}
