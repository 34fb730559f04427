package dev.tidemark.verify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.archive.ArchiveDamaged;
import dev.tidemark.archive.Manifest;
import dev.tidemark.archive.StoredArchives;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamDeclaration;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Compares what the ledger says of a stream's runs with the archives and the tables, by counts. Used once. */
final class LedgerCheck {
    private static final Set<String> ENDED = Set.of("completed", "partial", "failed");
    private static final String MANIFEST = ".manifest.json";
    private static final String FILE = ".jsonl";

    private final ReadOnlyDatabase database;
    private final StoredArchives archives;
    private final StreamDeclaration stream;
    private final String store;
    private final Predicate<Instant> range;
    private final Report report;
    private final Map<String, Manifest> manifests = new LinkedHashMap<>();

    LedgerCheck(
            ReadOnlyDatabase database,
            StoredArchives archives,
            StreamDeclaration stream,
            String store,
            Predicate<Instant> range,
            Report report) {
        this.database = database;
        this.archives = archives;
        this.stream = stream;
        this.store = store;
        this.range = range;
        this.report = report;
    }

    /** Looks, and gives the archives that can be read again, oldest first. */
    List<Reading> run() {
        List<Map<String, Object>> runs =
                database.rows(ReadOnlyDatabase.statement("list_runs", Map.of()), store, stream.name());
        Map<String, Long> objects = archives.objects(store, stream.name());
        readManifests(objects);
        List<Map<String, Object>> wanted = runs.stream()
                .filter(run -> range.test(moment(run, "started_at").orElseThrow()))
                .toList();
        wanted.forEach(run -> checkRun(run, objects));
        checkUnknownObjects(runs, objects);
        Map<Long, Long> rows = checkTables(runs);
        MarkCheck.run(database, store, stream.name(), report, this::repairOfMark);
        checkGaps();
        reportDays(wanted, rows);
        report.saw("runs", wanted.size());
        report.saw("archives", manifests.size());
        return readings(runs);
    }

    private void readManifests(Map<String, Long> objects) {
        for (String key : objects.keySet()) {
            if (key.endsWith(MANIFEST)) {
                try {
                    archives.manifest(key)
                            .ifPresent(
                                    manifest -> manifests.put(manifest.runId().toString(), manifest));
                } catch (ArchiveDamaged e) {
                    add("manifest_damaged", "", key, Optional.empty(), e.getMessage(), fetchAllAgain());
                }
            }
        }
    }

    private void checkRun(Map<String, Object> run, Map<String, Long> objects) {
        String id = text(run, "run_id");
        if (!ENDED.contains(text(run, "status"))) {
            report.notice("run " + id + " of " + store + "/" + stream.name() + " has not ended (" + text(run, "status")
                    + "); it is not judged");
            return;
        }
        boolean ownArchive = text(run, "archive_key") != null && text(run, "archive_run_id") == null;
        if (ownArchive) {
            checkArchive(run, objects);
        }
        if (!text(run, "status").equals("failed")) {
            checkBalance(run);
        }
    }

    private void checkArchive(Map<String, Object> run, Map<String, Long> objects) {
        String id = text(run, "run_id");
        String key = text(run, "archive_key");
        Long size = objects.get(key);
        Manifest manifest = manifests.get(id);
        String again = Repairs.fetchAgain(
                store,
                stream,
                moment(run, "window_from"),
                moment(run, "window_to")
                        .orElseGet(() -> moment(run, "started_at").orElseThrow()));
        if (size == null) {
            add("archive_missing", "", id, day(run), "the archived file " + key + " is gone", again);
        } else if (size != number(run, "archive_bytes")) {
            add(
                    "archive_size",
                    "",
                    id,
                    day(run),
                    "the archived file " + key + " has " + size + " bytes, the ledger says "
                            + number(run, "archive_bytes"),
                    again);
        }
        if (manifest == null) {
            if (size != null && !objects.containsKey(manifestKey(id))) {
                add("manifest_missing", "", id, day(run), "the file " + key + " has no manifest", again);
            }
        } else if (!manifest.sha256().equals(text(run, "archive_sha256"))
                || manifest.bytes() != number(run, "archive_bytes")
                || manifest.lines() != number(run, "archive_lines")
                || manifest.roots() != number(run, "archive_roots")) {
            add(
                    "manifest_differs",
                    "",
                    id,
                    day(run),
                    "manifest and ledger describe different files: " + manifest.lines() + " and "
                            + number(run, "archive_lines") + " lines, digests " + manifest.sha256() + " and "
                            + text(run, "archive_sha256"),
                    again);
        }
    }

    private void checkBalance(Map<String, Object> run) {
        String id = text(run, "run_id");
        UUID archive = UUID.fromString(Objects.requireNonNullElse(text(run, "archive_run_id"), id));
        String again = Repairs.loadAgain(archive);
        long lines = number(run, "lines");
        boolean counted = Boolean.TRUE.equals(run.get("result_complete")) && run.get("object_count") != null;
        if (lines != number(run, "archive_lines")
                || lines != number(run, "accounted")
                || number(run, "roots") != number(run, "archive_roots")
                || counted && number(run, "object_count") != number(run, "archive_lines")) {
            add(
                    "ledger_unbalanced",
                    "",
                    id,
                    day(run),
                    String.format(
                            "the source counted %d objects, archived are %d lines, the chunks have %d, of which %d are"
                                    + " accounted for",
                            number(run, "object_count"), number(run, "archive_lines"), lines, number(run, "accounted")),
                    again);
        }
        if (number(run, "breaks") > 0) {
            add(
                    "chunks_apart",
                    "",
                    id,
                    day(run),
                    "the chunks do not join on to each other in " + number(run, "breaks") + " place(s)",
                    again);
        }
        if (number(run, "spilled") > 0) {
            add(
                    "spill_left",
                    "",
                    id,
                    day(run),
                    number(run, "spilled") + " spilled line(s) were never joined to their parents",
                    again);
        }
    }

    private void checkUnknownObjects(List<Map<String, Object>> runs, Map<String, Long> objects) {
        Set<String> known = new HashSet<>();
        runs.forEach(run -> Stream.of(text(run, "run_id"), text(run, "archive_run_id"))
                .filter(Objects::nonNull)
                .forEach(known::add));
        manifests.forEach((id, manifest) -> {
            if (!known.contains(id) && range.test(manifest.startedAt())) {
                add(
                        "archive_unknown",
                        "",
                        id,
                        Optional.of(manifest.startedAt().toString().substring(0, 10)),
                        "no run of the ledger has this archive of " + manifest.lines() + " lines",
                        Repairs.loadAgain(manifest.runId()));
            }
        });
        for (String key : objects.keySet()) {
            String name = key.substring(key.lastIndexOf('/') + 1);
            boolean file = name.endsWith(FILE)
                    && (known.contains(name.substring(0, name.length() - FILE.length()))
                            || manifests.containsKey(name.substring(0, name.length() - FILE.length())));
            if (!file && !name.endsWith(MANIFEST)) {
                report.notice("the object " + key + " belongs to no run");
            }
        }
    }

    /** Gives the live rows of all tables by the number of the run that wrote them. */
    private Map<Long, Long> checkTables(List<Map<String, Object>> runs) {
        Map<Long, Long> written = new HashMap<>();
        runs.forEach(run -> written.merge(number(run, "number"), number(run, "written"), Long::sum));
        Map<Long, Long> live = new TreeMap<>();
        for (RecordDeclaration record :
                Stream.concat(Stream.of(stream.root()), stream.child().stream()).toList()) {
            String statement = ReadOnlyDatabase.statement(
                    "count_rows",
                    Map.of(
                            "table",
                            Family.quoted(record.table()),
                            "live",
                            record == stream.root() ? "true" : "t.removed_at is null"));
            for (Map<String, Object> row : database.rows(statement, store)) {
                report.saw("rows", number(row, "rows"));
                if (!Boolean.TRUE.equals(row.get("known"))) {
                    add(
                            "rows_without_run",
                            record.table(),
                            "run number " + row.get("run_number"),
                            Optional.empty(),
                            number(row, "rows") + " row(s) carry the number of a run that does not exist",
                            Repairs.loadAllAgain(store, stream.name()));
                } else if (written.containsKey(number(row, "run_number"))) {
                    live.merge(number(row, "run_number"), number(row, "live"), Long::sum);
                }
            }
        }
        live.forEach((number, rows) -> {
            if (rows > written.get(number)) {
                add(
                        "rows_beyond_ledger",
                        "",
                        "run number " + number,
                        Optional.empty(),
                        rows + " rows say that this run wrote them; the ledger has " + written.get(number),
                        "./tidemark verify --store " + store + " --stream " + stream.name() + " --deep");
            }
        });
        stream.child().ifPresent(child -> {
            Map<String, Object> row = database.rows(
                            ReadOnlyDatabase.statement("list_orphans", Family.parents(stream)), store)
                    .get(0);
            if (number(row, "orphans") > 0) {
                add(
                        "orphans",
                        child.table(),
                        "of " + row.get("first") + (number(row, "orphans") > 1 ? " and others" : ""),
                        Optional.empty(),
                        number(row, "orphans") + " row(s) have no parent in "
                                + stream.root().table(),
                        Repairs.loadAllAgain(store, stream.name()));
            }
        });
        return live;
    }

    private String repairOfMark(Map<String, Object> mark) {
        return mark.get("history") == null
                ? Repairs.sync(store, stream.name())
                : "./tidemark backfill --store " + store + " --stream " + stream.name() + " --from "
                        + mark.get("history")
                        + Optional.ofNullable(mark.get("value"))
                                .map(value -> " --to " + value)
                                .orElse("");
    }

    private void checkGaps() {
        for (Map<String, Object> gap :
                database.rows(ReadOnlyDatabase.statement("list_gaps", Map.of()), store, stream.name())) {
            String from = text(gap, "gap_from");
            String span = (from == null ? "from the beginning" : "from " + from) + " to " + gap.get("gap_to");
            String command = "./tidemark backfill --store " + store + " --stream " + stream.name() + " --from "
                    + Objects.requireNonNullElse(from, Repairs.BEFORE_ALL_SHOPS) + " --to " + gap.get("gap_to");
            if (text(gap, "reason").equals("first_run")) {
                // Chosen by tidemark.sync.floor, not lost.
                report.notice("what " + store + "/" + stream.name() + " has " + span
                        + " was never asked for; to have it: " + command);
            } else {
                add(
                        "gap",
                        "",
                        span,
                        Optional.empty(),
                        "no run has read this time (" + gap.get("reason") + ")",
                        command);
            }
        }
    }

    private void reportDays(List<Map<String, Object>> runs, Map<Long, Long> rows) {
        Map<String, ObjectNode> days = new TreeMap<>();
        Set<Long> told = new HashSet<>();
        for (Map<String, Object> run : runs) {
            ObjectNode day = days.computeIfAbsent(text(run, "day"), name -> JsonNodeFactory.instance
                    .objectNode()
                    .put("store", store)
                    .put("stream", stream.name())
                    .put("day", name));
            plus(day, "runs", 1);
            plus(day, "ledger_lines", number(run, "lines"));
            plus(day, "archived_lines", number(run, "archive_lines"));
            Manifest manifest =
                    manifests.get(Objects.requireNonNullElse(text(run, "archive_run_id"), text(run, "run_id")));
            plus(day, "manifest_lines", manifest == null ? 0 : manifest.lines());
            plus(day, "rows", told.add(number(run, "number")) ? rows.getOrDefault(number(run, "number"), 0L) : 0);
        }
        days.values().forEach(report::day);
    }

    private static void plus(ObjectNode day, String name, long count) {
        day.put(name, day.path(name).asLong() + count);
    }

    /** The archives whose records the tables must have: those of the range whose runs have loaded them. */
    private List<Reading> readings(List<Map<String, Object>> runs) {
        Map<String, Set<Long>> numbers = new HashMap<>();
        Set<String> loaded = new HashSet<>();
        Set<String> known = new HashSet<>();
        for (Map<String, Object> run : runs) {
            String archive = Objects.requireNonNullElse(text(run, "archive_run_id"), text(run, "run_id"));
            numbers.computeIfAbsent(archive, id -> new HashSet<>()).add(number(run, "number"));
            known.add(archive);
            boolean whole = number(run, "lines") == number(run, "archive_lines")
                    && number(run, "lines") == number(run, "accounted");
            // What a run that ended well says to have loaded is demanded, even where its ledger has suffered.
            if (ENDED.contains(text(run, "status"))
                    && (whole || !text(run, "status").equals("failed"))) {
                loaded.add(archive);
            }
        }
        List<Reading> readings = new ArrayList<>();
        manifests.values().stream()
                .filter(manifest -> range.test(manifest.startedAt()))
                .filter(manifest -> loaded.contains(manifest.runId().toString())
                        || !known.contains(manifest.runId().toString()))
                .sorted(StoredArchives.OLDEST_FIRST)
                .forEach(manifest -> readings.add(new Reading(
                        manifest,
                        manifest.complete(),
                        numbers.getOrDefault(manifest.runId().toString(), Set.of()))));
        return readings;
    }

    private void add(String kind, String table, String subject, Optional<String> day, String message, String repair) {
        report.add(new Damage(
                kind,
                store,
                stream.name(),
                Optional.of(table).filter(name -> !name.isEmpty()),
                subject,
                day,
                message,
                List.of(),
                repair));
    }

    private String manifestKey(String runId) {
        return StoredArchives.manifestKey(store, stream.name(), UUID.fromString(runId));
    }

    private String fetchAllAgain() {
        return "./tidemark verify --store " + store + " --stream " + stream.name() + " --deep";
    }

    private static Optional<String> day(Map<String, Object> run) {
        return Optional.ofNullable(text(run, "day"));
    }

    private static Optional<Instant> moment(Map<String, Object> row, String column) {
        return Optional.ofNullable((Timestamp) row.get(column)).map(Timestamp::toInstant);
    }

    private static String text(Map<String, Object> row, String column) {
        return (String) row.get(column);
    }

    private static long number(Map<String, Object> row, String column) {
        return row.get(column) == null ? -1 : ((Number) row.get(column)).longValue();
    }
}
