package dev.tidemark.load;

import dev.tidemark.run.FencedException;
import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import dev.tidemark.run.TransientFailure;
import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;
import javax.sql.DataSource;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Writes a run's archived file to its tables, for the route {@code sync-load}. What is committed is in the ledger, so an
 * attempt that ends anywhere is followed by one that goes on from there. Thread-safe.
 */
public final class Loader {
    static final int STATEMENT_ATTEMPTS = 5;
    static final String STATEMENT_TIMEOUT = "57014";
    private static final String UNIQUE_VIOLATION = "23505";
    static final Set<String> CONCURRENCY_STATES = Set.of("40001", "40P01");
    /**
     * Classes of errors that say nothing about a record: lost connections, conflicts, resources, operators, the system,
     * and mistakes in the statement or the schema, which would set every record aside.
     */
    static final Set<String> NOT_ABOUT_RECORDS =
            Set.of("08", "0A", "25", "26", "28", "3D", "3F", "40", "42", "53", "55", "57", "58", "F0", "XX");

    private final int maxLineBytes;
    private final StreamCatalog catalog;
    private final ProducerTemplate producer;
    private final ShortWays shortWays;

    /** @param database the one that the routes write to
     * @param producer calls the {@code load-*} routes, which hold the statements */
    public Loader(Settings settings, StreamCatalog catalog, DataSource database, ProducerTemplate producer) {
        this.shortWays = new ShortWays(database, producer);
        this.maxLineBytes = settings.sync().maxLineBytes();
        this.catalog = catalog;
        this.producer = producer;
    }

    /** Begins an attempt: reads what the ledger has of this run. */
    public Load begin(Run run, Path file) {
        StreamDeclaration stream = catalog.of(run);
        NavigableMap<Long, Long> committed = new TreeMap<>();
        long lines = 0;
        long accounted = 0;
        for (Map<String, Object> chunk : rows("direct:load-committed", Map.of("run_id", run.runId()))) {
            if (!(Boolean) chunk.get("spilled")) {
                committed.put(number(chunk, "first_line"), number(chunk, "lines"));
                lines += number(chunk, "lines");
            }
            accounted += number(chunk, "accounted");
        }
        return new Load(
                run, stream, file, committed, new Tally(run.archiveLines().orElseThrow(), lines, accounted));
    }

    /** What earlier attempts have brought into the ledger. */
    public Tally ledger(Load load) {
        return load.ledger();
    }

    /** The chunks of the file that are not in the ledger yet; one at a time is in memory. */
    public Iterator<?> fileChunks(Load load) throws IOException {
        return new FileChunks(new ChunkFile(load.file(), load.run().chunkLines(), maxLineBytes), load.committed());
    }

    /** The children that wait for parents in other chunks; to be asked for when the whole file is in the ledger. */
    public Iterator<?> spilledChunks(Load load) {
        String run = load.run().runId().toString();
        return new SpilledChunks(
                load,
                new SpilledChunks.Spill() {
                    @Override
                    public List<Long> parents(long parent, int limit) {
                        return rows(
                                        "direct:load-spilled-parents",
                                        Map.of("run_id", run, "parent_id", parent, "limit", limit))
                                .stream()
                                .map(row -> number(row, "parent_id"))
                                .toList();
                    }

                    @Override
                    public List<Map<String, Object>> parentsSetAside(long first, long last) {
                        Map<String, Object> range = new HashMap<>();
                        putRun(range, load.run());
                        range.put("table", load.stream().root().table());
                        range.put("first_parent_id", first);
                        range.put("last_parent_id", last);
                        return rows("direct:load-parents-set-aside", range);
                    }

                    @Override
                    public List<Map<String, Object>> children(long parent, long line, long last, int limit) {
                        return rows(
                                "direct:load-spilled-lines",
                                Map.of(
                                        "run_id",
                                        run,
                                        "parent_id",
                                        parent,
                                        "line_no",
                                        line,
                                        "last_parent_id",
                                        last,
                                        "limit",
                                        limit));
                    }
                },
                maxLineBytes);
    }

    /**
     * Commits one chunk with its ledger row. A chunk that the database refuses is halved until the bad record stands
     * alone; that record is set aside, the others are written.
     *
     * @throws FencedException when a later claim has the run; nothing was written
     * @throws TransientFailure when trying again may help
     */
    public ChunkOutcome write(Load load, Object chunk) {
        ChunkDecoder decoder = load.borrowDecoder();
        ChunkOutcome outcome = write(load, (Chunk) chunk, decoder);
        load.giveBack(decoder);
        return outcome;
    }

    private ChunkOutcome write(Load load, Chunk chunk, ChunkDecoder decoder) {
        LongUnaryOperator known = chunk.parents()
                .map(parents -> (LongUnaryOperator) parents::version)
                .orElse(load.knownParents()::version);
        decoder.decode(chunk, known, load.latestMicros());
        Map<String, Object> parameters = parameters(load, chunk, decoder);
        Optional<SQLException> refusal =
                shortWays.copyNew(load, decoder, parameters) || shortWays.recognize(load, decoder, parameters)
                        ? Optional.empty()
                        : commit(load, chunk, parameters);
        if (refusal.isEmpty()) {
            load.knownParents().add(decoder.rootVersions());
            return new ChunkOutcome(chunk.spilled(), chunk.lines(), chunk.lines() - decoder.spilledLines());
        }
        if (chunk.lines() > 1) {
            int middle = (chunk.from() + chunk.to()) / 2;
            ChunkOutcome first = write(load, chunk.slice(chunk.from(), middle), decoder);
            return first.plus(write(load, chunk.slice(middle, chunk.to()), decoder));
        }
        if (STATEMENT_TIMEOUT.equals(refusal.get().getSQLState())) {
            throw new TransientFailure(
                    "Writing line " + chunk.firstLine() + " of " + load.run()
                            + " alone took longer than a statement may; something holds its row",
                    Optional.empty());
        }
        decoder.decodeRefused(chunk, explain(refusal.get()), load.latestMicros());
        commit(load, chunk, parameters(load, chunk, decoder)).ifPresent(refused -> {
            throw new IllegalStateException(
                    "The database refuses the dead letter of line " + chunk.firstLine() + " of " + load.run() + ": "
                            + explain(refused),
                    refused);
        });
        return new ChunkOutcome(chunk.spilled(), 1, 1);
    }

    private static Map<String, Object> parameters(Load load, Chunk chunk, ChunkDecoder decoder) {
        Map<String, Object> parameters = decoder.parameters();
        putRun(parameters, load.run());
        parameters.put("phase", chunk.spilled() ? "spill" : "file");
        parameters.put("first_line", chunk.firstLine());
        parameters.put("lines", (long) chunk.lines());
        parameters.put("roots", (long) decoder.rootLines());
        parameters.put("families_whole", load.showsFamilies(chunk.endsBeforeRoot() && decoder.holdsWholeRecordsOnly()));
        parameters.put("max_version", text(decoder.highestVersion()));
        parameters.put("min_version", text(decoder.lowestVersion()));
        return parameters;
    }

    /** Runs the statement; gives why the database refuses the chunk, empty when it is committed. */
    private Optional<SQLException> commit(Load load, Chunk chunk, Map<String, Object> parameters) {
        for (int attempt = 1; ; attempt++) {
            try {
                Object row = producer.requestBody("direct:load-" + load.stream().name(), parameters);
                if (row == null) {
                    throw new FencedException("Chunk " + chunk.firstLine() + " of " + load.run()
                            + " was not written: a later claim has the run");
                }
                return Optional.empty();
            } catch (CamelExecutionException e) {
                SQLException cause = sqlException(e).orElseThrow(() -> e);
                String state = cause.getSQLState() == null ? "" : cause.getSQLState();
                if ((CONCURRENCY_STATES.contains(state) || isOvertaken(load.stream(), cause))
                        && attempt < STATEMENT_ATTEMPTS) {
                    continue;
                }
                boolean aboutRecords = state.equals(STATEMENT_TIMEOUT)
                        || state.length() == 5 && !NOT_ABOUT_RECORDS.contains(state.substring(0, 2));
                if (!aboutRecords) {
                    throw e;
                }
                if (serverMessage(cause)
                        .map(ServerErrorMessage::getConstraint)
                        .filter("sync_chunk_pkey"::equals)
                        .isPresent()) {
                    throw new TransientFailure(
                            "Chunk " + chunk.firstLine() + " of " + load.run()
                                    + " is in the ledger already; the ledger is read again",
                            Optional.empty());
                }
                return Optional.of(cause);
            }
        }
    }

    /** Whether another run has just inserted a record that this one found to be new. */
    static boolean isOvertaken(StreamDeclaration stream, SQLException cause) {
        return UNIQUE_VIOLATION.equals(cause.getSQLState())
                && serverMessage(cause)
                        .map(ServerErrorMessage::getTable)
                        .filter(table -> stream.records()
                                .anyMatch(record -> record.table().equals(table)))
                        .isPresent();
    }

    /** Marks children that the newest snapshot of their parent no longer has; does nothing for an incomplete result. */
    public void markRemoved(Load load) {
        if (load.run().resultComplete() && load.stream().child().isPresent()) {
            Map<String, Object> parameters = new HashMap<>();
            putRun(parameters, load.run());
            requireOwned(
                    load,
                    producer.requestBody("direct:load-removed-" + load.stream().name(), parameters));
        }
    }

    /** Settles dead letters of the stream whose record has arrived in a good version since. */
    public void resolveLetters(Load load) {
        Map<String, Object> parameters = new HashMap<>();
        putRun(parameters, load.run());
        requireOwned(
                load,
                producer.requestBody("direct:load-resolved-" + load.stream().name(), parameters));
    }

    /** The outcome of the step, for {@code sync-complete-step}. */
    public Map<String, Object> done(Load load, Tally tally) {
        return Map.of(
                "next_status",
                load.stream().isTransformed() ? "transforming" : "finalizing",
                "counts",
                Map.of("lines", tally.lines(), "accounted", tally.accounted()));
    }

    /** Refuses to go on with a tally that is not complete. */
    public void refuse(Load load, Tally tally) {
        throw new RunFailed(
                "count_mismatch", "Loading the file of " + load.run() + ": " + tally + "; the watermark stays");
    }

    private static void requireOwned(Load load, Object row) {
        if (row == null) {
            throw new FencedException(load.run() + " was taken over by a later claim; nothing was settled");
        }
    }

    private static void putRun(Map<String, Object> parameters, Run run) {
        ZoneId zone = run.shopTimeZone();
        parameters.put("run_id", run.runId().toString());
        parameters.put("run_number", run.runNumber());
        parameters.put("store_id", run.store());
        parameters.put("stream", run.stream());
        parameters.put("job_type", run.jobType());
        parameters.put("epoch", run.epoch());
        parameters.put("shop_time_zone", zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId());
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> rows(String route, Map<String, Object> parameters) {
        return (List<Map<String, Object>>) producer.requestBody(route, parameters);
    }

    private static long number(Map<String, Object> row, String column) {
        return ((Number) row.get(column)).longValue();
    }

    /** A moment as the statement takes it; empty for none. */
    private static String text(long micros) {
        return micros == InstantText.NONE
                ? ""
                : Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }

    static Optional<SQLException> sqlException(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return Optional.of(sql);
            }
        }
        return Optional.empty();
    }

    /** The database's own sentence, without the detail that quotes values. */
    static String explain(SQLException refusal) {
        return "the database refuses the record (" + refusal.getSQLState() + "): "
                + serverMessage(refusal).map(ServerErrorMessage::getMessage).orElse(refusal.getMessage());
    }

    private static Optional<ServerErrorMessage> serverMessage(SQLException exception) {
        return exception instanceof PSQLException answer
                ? Optional.ofNullable(answer.getServerErrorMessage())
                : Optional.empty();
    }
}
