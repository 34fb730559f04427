package dev.tidemark.cli;

import dev.tidemark.run.UnknownStore;
import dev.tidemark.run.UnknownStream;
import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What can be asked for: the stores of the configuration and the declared streams. */
final class Catalogue {
    private Catalogue() {}

    /**
     * Refuses what does not exist, with the names of what does.
     *
     * @throws UnknownStore when the configuration names no such store
     * @throws UnknownStream when no declaration names such a stream
     */
    static void requireStoreAndStream(Settings settings, String store, String stream) {
        if (!settings.stores().containsKey(store)) {
            throw new UnknownStore(store, settings.stores().keySet());
        }
        StreamCatalog catalog = StreamCatalog.load();
        Settings.Store known = settings.stores().get(store);
        if (catalog.find(stream).isEmpty() && known.table(stream).isEmpty()) {
            throw new UnknownStream(stream, names(catalog, known.tableStreams()));
        }
    }

    /** Declared streams and tables. */
    static List<String> names(StreamCatalog catalog, Set<String> tables) {
        return Stream.concat(catalog.streams().stream().map(StreamDeclaration::name), tables.stream())
                .toList();
    }
}
