package dev.tidemark.cli;

import dev.tidemark.settings.Settings;

/** What can be asked for: the stores of the configuration and the declared streams. */
final class Catalogue {
    private Catalogue() {}

    /** @throws CommandFailure with exit code 2 and the names there are */
    static void requireStoreAndStream(Settings settings, String store, String stream) {
        if (!settings.stores().containsKey(store)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "There is no store '" + store + "'; "
                            + (settings.stores().isEmpty()
                                    ? "none is configured (set tidemark.stores." + store + ".shopify.domain and .token)"
                                    : "there is " + String.join(", ", settings.stores().keySet().stream().sorted().toList())));
        }
    }
}
