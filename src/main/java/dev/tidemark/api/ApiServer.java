package dev.tidemark.api;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.auth.authentication.AuthenticationProvider;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.AuthenticationHandler;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.component.platform.http.main.DefaultMainHttpServerFactory;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;
import org.apache.camel.main.HttpServerConfigurationProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server under the REST API: {@link BearerAuthentication} before every path, bodies of limited size, no
 * uploads to disk, no cross-origin requests, and a problem document for whatever no route answers.
 */
public final class ApiServer extends MainHttpServer {
    /** Largest body of a request. */
    static final long MAXIMUM_BODY_BYTES = 1_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);

    private final long webhookBodyBytes;

    private ApiServer(
            CamelContext context, HttpServerConfigurationProperties properties, Tokens tokens, long webhookBodyBytes) {
        this.webhookBodyBytes = webhookBodyBytes;
        setCamelContext(context);
        setHost(properties.getHost());
        setPort(properties.getPort());
        setMaxBodySize(MAXIMUM_BODY_BYTES);
        setFileUploadEnabled(false);
        // Camel installs these before it listens, so not even the first connection gets around them.
        AuthenticationConfig authentication = getConfiguration().getAuthenticationConfig();
        authentication.setEnabled(true);
        authentication.getEntries().add(entry(tokens));
    }

    /** Makes Camel's main start this server instead of its own; bind one in the registry. */
    public static final class Factory extends DefaultMainHttpServerFactory {
        private final Tokens tokens;
        private final long webhookBodyBytes;

        /** @param webhookBodyBytes largest body of a vendor's delivery */
        public Factory(Tokens tokens, long webhookBodyBytes) {
            this.tokens = tokens;
            this.webhookBodyBytes = webhookBodyBytes;
        }

        @Override
        public Service newHttpServer(CamelContext context, HttpServerConfigurationProperties properties) {
            return new ApiServer(context, properties, tokens, webhookBodyBytes);
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        getRouter().route("/*").order(Integer.MIN_VALUE).failureHandler(this::answerFailure);
        getRouter()
                .route(HttpMethod.POST, WebhookEntrance.PATHS)
                .order(-1)
                .handler(new WebhookEntrance(webhookBodyBytes));
        getRouter().route("/*").order(Integer.MAX_VALUE).handler(this::answerUnmatched);
    }

    static void answer(RoutingContext request, Problem problem) {
        request.response()
                .setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(problem.json());
    }

    private void answerFailure(RoutingContext request) {
        if (request.response().headWritten()) {
            request.response().reset();
            return;
        }
        // Vert.x fails on a target such as "*" before any route, with whatever status.
        boolean isPath =
                request.request().path() != null && request.request().path().startsWith("/");
        answer(
                request,
                switch (isPath ? request.statusCode() : 400) {
                    case 400 -> Problem.badRequest("The request is not well-formed HTTP.");
                    case 413 -> {
                        // The rest of the body is not read, so this connection cannot carry another request.
                        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
                        yield Problem.bodyTooLarge(
                                WebhookEntrance.isDelivery(request.request()) ? webhookBodyBytes : MAXIMUM_BODY_BYTES);
                    }
                    default -> {
                        LOG.error("Answering a request failed", request.failure());
                        yield Problem.internal();
                    }
                });
    }

    private void answerUnmatched(RoutingContext request) {
        String path = request.normalizedPath();
        TreeSet<String> methods = getRouter().getRoutes().stream()
                .filter(route -> route.methods() != null && matches(route, path))
                .flatMap(route -> route.methods().stream())
                .map(HttpMethod::name)
                .collect(Collectors.toCollection(TreeSet::new));
        if (methods.isEmpty() && !getCamelContext().isStarted()) {
            request.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
            answer(
                    request,
                    new Problem(503, "not-ready", "The application is starting or stopping", "Ask again in a moment."));
        } else if (methods.isEmpty()) {
            answer(request, Problem.notFound("Nothing is at this path; /openapi.json lists what is."));
        } else {
            String allowed = String.join(", ", methods);
            request.response().putHeader(HttpHeaders.ALLOW, allowed);
            answer(
                    request,
                    new Problem(
                            405,
                            "method-not-allowed",
                            "The path does not take this method",
                            "It takes " + allowed + "."));
        }
    }

    private static boolean matches(Route route, String path) {
        String[] pattern = route.getPath().split("/", -1);
        String[] segments = path.split("/", -1);
        for (int place = 0; place < pattern.length; place++) {
            if (pattern.length != segments.length
                    || !(pattern[place].startsWith(":") || pattern[place].equals(segments[place]))) {
                return false;
            }
        }
        return true;
    }

    private static AuthenticationConfig.AuthenticationConfigEntry entry(Tokens tokens) {
        AuthenticationConfig.AuthenticationConfigEntry entry = new AuthenticationConfig.AuthenticationConfigEntry();
        // Not a list of paths: CVE-2026-40022 left sub-paths of the named ones open.
        entry.setPath("/*");
        entry.setAuthenticationProviderFactory((Vertx vertx) -> null);
        entry.setAuthenticationHandlerFactory(new AuthenticationConfig.AuthenticationHandlerFactory() {
            @Override
            public <T extends AuthenticationProvider> AuthenticationHandler createAuthenticationHandler(T provider) {
                return new BearerAuthentication(tokens);
            }
        });
        return entry;
    }
}
