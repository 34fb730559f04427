package dev.tidemark.verify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.archive.ArchiveDamaged;
import dev.tidemark.archive.Manifest;
import dev.tidemark.archive.StoredArchives;
import dev.tidemark.load.ArchivedRecords;
import dev.tidemark.load.VersionMap;
import dev.tidemark.run.DependencyDown;
import dev.tidemark.stream.StreamDeclaration;
import java.io.IOException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Compares the ids and versions that a scan has just seen at the source with the archives and the table, by day. Memory is
 * that of sixteen bytes for each archived record, and of the differences. Used once.
 */
final class SourceCheck {
    /** A record inside an order may change without it, so the order is looked for from so long before. */
    private static final Duration BEFORE_CONTAINER = Duration.ofDays(60);

    private static final String BY_HAND =
            "nothing takes back a row that is newer than its source: look at it, delete it, then %s";

    private final ReadOnlyDatabase database;
    private final StoredArchives archives;
    private final StreamDeclaration stream;
    private final String store;
    private final UUID scan;
    private final Optional<Instant> from;
    private final Optional<Instant> to;
    private final int maxLineBytes;
    private final Report report;

    /** Something that is not alike on both sides. */
    private record Difference(String kind, long id, Instant version, String day) {}

    /** Where the newest archived version of a record is. */
    private record Archived(long version, UUID runId) {}

    SourceCheck(
            ReadOnlyDatabase database,
            StoredArchives archives,
            StreamDeclaration stream,
            String store,
            UUID scan,
            Optional<Instant> from,
            Optional<Instant> to,
            int maxLineBytes,
            Report report) {
        this.database = database;
        this.archives = archives;
        this.stream = stream;
        this.store = store;
        this.scan = scan;
        this.from = from;
        this.to = to;
        this.maxLineBytes = maxLineBytes;
        this.report = report;
    }

    void run() {
        List<Difference> differences = new ArrayList<>();
        Map<String, Long> expected = new HashMap<>();
        database.each(
                row -> {
                    Difference difference = difference(row);
                    if (difference.kind().startsWith("not_")) {
                        expected.merge(difference.kind(), 1L, Long::sum);
                    } else {
                        differences.add(difference);
                    }
                },
                ReadOnlyDatabase.statement("compare_source", Family.source(stream)),
                Arrays.asList(store, stream.name(), scan.toString(), text(from), text(to)));
        VersionMap newest = new VersionMap(1 << 10);
        Map<Long, Archived> archived = new HashMap<>();
        differences.forEach(difference -> archived.put(difference.id(), new Archived(VersionMap.NONE, scan)));
        readArchives(newest, archived);
        reportDays(newest);
        differences.forEach(difference -> report.add(damage(difference, archived.get(difference.id()))));
        Optional.ofNullable(expected.get("not_read"))
                .ifPresent(count -> report.notice(count + " record(s) of " + store + "/" + stream.name()
                        + " changed after the watermark; the next run reads them"));
        Optional.ofNullable(expected.get("not_asked"))
                .ifPresent(count -> report.notice(count + " record(s) of " + store + "/" + stream.name()
                        + " are older than all that was ever asked for (tidemark.sync.floor)"));
    }

    private static Difference difference(Map<String, Object> row) {
        return new Difference(
                (String) row.get("damage"),
                ((Number) row.get("id")).longValue(),
                ((Timestamp) row.get("version")).toInstant(),
                (String) row.get("day"));
    }

    /** An archive that cannot be read is told by the other checks. */
    private void readArchives(VersionMap newest, Map<Long, Archived> wanted) {
        for (Manifest manifest : archives.list(store, stream.name())) {
            boolean tooOld =
                    from.filter(moment -> manifest.startedAt().isBefore(moment)).isPresent();
            if (tooOld) {
                continue;
            }
            try {
                new ArchivedRecords(stream)
                        .read(
                                archives.open(manifest),
                                Long.MAX_VALUE,
                                maxLineBytes,
                                (root, id, child, version, line, bytes, start, end) -> {
                                    if (root && version > newest.get(id)) {
                                        newest.put(id, version);
                                        wanted.computeIfPresent(
                                                id, (same, before) -> new Archived(version, manifest.runId()));
                                    }
                                });
            } catch (ArchiveDamaged e) {
                report.notice("the archive of run " + manifest.runId() + " cannot be read: " + e.getMessage());
            } catch (IOException e) {
                throw new DependencyDown(
                        "Reading the archives of " + store + "/" + stream.name() + " failed: " + e.getMessage(), e);
            }
        }
    }

    private void reportDays(VersionMap newest) {
        Map<String, Long> archivedByDay = new HashMap<>();
        newest.forEach((id, micros) -> {
            Instant version = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
            if (from.filter(version::isBefore).isEmpty()
                    && to.filter(end -> !version.isBefore(end)).isEmpty()) {
                archivedByDay.merge(LocalDate.ofInstant(version, ZoneOffset.UTC).toString(), 1L, Long::sum);
            }
        });
        Map<String, ObjectNode> days = new TreeMap<>();
        archivedByDay.forEach((day, count) -> day(days, day).put("archived", count));
        database.each(
                row -> {
                    long source = ((Number) row.get("source")).longValue();
                    day(days, (String) row.get("day"))
                            .put("source", source)
                            .put("rows", ((Number) row.get("rows")).longValue());
                    report.saw("source ids", source);
                },
                ReadOnlyDatabase.statement("count_days", Family.source(stream)),
                Arrays.asList(store, scan.toString(), text(from), text(to)));
        days.values().forEach(report::day);
    }

    private ObjectNode day(Map<String, ObjectNode> days, String day) {
        return days.computeIfAbsent(day, name -> JsonNodeFactory.instance
                .objectNode()
                .put("store", store)
                .put("stream", stream.name())
                .put("day", name)
                .put("source", 0)
                .put("archived", 0)
                .put("rows", 0));
    }

    private Damage damage(Difference difference, Archived archived) {
        boolean isArchived = archived.version() != VersionMap.NONE
                && !Instant.EPOCH
                        .plus(archived.version(), ChronoUnit.MICROS)
                        .isBefore(difference.version().truncatedTo(ChronoUnit.SECONDS));
        String again = isArchived ? Repairs.loadAgain(archived.runId()) : fetchAgain(difference);
        String where = isArchived ? "; it is archived, of run " + archived.runId() : "; no archive has it";
        String message =
                switch (difference.kind()) {
                    case "missing" ->
                        "the source has it as of " + difference.version() + ", the table does not" + where;
                    case "older" -> "the source has it as of " + difference.version() + ", the table is older" + where;
                    case "newer" -> "the table's is newer than the source's of " + difference.version();
                    case "gone" -> "the table has it, the source does not";
                    default -> "the table says that it is deleted, the source has it";
                };
        String repair =
                switch (difference.kind()) {
                    case "missing", "older" -> again;
                    case "newer" -> String.format(BY_HAND, fetchAgain(difference));
                    default -> Repairs.reconcile(store, stream.name());
                };
        return new Damage(
                "source_" + difference.kind(),
                store,
                stream.name(),
                Optional.of(stream.root().table()),
                String.valueOf(difference.id()),
                Optional.of(difference.day()),
                message,
                List.of(),
                repair);
    }

    /** Whole days, so that what one command mends is named once. */
    private String fetchAgain(Difference difference) {
        Instant day = difference.version().truncatedTo(ChronoUnit.DAYS);
        boolean hasContainer = stream.pages()
                .filter(pages -> pages.path().isEmpty() && pages.records().size() > 3)
                .isPresent();
        return Repairs.fetchAgain(
                store,
                stream,
                Optional.of(hasContainer ? day.minus(BEFORE_CONTAINER) : day),
                hasContainer ? Instant.now().truncatedTo(ChronoUnit.SECONDS) : day.plus(1, ChronoUnit.DAYS));
    }

    private static String text(Optional<Instant> moment) {
        return moment.map(Instant::toString).orElse(null);
    }
}
