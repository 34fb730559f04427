package dev.tidemark.run;

import java.util.Collection;

/** A stream that no declaration names, or that the store's sources do not offer. */
public final class UnknownStream extends IllegalArgumentException {
    public UnknownStream(String stream, Collection<String> known) {
        super("There is no stream '" + stream + "'; declared: "
                + String.join(", ", known.stream().sorted().toList()));
    }

    /** A stream of a source with which the store has no account. */
    public UnknownStream(String stream, String store, Collection<String> offered) {
        super("Store '" + store + "' has no account with the source of '" + stream + "'; its streams: "
                + String.join(", ", offered.stream().sorted().toList()));
    }
}
