package dev.tidemark.run;

import java.util.Collection;

/** A store that no configuration names. */
public final class UnknownStore extends IllegalArgumentException {
    public UnknownStore(String store, Collection<String> known) {
        super("There is no store '" + store + "'; "
                + (known.isEmpty()
                        ? "none is configured: set tidemark.stores.<id>.shopify.domain and .token"
                        : "configured: "
                                + String.join(", ", known.stream().sorted().toList())));
    }
}
