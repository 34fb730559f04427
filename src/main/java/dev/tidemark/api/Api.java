package dev.tidemark.api;

import dev.tidemark.settings.Settings;
import io.vertx.core.VertxOptions;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.apache.camel.main.Main;

/** Everything that {@code routes/api.camel.yaml} needs to be there. */
public final class Api {
    private Api() {}

    /**
     * Prepares an application, before it starts, to serve the REST API on {@code tidemark.api.host} and {@code
     * tidemark.api.port}.
     *
     * @throws IllegalStateException when the port is taken
     */
    public static void install(Main main, Settings settings, Clock clock) {
        Ports.demandFree(
                "tidemark.api.port", settings.api().host(), settings.api().port());
        main.bind(
                "apiServer",
                new ApiServer.Factory(
                        new Tokens(settings.api()), settings.webhook().maxBodyBytes()));
        main.bind("syncStart", new SyncStart(settings.stores().keySet(), clock));
        main.bind("runWait", new RunWait());
        main.bind(
                "vertxOptions",
                new VertxOptions()
                        // Requests run on these threads; those that wait for a run hold theirs.
                        .setWorkerPoolSize(RunWait.PLACES + 16)
                        .setMaxWorkerExecuteTimeUnit(TimeUnit.SECONDS)
                        .setMaxWorkerExecuteTime(RunWait.LONGEST.toSeconds() + 30));
        main.addInitialProperty("camel.server.enabled", "true");
        main.addInitialProperty("camel.server.host", settings.api().host());
        main.addInitialProperty(
                "camel.server.port", String.valueOf(settings.api().port()));
        // Otherwise a folder for files that nobody may send is made wherever the program was started.
        main.addInitialProperty("camel.server.fileUploadEnabled", "false");
        main.addInitialProperty("camel.rest.component", "platform-http");
        // Otherwise a REST verb absorbs its direct: route, which then has no consumer.
        main.addInitialProperty("camel.rest.inlineRoutes", "false");
        // Media types are answered as problems by the routes, not as empty 415s by Vert.x.
        main.addInitialProperty("camel.component.platform-http.serverRequestValidation", "false");
    }
}
