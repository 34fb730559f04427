package dev.tidemark.verify;

import dev.tidemark.archive.StoredArchives;
import dev.tidemark.stream.StreamDeclaration;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/** Says what is wrong with a stream's ledger, archives and tables. Nothing is written anywhere but to local scratch files. */
public final class Verification {
    private final ReadOnlyDatabase database;
    private final StoredArchives archives;
    private final Path scratch;
    private final int maxLineBytes;
    private final Report report;

    /**
     * @param scratch where folders for what does not fit in memory are made and removed
     * @param maxLineBytes longest line that is decoded
     */
    public Verification(
            ReadOnlyDatabase database, StoredArchives archives, Path scratch, int maxLineBytes, Report report) {
        this.database = database;
        this.archives = archives;
        this.scratch = scratch;
        this.maxLineBytes = maxLineBytes;
        this.report = report;
    }

    /**
     * Looks at one stream of a store.
     *
     * @param range which runs are looked at, by when they began to read the source
     * @param deep whether the archives are read again and every record is compared
     * @throws dev.tidemark.run.DependencyDown when the database or object storage cannot be read
     */
    public void look(String store, StreamDeclaration stream, Predicate<Instant> range, boolean deep) {
        List<Reading> readings = new LedgerCheck(database, archives, stream, store, range, report).run();
        if (deep) {
            new RecordCheck(database, archives, stream, store, readings, maxLineBytes, report)
                    .run(scratch.resolve("verify-" + UUID.randomUUID()));
        }
    }

    /**
     * Looks at one table of a store's database: its rows are archived and loaded nowhere, so ledger and archives are compared.
     *
     * @param range which runs are looked at, by when they began
     * @param deep whether the archived objects are read again and compared with their digests and counts
     * @throws dev.tidemark.run.DependencyDown when the database or object storage cannot be read
     */
    public void lookAtTable(String store, String stream, Predicate<Instant> range, boolean deep) {
        new TableCheck(database, archives, store, stream, range, deep, report).run();
    }

    /**
     * Compares what a scan has seen at the source with archives and table.
     *
     * @param scan the run that read the ids; they must not be forgotten yet
     * @param from first version that is compared; empty: all before {@code to}
     */
    public void lookAtSource(
            String store, StreamDeclaration stream, UUID scan, Optional<Instant> from, Optional<Instant> to) {
        new SourceCheck(database, archives, stream, store, scan, from, to, maxLineBytes, report).run();
    }

    /** Looks at the lots of a store: what a day has used, and what remains. */
    public void lookAtLots(String store) {
        Map<String, Object> lots =
                database.rows(ReadOnlyDatabase.statement("find_lots", Map.of())).get(0);
        if (Boolean.TRUE.equals(lots.get("present"))) {
            database.each(
                    fault -> report.add(new Damage(
                            (String) fault.get("kind"),
                            store,
                            "lots",
                            Optional.of("lot_depletion"),
                            (String) fault.get("lot_id"),
                            Optional.ofNullable((String) fault.get("day")),
                            (String) fault.get("message"),
                            List.of(),
                            Repairs.countLotsAgain(store))),
                    ReadOnlyDatabase.statement("list_lot_faults", Map.of()),
                    List.of(store, store, store));
        }
    }
}
