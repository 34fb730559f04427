package dev.tidemark.cli;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.tidemark.settings.Settings;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts a run of a stream, and with {@code --wait} carries it to its end in this process. */
@Command(
        name = "sync",
        mixinStandardHelpOptions = true,
        description = {
            "Bring a stream up to date.",
            "",
            "With --wait this process does the work and the exit code tells how it ended. Without it the run is only",
            "written down, and a 'tidemark serve' process carries it out."
        },
        footer = {
            "",
            "Exit codes with --wait: 0 complete, 3 partial (records set aside, watermark held), 4 failed,",
            "7 another run is active (its id is printed), 8 database or object storage away.",
            "Without --wait: 0 when the run was accepted.",
            "",
            "A run that was left behind by a process that died is taken up where it was.",
            "",
            "Examples:",
            "  tidemark sync --store acme --stream shopify-orders --wait",
            "  tidemark sync --store acme --stream shopify-orders --wait -o json --progress none | jq .watermark"
        })
final class SyncCommand implements Callable<Integer> {
    private static final String JOB_TYPE = "DAILY_SYNC_EXECUTE";

    @Option(
            names = "--store",
            required = true,
            paramLabel = "STORE",
            description = "Store id, as in tidemark.stores.<id>.")
    private String store;

    @Option(names = "--stream", required = true, paramLabel = "STREAM", description = "Stream, such as shopify-orders.")
    private String stream;

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

    SyncCommand(TidemarkCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Settings settings = root.settingsWithDatabase();
        Catalogue.requireStoreAndStream(settings, store, stream);
        UUID id = runId != null ? runId : UuidCreator.getTimeOrderedEpoch();
        CarriedRun run = new CarriedRun(
                root,
                output,
                Optional.ofNullable(progressKind),
                "sync-start",
                Map.of("store", store, "stream", stream, "job_type", JOB_TYPE));
        return wait ? run.carryOut(settings, id) : run.writeDown(settings, id);
    }
}
