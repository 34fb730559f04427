package dev.tidemark.load;

import dev.tidemark.run.JobType;
import dev.tidemark.run.Run;
import dev.tidemark.stream.StreamDeclaration;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** One attempt at loading a run's file: what the ledger had when it began, and what the attempt has learned since. */
public final class Load {
    /** How far the source's clock may be behind the one that stamped a record. */
    private static final Duration SKEW = Duration.ofHours(24);

    private final Run run;
    private final StreamDeclaration stream;
    private final Path file;
    private final NavigableMap<Long, Long> committed;
    private final Tally ledger;
    private final KnownParents knownParents = new KnownParents();
    private final Shortcut allNew = new Shortcut();
    private final Shortcut allUnchanged = new Shortcut();
    private final Queue<ChunkDecoder> idleDecoders = new ConcurrentLinkedQueue<>();

    Load(Run run, StreamDeclaration stream, Path file, NavigableMap<Long, Long> committed, Tally ledger) {
        this.run = run;
        this.stream = stream;
        this.file = file;
        this.committed = committed;
        this.ledger = ledger;
    }

    Run run() {
        return run;
    }

    StreamDeclaration stream() {
        return stream;
    }

    Path file() {
        return file;
    }

    /** Ranges of the file's lines that were committed before: number of the first line, and how many. */
    NavigableMap<Long, Long> committed() {
        return committed;
    }

    /** What earlier attempts have brought into the ledger. */
    Tally ledger() {
        return ledger;
    }

    KnownParents knownParents() {
        return knownParents;
    }

    /**
     * Whether the roots of a chunk have all their children beside them, so that a child that is not there is gone.
     *
     * @param chunkIsWhole whether nothing in the chunk tells otherwise
     */
    boolean showsFamilies(boolean chunkIsWhole) {
        // Of a retry only what was set aside is in the file.
        return !run.jobType().equals(JobType.DEAD_LETTER_RETRY.name())
                && (!stream.isWindowed()
                        || chunkIsWhole
                                && run.resultComplete()
                                && (stream.groupObjects() || stream.fetch().equals("pages")));
    }

    /** The latest moment a record may name, in microseconds since 1970. */
    long latestMicros() {
        Instant sourceNow = run.sourceStartedAt().orElseGet(run::claimedAt);
        return ChronoUnit.MICROS.between(Instant.EPOCH, sourceNow.plus(SKEW));
    }

    /** Whether chunks are made of records that the tables have none of, as in a first load. */
    Shortcut allNew() {
        return allNew;
    }

    /** Whether chunks are made of records that are stored as they are, as in a file that is read again. */
    Shortcut allUnchanged() {
        return allUnchanged;
    }

    /** Lends a decoder; give it back with {@link #giveBack} when its arrays are no longer needed. */
    ChunkDecoder borrowDecoder() {
        ChunkDecoder decoder = idleDecoders.poll();
        return decoder == null ? new ChunkDecoder(stream) : decoder;
    }

    void giveBack(ChunkDecoder decoder) {
        idleDecoders.add(decoder);
    }

    /** A way round judging a chunk record by record: where one chunk cannot take it, those after it cannot as a rule. */
    static final class Shortcut {
        private static final int CHUNKS_TO_JUDGE = 15;

        private final AtomicInteger chunksToJudge = new AtomicInteger();

        /** Whether the next chunk may try; after one that could not, the next few do not. */
        boolean isOpen() {
            return chunksToJudge.getAndUpdate(left -> Math.max(0, left - 1)) == 0;
        }

        /** Takes note of a chunk that could not. */
        void closeForAWhile() {
            chunksToJudge.set(CHUNKS_TO_JUDGE);
        }
    }
}
