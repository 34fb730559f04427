package dev.tidemark.run;

import dev.tidemark.settings.Settings;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.CamelContext;

/** A started application: routes, database pool and object storage. Closing it gives its leases back and stops it. */
public interface Engine extends AutoCloseable {

    /** What an engine is started for; it decides which routes run. */
    sealed interface Role {
        /** Everything: schedules, REST API, management, every due run. */
        record Serve() implements Role {}

        /** The queries, {@code sync-start}, and the steps of one run, whether new or left by a dead process. */
        record Work(UUID runId) implements Role {}

        /** The queries, and the steps of one backfill's runs, whether new or left by a dead process. */
        record Backfill(UUID backfillId) implements Role {}

        /** The queries and {@code sync-start} only. */
        record Query() implements Role {}
    }

    /** Starts an engine. */
    @FunctionalInterface
    interface Starter {
        /**
         * Starts the application and waits until it is ready.
         *
         * @throws DependencyDown when the database or object storage cannot be reached
         */
        Engine start(Settings settings, Role role);
    }

    /** Changes a context before its routes are loaded; found by {@link java.util.ServiceLoader}, for tests and extensions. */
    @FunctionalInterface
    interface Customizer {
        void customize(CamelContext context);
    }

    CamelContext camelContext();

    /**
     * Sends a request to a {@code direct:} route and returns its answer.
     *
     * @param route route id, which is also the name of its {@code direct:} endpoint
     * @param body the request's values by name
     * @param type type of the answer
     * @return the answer, or null where the route answers with nothing
     */
    <T> T request(String route, Map<String, Object> body, Class<T> type);

    @Override
    void close();
}
