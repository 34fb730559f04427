package dev.tidemark.load;

import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;

/** What {@code routes/3-load.camel.yaml} needs besides itself: its beans, and its templates filled in for each stream. */
public final class LoadRoutes extends RouteBuilder {
    private static final List<String> TEMPLATES = List.of("load", "load-removed", "load-resolved");

    private final StreamCatalog catalog;

    public LoadRoutes(StreamCatalog catalog) {
        this.catalog = catalog;
    }

    /** The value that the connections' property {@code binaryTransferEnable} must have. */
    public static String binaryTypes() {
        return ColumnArray.BINARY_TYPES;
    }

    /** Binds {@code loader}, {@code loadTally} and the threads {@code loadWriters}, which end with the context. */
    public static void bind(CamelContext context, Settings settings, StreamCatalog catalog) {
        context.getRegistry().bind("loader", new Loader(settings, catalog, context.createProducerTemplate()));
        context.getRegistry().bind("loadTally", new TallyStrategy());
        // The splitter keeps no more chunks than there are threads, because it asks for the next one on a thread of these.
        context.getRegistry().bind(
                "loadWriters",
                context.getExecutorServiceManager()
                        .newFixedThreadPool(context, "load-writer", settings.sync().writers()));
    }

    @Override
    public void configure() {
        catalog.streams().forEach(stream -> TEMPLATES.forEach(template -> templatedRoute(template)
                .routeId(template + "-" + stream.name())
                .parameter("stream", stream.name())));
    }
}
