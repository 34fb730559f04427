package dev.tidemark.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.archive.ArchiveDamaged;
import dev.tidemark.archive.StoredArchives;
import dev.tidemark.load.ArchivedRecords;
import dev.tidemark.run.DependencyDown;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamDeclaration;
import dev.tidemark.verify.RecordSort.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Compares every archived record of a stream with its table: the archives are read again, their lines put in the order of
 * their roots, of each record the newest version is chosen by last write wins, and pages of those are compared by the
 * database itself. Memory is that of one page and of the sorting. Used once.
 */
final class RecordCheck {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAGE_ROOTS = 2_000;
    private static final int PAGE_BYTES = 4 << 20;
    private static final int SORT_BYTES = 32 << 20;
    /** How far the source's clock may be behind the one that stamped a record; as the loader has it. */
    private static final Duration SKEW = Duration.ofHours(24);

    private static final long NONE = Long.MIN_VALUE;
    private static final String BY_HAND = "no command takes back what no archive holds: look at the row, delete it, "
            + "and then load its archive again with ./tidemark reingest --store %s --stream %s --wait";

    private static final Comparator<Entry> NEWEST_LAST = Comparator.comparingLong(Entry::version)
            .thenComparingInt(Entry::reading)
            .thenComparingLong(Entry::line);

    private final ReadOnlyDatabase database;
    private final StoredArchives archives;
    private final StreamDeclaration stream;
    private final String store;
    private final List<Reading> readings;
    private final int maxLineBytes;
    private final Report report;
    private final boolean[] damaged;
    private final Long[] numbers;
    private final Page page;

    private final List<Entry> roots = new ArrayList<>();
    private final List<Entry> children = new ArrayList<>();
    private long group = NONE;

    /** @param readings in the order in which the source was read */
    RecordCheck(
            ReadOnlyDatabase database,
            StoredArchives archives,
            StreamDeclaration stream,
            String store,
            List<Reading> readings,
            int maxLineBytes,
            Report report) {
        this.database = database;
        this.archives = archives;
        this.stream = stream;
        this.store = store;
        this.readings = readings;
        this.maxLineBytes = maxLineBytes;
        this.report = report;
        this.damaged = new boolean[readings.size()];
        Set<Long> all = new HashSet<>();
        readings.forEach(reading -> all.addAll(reading.numbers()));
        this.numbers = all.toArray(Long[]::new);
        this.page = new Page();
    }

    /** @param folder made and removed here, for what does not fit in memory */
    void run(Path folder) {
        try {
            Files.createDirectories(folder);
            try (RecordSort sort = new RecordSort(folder, SORT_BYTES)) {
                for (int reading = 0; reading < readings.size(); reading++) {
                    read(sort, reading);
                }
                sort.sorted(this::take);
            }
        } catch (IOException e) {
            throw new DependencyDown(
                    "Reading the archives of " + store + "/" + stream.name() + " failed: " + e.getMessage(), e);
        }
        endGroup();
        page.compare(Long.MAX_VALUE);
    }

    private void read(RecordSort sort, int reading) throws IOException {
        var manifest = readings.get(reading).manifest();
        long latest = ChronoUnit.MICROS.between(
                Instant.EPOCH,
                (manifest.startedAt().equals(Instant.EPOCH) ? Instant.now() : manifest.startedAt()).plus(SKEW));
        try {
            new ArchivedRecords(stream)
                    .read(
                            archives.open(manifest),
                            latest,
                            maxLineBytes,
                            (root, rootId, childId, version, line, bytes, from, to) -> sort.add(new Entry(
                                    rootId,
                                    root ? 0 : 1,
                                    childId,
                                    reading,
                                    line,
                                    version,
                                    Arrays.copyOfRange(bytes, from, to))));
            report.saw("lines", manifest.lines());
            report.saw("bytes", manifest.bytes());
        } catch (ArchiveDamaged e) {
            damaged[reading] = true;
            report.add(new Damage(
                    "archive_damaged",
                    store,
                    stream.name(),
                    Optional.empty(),
                    manifest.runId().toString(),
                    Optional.of(manifest.startedAt().toString().substring(0, 10)),
                    e.getMessage(),
                    List.of(),
                    Repairs.fetchAgain(store, stream, manifest.windowFrom(), manifest.startedAt())));
        }
    }

    private void take(Entry entry) {
        if (entry.rootId() != group) {
            endGroup();
            group = entry.rootId();
        }
        if (damaged[entry.reading()]) {
            return;
        }
        (entry.child() == 0 ? roots : children).add(entry);
    }

    /** Everything of one root is here: chooses what the tables must have of it. */
    private void endGroup() {
        if (!roots.isEmpty()) {
            Map<Integer, Long> versions = new HashMap<>();
            roots.forEach(root -> versions.merge(root.reading(), root.version(), Math::max));
            Entry newest = roots.stream().max(NEWEST_LAST).orElseThrow();
            page.addRoot(newest);
            chooseChildren(versions, newest);
        }
        roots.clear();
        children.clear();
        if (page.isFull()) {
            page.compare(group);
        }
    }

    private void chooseChildren(Map<Integer, Long> versions, Entry newest) {
        int last = versions.entrySet().stream()
                .filter(reading -> reading.getValue() == newest.version()
                        && readings.get(reading.getKey()).snapshot())
                .mapToInt(Map.Entry::getKey)
                .max()
                .orElse(-1);
        int from = 0;
        while (from < children.size()) {
            int to = from + 1;
            while (to < children.size()
                    && children.get(to).childId() == children.get(from).childId()) {
                to++;
            }
            // A child has the version of its parent in the same file; without one there it is an orphan and set aside.
            children.subList(from, to).stream()
                    .filter(child -> versions.containsKey(child.reading()))
                    .map(child -> new Entry(
                            child.rootId(),
                            1,
                            child.childId(),
                            child.reading(),
                            child.line(),
                            versions.get(child.reading()),
                            child.bytes()))
                    .max(NEWEST_LAST)
                    .ifPresent(child -> choose(child, newest, last));
            from = to;
        }
    }

    private void choose(Entry child, Entry newest, int lastSnapshot) {
        if (child.version() == newest.version()) {
            page.addChild(child, child.reading() >= lastSnapshot);
        } else if (lastSnapshot >= 0) {
            page.addGone(child, lastSnapshot);
        } else {
            page.addUnsure(child);
        }
    }

    /** Ids of children with their parents' ids. */
    private static final class Pairs {
        private final List<Long> parents = new ArrayList<>();
        private final List<Long> ids = new ArrayList<>();

        void add(Entry child) {
            parents.add(child.rootId());
            ids.add(child.childId() == ArchivedRecords.NO_ID ? null : child.childId());
        }

        void bind(List<Object> values) {
            values.add(parents.toArray(Long[]::new));
            values.add(ids.toArray(Long[]::new));
            parents.clear();
            ids.clear();
        }
    }

    /** Some roots in the order of their ids, with their children, as the tables must have them. */
    private final class Page {
        private final ArchivedRecords.Page rootLines = new ArchivedRecords.Page(stream, false);
        private final Optional<ArchivedRecords.Page> childLines =
                stream.child().map(child -> new ArchivedRecords.Page(stream, true));
        private final String compareRoots =
                ReadOnlyDatabase.statement("compare_roots", Family.root(stream, rootLines.arrayTypes()));
        private final Optional<String> compareChildren = childLines.map(
                lines -> ReadOnlyDatabase.statement("compare_children", Family.child(stream, lines.arrayTypes())));
        private final Map<Long, Entry> newest = new HashMap<>();
        private final Map<List<Long>, Integer> childReadings = new HashMap<>();
        private final Pairs gone = new Pairs();
        private final Pairs unsure = new Pairs();
        private long after = Long.MIN_VALUE;

        void addRoot(Entry root) {
            rootLines.add(root.bytes());
            newest.put(
                    root.rootId(), new Entry(root.rootId(), 0, NONE, root.reading(), 0, root.version(), new byte[0]));
        }

        void addChild(Entry child, boolean sure) {
            childLines.orElseThrow().add(child.bytes());
            childReadings.put(List.of(child.rootId(), child.childId()), child.reading());
            if (!sure) {
                unsure.add(child);
            }
        }

        void addGone(Entry child, int reading) {
            gone.add(child);
            childReadings.put(List.of(child.rootId(), child.childId()), reading);
        }

        void addUnsure(Entry child) {
            unsure.add(child);
        }

        boolean isFull() {
            return rootLines.lines() >= PAGE_ROOTS
                    || rootLines.bytes()
                                    + childLines
                                            .map(ArchivedRecords.Page::bytes)
                                            .orElse(0)
                            >= PAGE_BYTES;
        }

        /** Compares everything after the page before this one, up to a root. */
        void compare(long last) {
            report.saw("roots", rootLines.lines());
            List<Object> values = new ArrayList<>(rootLines.arrays(parent -> 0));
            values.addAll(List.of(store, stream.name(), numbers, after, last));
            database.each(row -> report(row, stream.root()), compareRoots, values);
            childLines.ifPresent(lines -> {
                report.saw("children", lines.lines());
                List<Object> childValues = new ArrayList<>(lines.arrays(parent ->
                        newest.containsKey(parent) ? newest.get(parent).version() : NONE));
                childValues.addAll(List.of(store, stream.name(), numbers, after, last));
                gone.bind(childValues);
                unsure.bind(childValues);
                database.each(
                        row -> report(row, stream.child().orElseThrow()), compareChildren.orElseThrow(), childValues);
            });
            newest.clear();
            childReadings.clear();
            after = last;
        }

        private void report(Map<String, Object> row, RecordDeclaration record) {
            String damage = (String) row.get("damage");
            long id = row.get("id") == null ? ArchivedRecords.NO_ID : ((Number) row.get("id")).longValue();
            Optional<Long> parent =
                    Optional.ofNullable((Number) row.get("parent_id")).map(Number::longValue);
            Optional<Integer> reading = parent.map(root -> childReadings.get(List.of(root, id)))
                    .or(() -> Optional.ofNullable(newest.get(parent.orElse(id))).map(Entry::reading));
            String name = (id == ArchivedRecords.NO_ID ? "without id" : String.valueOf(id))
                    + parent.map(root -> " of " + root).orElse("");
            report.add(new Damage(
                    damage,
                    store,
                    stream.name(),
                    Optional.of(record.table()),
                    name,
                    Optional.ofNullable((String) row.get("day")),
                    sentence(damage, row),
                    row.get("differences") == null ? List.of() : Damage.list(json((String) row.get("differences"))),
                    repair(damage, reading)));
        }

        private String repair(String damage, Optional<Integer> reading) {
            boolean inArchive = !damage.equals("extra") && !damage.equals("newer");
            return inArchive && reading.isPresent()
                    ? Repairs.loadAgain(readings.get(reading.get()).manifest().runId())
                    : String.format(BY_HAND, store, stream.name());
        }
    }

    private static String sentence(String damage, Map<String, Object> row) {
        return switch (damage) {
            case "missing" -> "archived, but not in the table";
            case "extra" -> "in the table, but in none of the archives";
            case "older" -> "the table has an older version than the archives";
            case "newer" -> "the table has a newer version than any archive";
            case "different" -> "the table has another content than the archives";
            case "orphan" -> "its parent is not in the table";
            case "other_parent" -> "attached to " + row.get("other_parent") + " instead of " + row.get("parent_id");
            case "removed" -> "marked as removed, but the newest reading of its parent has it";
            case "kept" -> "not marked as removed, but the newest reading of its parent lacks it";
            default -> damage;
        };
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The database answered with something that is no JSON", e);
        }
    }
}
