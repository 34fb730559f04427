package dev.tidemark.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.AuthenticationHandler;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Lets a request pass only with a token whose role covers its method: reading needs a viewer, everything else an
 * operator. It stands before the first route and knows no paths, so that no spelling of a path gets around it; but for
 * the deliveries of vendors, which are signed instead, and only as they are spelt in {@link WebhookEntrance}.
 */
final class BearerAuthentication implements AuthenticationHandler {
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final String SCHEME = "bearer ";
    /** Tells the routes who acts. */
    static final String ACTOR = "Tidemark-Actor";

    private final Tokens tokens;

    BearerAuthentication(Tokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public void handle(RoutingContext request) {
        HttpServerResponse response = request.response();
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.putHeader("X-Content-Type-Options", "nosniff");
        if (WebhookEntrance.isDelivery(request.request())) {
            request.next();
            return;
        }
        Role needed = READING.contains(request.request().method()) ? Role.VIEWER : Role.OPERATOR;
        Optional<Role> held = token(request).flatMap(tokens::role);
        if (held.isEmpty()) {
            response.putHeader("WWW-Authenticate", "Bearer realm=\"tidemark\"");
            ApiServer.answer(request, Problem.unauthorized());
        } else if (!held.get().covers(needed)) {
            ApiServer.answer(request, Problem.forbidden(held.get(), needed));
        } else {
            // Whatever a client wrote there is replaced, so an audit can rely on it.
            request.request().headers().set(ACTOR, "api/" + held.get().name().toLowerCase(Locale.ROOT));
            request.next();
        }
    }

    private static Optional<String> token(RoutingContext request) {
        // Two headers are ambiguous: a proxy may have checked the other one.
        return Optional.of(request.request().headers().getAll(HttpHeaders.AUTHORIZATION))
                .filter(values -> values.size() == 1)
                .map(values -> values.get(0).strip())
                .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(SCHEME))
                .map(value -> value.substring(SCHEME.length()).strip());
    }
}
