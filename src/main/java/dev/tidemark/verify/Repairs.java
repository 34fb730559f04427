package dev.tidemark.verify;

import dev.tidemark.stream.StreamDeclaration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The commands that mend damages, word for word. */
final class Repairs {
    /** No shop is older, so this asks for everything. */
    static final String BEFORE_ALL_SHOPS = "2004-01-01T00:00:00Z";

    private Repairs() {}

    static String loadAgain(UUID runId) {
        return "./tidemark reingest --run " + runId + " --wait";
    }

    static String loadAllAgain(String store, String stream) {
        return "./tidemark reingest --store " + store + " --stream " + stream + " --wait";
    }

    static String fetchAgain(String store, StreamDeclaration stream, Optional<Instant> from, Instant to) {
        if (!stream.isWindowed()) {
            return sync(store, stream.name());
        }
        return "./tidemark backfill --store " + store + " --stream " + stream.name() + " --from "
                + from.map(Instant::toString).orElse(BEFORE_ALL_SHOPS) + " --to " + to;
    }

    /** Lots follow from receipts and sales: a day is computed anew when either changes. */
    static String countLotsAgain(String store) {
        return "delete the doubled rows of lot_depletion, then ./tidemark lots import FILE --store " + store
                + " computes the days of its lots again";
    }

    /** A table is read on from its watermark; one that is read whole is read whole by every run. */
    static String readTableAgain(String store, String stream, boolean whole) {
        return whole
                ? sync(store, stream)
                : "./tidemark watermark reset --store " + store + " --stream " + stream
                        + " --reason 'archived rows are gone' && " + sync(store, stream);
    }

    static String reconcile(String store, String stream) {
        return "./tidemark reconcile --store " + store + " --stream " + stream + " --wait";
    }

    static String sync(String store, String stream) {
        return "./tidemark sync --store " + store + " --stream " + stream + " --wait";
    }
}
