package dev.tidemark.verify;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The commands that mend damages, word for word. */
final class Repairs {
    private Repairs() {}

    static String loadAgain(UUID runId) {
        return "./tidemark reingest --run " + runId + " --wait";
    }

    static String loadAllAgain(String store, String stream) {
        return "./tidemark reingest --store " + store + " --stream " + stream + " --wait";
    }

    static String fetchAgain(String store, String stream, Optional<Instant> from, Instant to) {
        return "./tidemark backfill --store " + store + " --stream " + stream
                + from.map(moment -> " --from " + moment).orElse("") + " --to " + to;
    }

    static String sync(String store, String stream) {
        return "./tidemark sync --store " + store + " --stream " + stream + " --wait";
    }
}
