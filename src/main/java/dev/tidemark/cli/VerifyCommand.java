package dev.tidemark.cli;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.tidemark.archive.ObjectStorage;
import dev.tidemark.archive.StoredArchives;
import dev.tidemark.operations.Migration;
import dev.tidemark.run.Engine;
import dev.tidemark.run.UnknownStore;
import dev.tidemark.run.UnknownStream;
import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import dev.tidemark.verify.Damage;
import dev.tidemark.verify.ReadOnlyDatabase;
import dev.tidemark.verify.Report;
import dev.tidemark.verify.Verification;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.s3.S3Client;

/** Says what is really wrong before anyone repairs it; nothing is changed. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Compare ledger, archives and tables, and say what is wrong and which command repairs it.",
            "",
            "Nothing is changed: the database itself refuses every write of this session. With --deep the archived files are",
            "read again and every record is compared with its table, by id and column. With --source the vendor is asked, too."
        },
        footer = {
            "",
            "Exit codes: 0 nothing to repair, 1 error, 2 usage, 8 database or object storage away, 9 a difference was found.",
            "",
            "Examples:",
            "  tidemark verify",
            "  tidemark verify --store acme --stream shopify-orders --deep",
            "  tidemark verify --store acme --stream shopify-orders --source --from 2026-03-01",
            "  tidemark verify --deep --from 2026-03-01 -o ndjson | jq -r .repair | sort -u"
        })
final class VerifyCommand implements Callable<Integer> {
    @Option(names = "--store", paramLabel = "STORE", description = "Only this store.")
    private String store;

    @Option(names = "--stream", paramLabel = "STREAM", description = "Only this stream.")
    private String stream;

    @Mixin
    private TimeRange range;

    @Option(names = "--deep", description = "Read the archives again and compare every record.")
    private boolean deep;

    @Option(
            names = "--source",
            description = {
                "Ask the source for the ids and versions it has, and compare them with archives and tables; --from and --to then",
                "also say which versions. No record is changed."
            })
    private boolean source;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description =
                    "Most findings shown of each kind, table and day (${DEFAULT-VALUE}); all are counted, and all are"
                            + " written with -o ndjson.")
    private int limit;

    @Mixin
    private Output output;

    private final TidemarkCommand root;

    VerifyCommand(TidemarkCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Settings settings = root.settingsWithDatabase();
        range.requireOrder();
        if (limit < 1) {
            throw new CommandFailure(ExitCode.USAGE, "--limit must be at least 1, not " + limit + ".");
        }
        List<String> stores = stores(settings);
        List<StreamDeclaration> streams = streams(settings, stores);
        Settings.Database database = settings.database().orElseThrow();
        int pending = Migration.pending(PlainDataSource.of(database));
        if (pending > 0) {
            throw new CommandFailure(
                    ExitCode.ERROR,
                    "The tables are " + pending + " step(s) behind this version; run 'tidemark migrate' first.");
        }
        boolean lines = output.isLines();
        Consumer<Damage> listener = damage -> {
            if (lines) {
                root.terminal().out().println(damage.toJson());
            }
        };
        Report report = new Report(limit, listener);
        try (ReadOnlyDatabase session = ReadOnlyDatabase.open(database);
                S3Client s3 = ObjectStorage.open(settings.s3())) {
            Verification verification = new Verification(
                    session,
                    new StoredArchives(s3, settings.s3().bucket()),
                    settings.workDirectory(),
                    settings.sync().maxLineBytes(),
                    report);
            for (String each : stores) {
                List<StreamDeclaration> own = streams.stream()
                        .filter(declared ->
                                stream != null || settings.stores().get(each).hasSourceOf(declared.name()))
                        .toList();
                own.forEach(declared -> verification.look(each, declared, range::contains, deep));
                tables(settings, each).forEach(table -> verification.lookAtTable(each, table, range::contains, deep));
                if (source) {
                    lookAtSource(settings, verification, each, own);
                }
                if (stream == null) {
                    verification.lookAtLots(each);
                }
            }
        }
        if (!lines) {
            output.document(root.terminal(), report.toJson(), report::toText);
        }
        if (!output.isText(root.terminal())) {
            root.terminal()
                    .say(
                            report.isHealthy()
                                    ? "tidemark: nothing to repair"
                                    : "tidemark: " + report.damages() + " difference(s)");
        }
        return report.isHealthy() ? ExitCode.COMPLETE.number() : ExitCode.DIFFERENCE.number();
    }

    /** The scan is a run like any other, so another process cannot do the same meanwhile, and a dead one's is taken up. */
    private void lookAtSource(
            Settings settings, Verification verification, String store, List<StreamDeclaration> streams) {
        try (Engine engine = root.starter().start(settings, new Engine.Role.Work(UuidCreator.getTimeOrderedEpoch()))) {
            for (StreamDeclaration declared : streams) {
                if (!declared.isReconcilable()) {
                    continue;
                }
                Map<String, Object> request =
                        new HashMap<>(Map.of("store", store, "stream", declared.name(), "job_type", "VERIFY_EXECUTE"));
                range.from().ifPresent(from -> request.put("from", from.toString()));
                RunDocument scan = new CarriedRun(
                                root, output, Optional.of(Progress.Kind.NONE), "sync-start-scan", request)
                        .untilEnded(settings, engine, UuidCreator.getTimeOrderedEpoch())
                        .orElseThrow(() -> new CommandFailure(
                                ExitCode.CONFLICT,
                                "Another verification of " + declared.name() + " is reading the source."));
                if (!scan.status().equals("completed")) {
                    throw new CommandFailure(
                            ExitCode.RUN_FAILED,
                            "The source's ids of " + store + "/" + declared.name() + " could not be read: "
                                    + scan.text("/watermark/held_reason").orElse(scan.status()));
                }
                verification.lookAtSource(store, declared, UUID.fromString(scan.runId()), range.from(), range.to());
                engine.request("sync-forget-scan", Map.of("store", store, "run_id", scan.runId()), Object.class);
            }
        }
    }

    /** Declared streams that are wanted; none when a table of a database is. */
    private List<StreamDeclaration> streams(Settings settings, List<String> stores) {
        StreamCatalog catalog = StreamCatalog.load();
        List<StreamDeclaration> wanted = catalog.streams().stream()
                .filter(declared -> stream == null || declared.name().equals(stream))
                .toList();
        if (!wanted.isEmpty()) {
            return wanted;
        }
        if (stores.stream().allMatch(each -> tables(settings, each).isEmpty())) {
            throw new UnknownStream(stream, Catalogue.names(catalog, settings.tableStreams()));
        }
        if (source) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--source does not ask for tables of a database; without it, ledger and archives of " + stream
                            + " are compared.");
        }
        return List.of();
    }

    /** The wanted streams of a store that are tables of its database. */
    private List<String> tables(Settings settings, String each) {
        return settings.stores().get(each).tableStreams().stream()
                .filter(table -> stream == null || table.equals(stream))
                .sorted()
                .toList();
    }

    private List<String> stores(Settings settings) {
        if (store == null) {
            return settings.stores().keySet().stream().sorted().toList();
        }
        if (!settings.stores().containsKey(store)) {
            throw new UnknownStore(store, settings.stores().keySet());
        }
        return List.of(store);
    }
}
