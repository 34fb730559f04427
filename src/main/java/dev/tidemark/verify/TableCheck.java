package dev.tidemark.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.archive.ArchiveDamaged;
import dev.tidemark.archive.StoredArchives;
import dev.tidemark.run.DependencyDown;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/** Compares what the ledger says of the runs that read a table with their archives. Used once. */
final class TableCheck {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BUFFER_BYTES = 1 << 16;

    private final ReadOnlyDatabase database;
    private final StoredArchives archives;
    private final String store;
    private final String stream;
    private final Predicate<Instant> range;
    private final boolean deep;
    private final Report report;
    private final Set<String> listed = new HashSet<>();

    TableCheck(
            ReadOnlyDatabase database,
            StoredArchives archives,
            String store,
            String stream,
            Predicate<Instant> range,
            boolean deep,
            Report report) {
        this.database = database;
        this.archives = archives;
        this.store = store;
        this.stream = stream;
        this.range = range;
        this.deep = deep;
        this.report = report;
    }

    void run() {
        List<Map<String, Object>> runs =
                database.rows(ReadOnlyDatabase.statement("list_table_runs", Map.of()), store, stream);
        Map<String, Long> objects = archives.objects(store, stream);
        List<Map<String, Object>> completed = runs.stream()
                .filter(run -> "completed".equals(run.get("status")))
                .toList();
        int current = completed.size() - 1;
        while (current > 0 && !Boolean.TRUE.equals(completed.get(current).get("from_the_beginning"))) {
            current--;
        }
        for (int index = 0; index < completed.size(); index++) {
            Map<String, Object> run = completed.get(index);
            Optional<JsonNode> manifest = manifest(run);
            manifest.ifPresent(json -> json.path("objects")
                    .forEach(object -> listed.add(object.path("key").asText())));
            Instant startedAt = ((Timestamp) run.get("started_at")).toInstant();
            // What was read before a table was read anew from its beginning is in the later archives.
            if (index >= current && range.test(startedAt)) {
                check(run, manifest, objects);
                report.saw("runs", 1);
            }
        }
        checkUnknownObjects(runs, objects);
        MarkCheck.run(database, store, stream, report, mark -> Repairs.readTableAgain(store, stream, false));
    }

    /** Empty when it is not there, or is none. */
    private Optional<JsonNode> manifest(Map<String, Object> run) {
        return archives.object(manifestKey(run)).flatMap(text -> {
            try {
                return Optional.of(JSON.readTree(text)).filter(JsonNode::isObject);
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    private void check(Map<String, Object> run, Optional<JsonNode> manifest, Map<String, Long> objects) {
        long lines = number(run, "archive_lines");
        if (number(run, "object_count") != lines
                || number(run, "lines") != lines
                || number(run, "accounted") != lines) {
            add(
                    "ledger_unbalanced",
                    run,
                    String.format(
                            "the source counted %d rows, archived are %d, the pages have %d, of which %d are accounted for",
                            number(run, "object_count"), lines, number(run, "lines"), number(run, "accounted")));
        }
        if (manifest.isEmpty()) {
            boolean present = objects.containsKey(manifestKey(run));
            add(
                    present ? "manifest_damaged" : "manifest_missing",
                    run,
                    "the manifest " + manifestKey(run) + (present ? " is no JSON object" : " is gone"));
            return;
        }
        report.saw("archives", 1);
        long rows = manifest.get().path("rows").asLong(-1);
        if (rows != lines || !manifest.get().path("key").asText().equals(run.get("archive_key"))) {
            add(
                    "manifest_differs",
                    run,
                    "manifest and ledger describe different archives: " + rows + " and " + lines + " rows, "
                            + manifest.get().path("key").asText() + " and " + run.get("archive_key"));
        }
        manifest.get().path("objects").forEach(object -> checkObject(run, object, objects));
    }

    private void checkObject(Map<String, Object> run, JsonNode object, Map<String, Long> objects) {
        String key = object.path("key").asText();
        Long size = objects.get(key);
        if (size == null) {
            add("archive_missing", run, "the archived object " + key + " is gone");
        } else if (size != object.path("bytes").asLong(-1)) {
            add(
                    "archive_size",
                    run,
                    "the archived object " + key + " has " + size + " bytes, its manifest says "
                            + object.path("bytes").asText());
        } else if (deep) {
            try {
                read(object);
            } catch (ArchiveDamaged e) {
                add("archive_damaged", run, e.getMessage());
            }
        }
    }

    /** Reads an object to its end, and counts its rows where each is a line. */
    private void read(JsonNode object) {
        String key = object.path("key").asText();
        long rows = 0;
        try (InputStream bytes = archives.open(
                key, object.path("bytes").asLong(), object.path("sha256").asText())) {
            if (!object.path("format").asText().equals("jsonl")) {
                bytes.transferTo(OutputStream.nullOutputStream());
                return;
            }
            InputStream text = new GZIPInputStream(bytes, BUFFER_BYTES);
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int length = text.read(buffer); length >= 0; length = text.read(buffer)) {
                for (int index = 0; index < length; index++) {
                    if (buffer[index] == '\n') {
                        rows++;
                    }
                }
            }
            // The digest is compared at the end of the object, which may lie behind the last gzip member.
            bytes.transferTo(OutputStream.nullOutputStream());
        } catch (java.util.zip.ZipException e) {
            throw new ArchiveDamaged("The archived object " + key + " is no gzip: " + e.getMessage());
        } catch (IOException e) {
            throw new DependencyDown("Reading " + key + " failed: " + e.getMessage(), e);
        }
        report.saw("records", rows);
        if (rows != object.path("rows").asLong(-1)) {
            throw new ArchiveDamaged("The archived object " + key + " has " + rows + " rows; its manifest says "
                    + object.path("rows").asText());
        }
    }

    private void checkUnknownObjects(List<Map<String, Object>> runs, Map<String, Long> objects) {
        Set<String> unfinished = new HashSet<>();
        runs.forEach(run -> {
            if ("completed".equals(run.get("status"))) {
                listed.add(manifestKey(run));
            } else {
                unfinished.add((String) run.get("run_id"));
            }
        });
        objects.keySet().stream()
                .filter(key -> !listed.contains(key) && unfinished.stream().noneMatch(key::contains))
                .forEach(key -> report.notice("the object " + key + " belongs to no completed run"));
    }

    private void add(String kind, Map<String, Object> run, String message) {
        report.add(new Damage(
                kind,
                store,
                stream,
                Optional.empty(),
                (String) run.get("run_id"),
                Optional.ofNullable((String) run.get("day")),
                message,
                List.of(),
                Repairs.readTableAgain(store, stream, Boolean.TRUE.equals(run.get("whole")))));
    }

    private String manifestKey(Map<String, Object> run) {
        return StoredArchives.manifestKey(store, stream, UUID.fromString((String) run.get("run_id")));
    }

    private static long number(Map<String, Object> row, String column) {
        return row.get(column) == null ? -1 : ((Number) row.get(column)).longValue();
    }
}
