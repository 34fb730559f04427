package dev.tidemark.cli;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.tidemark.settings.Settings;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds the records that the source has no more, and marks them as deleted. */
@Command(
        name = "reconcile",
        mixinStandardHelpOptions = true,
        description = {
            "Find the records of a stream that the source has no more, and mark them with deleted_at.",
            "",
            "Only ids are read. Nothing is marked unless the source's count proves that all of them were, nothing that is",
            "newer than the scan, and no more than tidemark.reconcile.limit-percent of the records without being told to.",
            "With --wait this process does the work; without it a 'tidemark serve' process carries it out."
        },
        footer = {
            "",
            "Exit codes with --wait: 0 complete, 3 held because too many records are gone, 4 failed, 7 another one is active,",
            "8 database or object storage away.",
            "",
            "Examples:",
            "  tidemark reconcile --store acme --stream shopify-orders --wait",
            "  tidemark reconcile --store acme --stream shopify-orders --allow-mass-deletion --wait"
        })
final class ReconcileCommand implements Callable<Integer> {
    @Option(
            names = "--store",
            required = true,
            paramLabel = "STORE",
            description = "Store id, as in tidemark.stores.<id>.")
    private String store;

    @Option(names = "--stream", required = true, paramLabel = "STREAM", description = "Stream, such as shopify-orders.")
    private String stream;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            converter = TimeRange.Moment.class,
            description = "Only records made since then (2026-03-01 or 2026-03-01T06:00:00Z). Default: all of them.")
    private Instant from;

    @Option(
            names = "--allow-mass-deletion",
            description = "Mark what is gone, however much that is. Look first: a hidden history looks the same.")
    private boolean allowMassDeletion;

    @Option(names = "--wait", description = "Do the work here and wait for the end.")
    private boolean wait;

    @Option(
            names = "--run-id",
            paramLabel = "UUID",
            description = "Id of the run; the same id again is the same run. Default: a new one.")
    private UUID runId;

    @Option(
            names = "--progress",
            paramLabel = "KIND",
            description = "none, bar, plain or json, on stderr; bar on a terminal, plain elsewhere.")
    private Progress.Kind progressKind;

    @Mixin
    private Output output;

    private final TidemarkCommand root;

    ReconcileCommand(TidemarkCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Settings settings = root.settingsWithDatabase();
        Catalogue.requireStoreAndStream(settings, store, stream);
        Map<String, Object> request = new HashMap<>();
        request.put("store", store);
        request.put("stream", stream);
        request.put("job_type", "RECONCILE_EXECUTE");
        request.put("allow_mass_deletion", String.valueOf(allowMassDeletion));
        Optional.ofNullable(from).ifPresent(moment -> request.put("from", moment.toString()));
        UUID id = runId != null ? runId : UuidCreator.getTimeOrderedEpoch();
        CarriedRun run = new CarriedRun(root, output, Optional.ofNullable(progressKind), "sync-start-scan", request);
        return wait ? run.carryOut(settings, id) : run.writeDown(settings, id);
    }
}
