package dev.tidemark.webhook;

import dev.tidemark.load.DeliveryWriter;
import dev.tidemark.load.LoadRoutes;
import dev.tidemark.load.Statements;
import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;

/** What {@code routes/webhooks.camel.yaml} needs besides itself: its bean, and its templates filled in for each stream. */
public final class WebhookRoutes extends RouteBuilder {
    private final StreamCatalog catalog;

    public WebhookRoutes(StreamCatalog catalog) {
        this.catalog = catalog;
    }

    /** Binds {@code deliveries}. */
    public static void bind(CamelContext context, Settings settings, StreamCatalog catalog) {
        context.getRegistry()
                .bind(
                        "deliveries",
                        new Deliveries(
                                settings, catalog, new DeliveryWriter(context.createProducerTemplate()), context));
    }

    @Override
    public void configure() {
        Statements statements = new Statements();
        catalog.streams().stream()
                .filter(stream -> stream.webhook().isPresent())
                .forEach(stream -> {
                    statement("webhook-write", stream, statements.writeDelivery(stream));
                    statement("webhook-remove", stream, statements.removeDelivered(stream));
                });
    }

    /** Binds a statement by the name of its route, and makes the route. */
    private void statement(String template, StreamDeclaration stream, String statement) {
        String route = template + "-" + stream.name();
        getContext().getRegistry().bind("statement-" + route, statement);
        templatedRoute(template)
                .routeId(route)
                .parameter("stream", stream.name())
                .parameter("parameters", String.valueOf(LoadRoutes.placesIn(statement)));
    }
}
