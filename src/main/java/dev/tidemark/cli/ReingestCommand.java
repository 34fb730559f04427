package dev.tidemark.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.f4b6a3.uuid.UuidCreator;
import dev.tidemark.archive.ArchiveDamaged;
import dev.tidemark.archive.Manifest;
import dev.tidemark.archive.ObjectStorage;
import dev.tidemark.archive.StoredArchives;
import dev.tidemark.run.Engine;
import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.s3.S3Client;

/** Loads archived runs again without the source, oldest first, each by a run of its own. */
@Command(
        name = "reingest",
        mixinStandardHelpOptions = true,
        description = {
            "Load archived runs again, without the source.",
            "",
            "Every archive is read and compared with its manifest before anything is loaded; one that is damaged or",
            "missing is refused. The runs are found in object storage, so the database may be empty. Rows that are newer",
            "than what is loaded stay as they are, and no watermark moves."
        },
        footer = {
            "",
            "With --wait this process does the work, and the same command goes on where a killed one was. Without it the",
            "request is written down and a 'tidemark serve' process carries it out.",
            "",
            "Exit codes with --wait: 0 complete, 1 an archive is damaged or missing (nothing was loaded), 3 records were set",
            "aside, 4 a run failed, 7 another request is open, 8 database or object storage away.",
            "",
            "Examples:",
            "  tidemark reingest --run 0198c0de-5f4e-7d21-a3c4-7f1f1b2f9a10 --wait",
            "  tidemark reingest --store acme --stream shopify-orders --from 2026-01-01 --to 2026-02-01 --dry-run",
            "  tidemark reingest --store acme --stream shopify-orders --wait"
        })
final class ReingestCommand implements Callable<Integer> {
    private static final String JOB_TYPE = "REINGEST_EXECUTE";
    private static final Duration LOOK = Duration.ofMillis(250);
    /** Longer than a lease by this much, and an owner that is alive has shown itself. */
    private static final Duration BEYOND_LEASE = Duration.ofSeconds(4);

    @Option(names = "--run", paramLabel = "UUID", description = "The run whose archive is loaded again.")
    private UUID runId;

    @Option(names = "--store", paramLabel = "STORE", description = "Store id, as in tidemark.stores.<id>.")
    private String store;

    @Option(names = "--stream", paramLabel = "STREAM", description = "Stream, such as shopify-orders.")
    private String stream;

    @Mixin
    private TimeRange range;

    @Option(names = "--wait", description = "Do the work here and wait for the end.")
    private boolean wait;

    @Option(names = "--dry-run", description = "List what would be loaded, and load nothing.")
    private boolean dryRun;

    @Option(
            names = "--progress",
            paramLabel = "KIND",
            description = "none, bar, plain or json, on stderr; bar on a terminal, plain elsewhere.")
    private Progress.Kind progressKind;

    @Mixin
    private Output output;

    private final TidemarkCommand root;

    ReingestCommand(TidemarkCommand root) {
        this.root = root;
    }

    /** What is to be loaded: archives of one stream, oldest first. */
    private record Selection(String store, String stream, List<Manifest> archives) {}

    @Override
    public Integer call() {
        Settings settings = root.settingsWithDatabase();
        range.requireOrder();
        if (runId == null && (store == null || stream == null)) {
            throw new CommandFailure(ExitCode.USAGE, "Name --run, or --store and --stream.");
        }
        if (runId != null && range.isGiven()) {
            throw new CommandFailure(ExitCode.USAGE, "Name --run or a range of time, not both.");
        }
        if (store != null && stream != null) {
            Catalogue.requireStoreAndStream(settings, store, stream);
        }
        try (S3Client s3 = ObjectStorage.open(settings.s3())) {
            StoredArchives archives = new StoredArchives(s3, settings.s3().bucket());
            return dryRun || !wait ? writeDown(settings, archives) : carryOut(settings, archives);
        } catch (ArchiveDamaged e) {
            throw new CommandFailure(ExitCode.ERROR, e.getMessage() + "; nothing was loaded.", e);
        }
    }

    private int writeDown(Settings settings, StoredArchives archives) {
        try (Engine engine = root.starter().start(settings, new Engine.Role.Query())) {
            Selection selection = select(settings, engine, archives);
            if (dryRun) {
                ObjectNode document = JsonNodeFactory.instance.objectNode();
                ArrayNode items = document.putArray("items");
                selection.archives().forEach(archive -> items.add(archive.json()));
                output.list(
                        root.terminal(),
                        document,
                        List.of(
                                new Table.Column("RUN", "/run_id"),
                                new Table.Column("JOB", "/job_type"),
                                new Table.Column("READ AT", "/source_started_at"),
                                new Table.Column("LINES", "/lines"),
                                new Table.Column("BYTES", "/bytes"),
                                new Table.Column("COMPLETE", "/complete")));
                return ExitCode.COMPLETE.number();
            }
            check(selection, archives);
            Optional<UUID> request = plan(engine, selection);
            if (request.isEmpty()) {
                return ExitCode.CONFLICT.number();
            }
            print(engine, request.get());
            root.terminal()
                    .say("tidemark: request " + request.get()
                            + " is written down; a 'tidemark serve' process carries it out");
            return ExitCode.COMPLETE.number();
        }
    }

    private int carryOut(Settings settings, StoredArchives archives) {
        Engine engine = root.starter().start(settings, new Engine.Role.Work(UuidCreator.getTimeOrderedEpoch()));
        int exitCode;
        try (StopSignal stop = StopSignal.then(() -> {
            root.terminal().say("tidemark: stopping; the same command goes on where it was");
            engine.close();
        })) {
            try {
                Selection selection = select(settings, engine, archives);
                check(selection, archives);
                Optional<UUID> request = plan(engine, selection);
                exitCode = request.isEmpty()
                        ? ExitCode.CONFLICT.number()
                        : carryOut(settings, engine, selection, request.get());
            } catch (RuntimeException e) {
                stop.holdWhenGiven();
                engine.close();
                throw e;
            }
        }
        engine.close();
        return exitCode;
    }

    private int carryOut(Settings settings, Engine engine, Selection selection, UUID request) {
        try (Progress progress = Progress.of(progressKind, root.terminal())) {
            RunWatch watch = new RunWatch(engine, progress);
            while (true) {
                Optional<UUID> next = next(engine, request);
                if (next.isEmpty()) {
                    Optional<UUID> active = active(engine, request);
                    if (active.isEmpty()) {
                        break;
                    }
                    if (!takeOver(
                            engine, selection, active.get(), settings.sync().lease())) {
                        root.terminal()
                                .say("tidemark: run " + active.get() + " is active in another process; follow it with"
                                        + " 'tidemark runs watch " + active.get() + "'.");
                        return ExitCode.CONFLICT.number();
                    }
                    next = active;
                }
                watch.untilEnded(next.get());
            }
        }
        return print(engine, request);
    }

    private Selection select(Settings settings, Engine engine, StoredArchives archives) {
        if (runId != null) {
            return selectRun(settings, engine, archives);
        }
        Map<String, Map<String, Object>> ledger = ledger(engine, store, stream);
        List<Manifest> found = archives.list(store, stream).stream()
                .filter(manifest -> range.contains(manifest.startedAt()))
                .filter(manifest -> !isActive(ledger.get(manifest.runId().toString())))
                .map(manifest -> asLoaded(manifest, ledger, archives))
                .toList();
        refuseLost(ledger, found);
        if (found.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.ERROR, "There is no archive of " + store + "/" + stream + " in that range of time.");
        }
        return new Selection(store, stream, found);
    }

    private Selection selectRun(Settings settings, Engine engine, StoredArchives archives) {
        List<String> stores =
                store != null ? List.of(store) : List.copyOf(settings.stores().keySet());
        List<String> streams = stream != null
                ? List.of(stream)
                : StreamCatalog.load().streams().stream()
                        .map(StreamDeclaration::name)
                        .toList();
        for (String eachStore : stores) {
            for (String eachStream : streams) {
                Optional<Manifest> manifest = archives.find(eachStore, eachStream, runId);
                if (manifest.isPresent()) {
                    Map<String, Map<String, Object>> ledger = ledger(engine, eachStore, eachStream);
                    if (isActive(ledger.get(runId.toString()))) {
                        throw new CommandFailure(
                                ExitCode.CONFLICT, "Run " + runId + " has not ended; it loads its archive itself.");
                    }
                    return new Selection(eachStore, eachStream, List.of(asLoaded(manifest.get(), ledger, archives)));
                }
            }
        }
        throw new ArchiveDamaged("No manifest of run " + runId + " is in object storage");
    }

    /** An archive that its own run did not load to the end shows no removals. */
    private static Manifest asLoaded(
            Manifest manifest, Map<String, Map<String, Object>> ledger, StoredArchives archives) {
        Map<String, Object> known = ledger.get(manifest.runId().toString());
        if (known == null) {
            return manifest.withComplete(manifest.complete() && wasLoaded(manifest, archives));
        }
        if (!manifest.sha256().equals(known.get("archive_sha256"))) {
            throw new ArchiveDamaged("The manifest of run " + manifest.runId()
                    + " names another file than the ledger: digest " + manifest.sha256() + " instead of "
                    + known.get("archive_sha256"));
        }
        return manifest.withComplete(manifest.complete() && Boolean.TRUE.equals(known.get("loaded")));
    }

    /** Where the ledger is lost, telemetry tells how far a run got; without that it is taken for loaded. */
    private static boolean wasLoaded(Manifest manifest, StoredArchives archives) {
        return archives.object("telemetry/sync/" + manifest.store() + "/" + manifest.runId() + ".jsonl")
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8)
                        .lines()
                        .map(RunDocument::parseJson)
                        .anyMatch(step -> step.path("step").asText().equals("upserting")
                                && step.path("outcome").asText().equals("done")))
                .orElse(true);
    }

    private void refuseLost(Map<String, Map<String, Object>> ledger, List<Manifest> found) {
        List<String> there =
                found.stream().map(manifest -> manifest.runId().toString()).toList();
        String lost = ledger.values().stream()
                .filter(run -> !isActive(run))
                .filter(run ->
                        run.get("source_started_at") instanceof Timestamp moment && range.contains(moment.toInstant()))
                .map(run -> String.valueOf(run.get("run_id")))
                .filter(run -> !there.contains(run))
                .sorted()
                .collect(Collectors.joining(", "));
        if (!lost.isEmpty()) {
            throw new ArchiveDamaged("The ledger has archives that object storage has not, of the runs " + lost);
        }
    }

    private static boolean isActive(Map<String, Object> run) {
        return run != null && !List.of("completed", "partial", "failed").contains(String.valueOf(run.get("status")));
    }

    private static Map<String, Map<String, Object>> ledger(Engine engine, String store, String stream) {
        Map<String, Map<String, Object>> runs = new HashMap<>();
        rows(engine, "query-reingest-archives", Map.of("store", store, "stream", stream))
                .forEach(run -> runs.put(String.valueOf(run.get("run_id")), run));
        return runs;
    }

    private void check(Selection selection, StoredArchives archives) {
        for (Manifest archive : selection.archives()) {
            archives.check(archive);
        }
        root.terminal()
                .say(String.format(
                        Locale.ROOT,
                        "tidemark: %d archive(s) of %s/%s are whole: %,d lines",
                        selection.archives().size(),
                        selection.store(),
                        selection.stream(),
                        selection.archives().stream().mapToLong(Manifest::lines).sum()));
    }

    /** Writes the request down; gives its id, or that of an open request for the same; empty when another is open. */
    private Optional<UUID> plan(Engine engine, Selection selection) {
        ArrayNode manifests = JsonNodeFactory.instance.arrayNode();
        selection.archives().forEach(archive -> manifests.add(archive.json()));
        Map<?, ?> answer = engine.request(
                "sync-reingest-plan",
                Map.of(
                        "request_id",
                        UuidCreator.getTimeOrderedEpoch().toString(),
                        "store",
                        selection.store(),
                        "stream",
                        selection.stream(),
                        "manifests",
                        manifests.toString()),
                Map.class);
        UUID request = UUID.fromString(String.valueOf(answer.get("request_id")));
        if ("conflict".equals(answer.get("outcome"))) {
            root.terminal()
                    .say("tidemark: request " + request + " for other archives of " + selection.store() + "/"
                            + selection.stream() + " is open; this one was not written down.");
            return Optional.empty();
        }
        if ("existing".equals(answer.get("outcome"))) {
            root.terminal().say("tidemark: request " + request + " was left behind; going on where it was");
        }
        return Optional.of(request);
    }

    private static Optional<UUID> next(Engine engine, UUID request) {
        Map<?, ?> answer = engine.request("sync-reingest-next", Map.of("request_id", request.toString()), Map.class);
        return answer == null ? Optional.empty() : Optional.of(UUID.fromString(String.valueOf(answer.get("run_id"))));
    }

    private static Optional<UUID> active(Engine engine, UUID request) {
        return rows(engine, "query-reingest-show", Map.of("request_id", request.toString())).stream()
                .filter(row -> row.get("run_id") != null && isActive(row))
                .map(row -> UUID.fromString(String.valueOf(row.get("run_id"))))
                .findFirst();
    }

    /** Takes over the run of a process that died; false when its lease is renewed, so that its owner lives. */
    private boolean takeOver(Engine engine, Selection selection, UUID active, Duration lease) {
        long giveUp = System.nanoTime() + lease.plus(BEYOND_LEASE).toNanos();
        Optional<Object> firstExpiry = Optional.empty();
        do {
            Map<?, ?> answer = engine.request(
                    "sync-adopt",
                    Map.of("store", selection.store(), "stream", selection.stream(), "job_type", JOB_TYPE),
                    Map.class);
            if (answer == null || !active.toString().equals(String.valueOf(answer.get("run_id")))) {
                return true;
            }
            if ("adopted".equals(answer.get("outcome"))) {
                root.terminal().say("tidemark: run " + active + " was left behind; going on where it was");
                return true;
            }
            Optional<Object> expiry = Optional.ofNullable(answer.get("expires_at"));
            if (firstExpiry.isPresent() && !expiry.equals(firstExpiry)) {
                return false;
            }
            firstExpiry = expiry;
            LockSupport.parkNanos(LOOK.toNanos());
        } while (System.nanoTime() < giveUp);
        return false;
    }

    /** Writes how the request stands; gives the exit code of its worst run. */
    private int print(Engine engine, UUID request) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("request_id", request.toString());
        ArrayNode runs = JsonNodeFactory.instance.arrayNode();
        List<String> text = new ArrayList<>();
        ExitCode worst = ExitCode.COMPLETE;
        boolean ended = true;
        for (Map<String, Object> row : rows(engine, "query-reingest-show", Map.of("request_id", request.toString()))) {
            ObjectNode item = runs.addObject();
            item.put("archive_run_id", String.valueOf(row.get("archive_run_id")));
            if (row.get("run_id") == null) {
                item.put("status", "queued");
                text.add("archive    " + row.get("archive_run_id") + "  queued");
                ended = false;
                continue;
            }
            RunDocument run = RunWatch.read(engine, UUID.fromString(String.valueOf(row.get("run_id"))));
            item.put("run_id", run.runId());
            item.put("status", run.status());
            item.set("counts", run.json().path("counts"));
            item.set("failures", run.json().path("failures"));
            text.add("archive    " + row.get("archive_run_id"));
            text.add(run.toText());
            if (run.hasEnded() && ExitCode.ofStatus(run.status()).number() > worst.number()) {
                worst = ExitCode.ofStatus(run.status());
            }
        }
        document.put("status", ended || worst == ExitCode.RUN_FAILED ? statusOf(worst) : "queued");
        document.set("runs", runs);
        output.document(root.terminal(), document, () -> String.join("\n", text));
        return worst.number();
    }

    private static String statusOf(ExitCode worst) {
        return switch (worst) {
            case PARTIAL -> "partial";
            case RUN_FAILED -> "failed";
            default -> "completed";
        };
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> rows(Engine engine, String route, Map<String, Object> question) {
        return engine.request(route, question, List.class);
    }
}
