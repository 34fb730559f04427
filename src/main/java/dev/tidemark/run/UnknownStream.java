package dev.tidemark.run;

import java.util.Collection;

/** A stream that no declaration names, or that the store's sources do not offer. */
public final class UnknownStream extends IllegalArgumentException {
    public UnknownStream(String stream, Collection<String> known) {
        super("There is no stream '" + stream + "'; declared: "
                + String.join(", ", known.stream().sorted().toList()));
    }
}
