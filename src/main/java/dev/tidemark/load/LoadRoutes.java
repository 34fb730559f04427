package dev.tidemark.load;

import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;

/** What {@code routes/3-load.camel.yaml} needs besides itself: its beans, and its templates filled in for each stream. */
public final class LoadRoutes extends RouteBuilder {
    private static final Pattern PLACE = Pattern.compile(":#\\w+");

    private final StreamCatalog catalog;

    public LoadRoutes(StreamCatalog catalog) {
        this.catalog = catalog;
    }

    /** The value that the connections' property {@code binaryTransferEnable} must have. */
    public static String binaryTypes() {
        return ColumnArray.BINARY_TYPES;
    }

    /** Binds {@code loader}, {@code loadTally} and the threads {@code loadWriters}, which end with the context. */
    public static void bind(CamelContext context, Settings settings, StreamCatalog catalog, DataSource database) {
        context.getRegistry().bind("loader", new Loader(settings, catalog, database, context.createProducerTemplate()));
        context.getRegistry().bind("loadTally", new TallyStrategy());
        context.getRegistry().bind("idScan", new IdScan(settings, catalog));
        // The splitter keeps no more chunks than there are threads, because it asks for the next one on a thread of
        // these.
        context.getRegistry()
                .bind(
                        "loadWriters",
                        context.getExecutorServiceManager()
                                .newFixedThreadPool(
                                        context, "load-writer", settings.sync().writers()));
    }

    @Override
    public void configure() {
        Statements statements = new Statements();
        for (StreamDeclaration stream : catalog.streams()) {
            statement("load", stream, statements.writeChunk(stream));
            statement("load-copied", stream, statements.recordCopied(stream));
            statement("load-unchanged", stream, statements.recordUnchanged(stream));
            statement("load-resolved", stream, statements.resolveLetters(stream));
            if (stream.isReconcilable()) {
                statement("load-deleted", stream, statements.markDeleted(stream));
            }
            if (stream.child().isPresent()) {
                statement("load-removed", stream, statements.markRemoved(stream));
            }
        }
    }

    /** Binds a statement by the name of its route, and makes the route. */
    private void statement(String template, StreamDeclaration stream, String statement) {
        String route = template + "-" + stream.name();
        getContext().getRegistry().bind("statement-" + route, statement);
        templatedRoute(template)
                .routeId(route)
                .parameter("stream", stream.name())
                .parameter("parameters", String.valueOf(placesIn(statement)));
    }

    /** How many places a statement has; told in advance, camel-sql need not ask the database before every chunk. */
    public static long placesIn(String statement) {
        return statement
                .lines()
                .filter(line -> !line.strip().startsWith("--"))
                .flatMap(line -> PLACE.matcher(line).results())
                .count();
    }
}
