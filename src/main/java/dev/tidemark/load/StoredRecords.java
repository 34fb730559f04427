package dev.tidemark.load;

import dev.tidemark.run.Run;
import dev.tidemark.stream.ColumnType;
import dev.tidemark.stream.StreamDeclaration;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/**
 * Compares a chunk's records with what the database gives as stored, byte by byte in its binary format. That format has
 * one way to write a value, but for such as zeros behind a decimal point; a row that differs in those counts as another
 * one, and its chunk is judged by the statement that knows better. For one chunk and one thread.
 */
final class StoredRecords {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    /** Stands in the place of a row's number of fields, behind the last row. */
    private static final short END = -1;

    private static final int NONE = -1;

    private final ChunkDecoder decoder;
    private final Run run;
    private final VersionMap rootRuns;
    private final CRC32 hash = new CRC32();

    /** Says whether a stored row that is one of the chunk's may stay. */
    @FunctionalInterface
    private interface Check {
        boolean test(int row, long runNumber);
    }

    StoredRecords(ChunkDecoder decoder, Run run) {
        this.decoder = decoder;
        this.run = run;
        this.rootRuns = new VersionMap(decoder.rootVersions().size());
    }

    /** Whether a stream's records can be compared: what is stored as jsonb is written in the database's own way. */
    static boolean canCompare(StreamDeclaration stream) {
        return stream.records()
                .flatMap(record -> record.columns().stream())
                .noneMatch(column -> column.type() == ColumnType.JSON);
    }

    /** Whether the stored roots are exactly those of the chunk. */
    boolean haveRoots(CopyManager copying, String statement) throws SQLException {
        return have(copying, statement, decoder.copyRoots(run), (row, runNumber) -> {
            rootRuns.put(decoder.root(row), runNumber);
            return true;
        });
    }

    /** Whether the stored children are exactly those of the chunk; to be asked after its roots. */
    boolean haveChildren(CopyManager copying, String statement) throws SQLException {
        // A child that is older than the last writing of its parent counts as removed.
        return have(
                copying,
                statement,
                decoder.copyChildren(run),
                (row, runNumber) -> runNumber >= rootRuns.get(decoder.parent(row)));
    }

    private boolean have(CopyManager copying, String statement, CopyRows rows, Check check) throws SQLException {
        int[] places = places(rows);
        int found = 0;
        boolean alike = true;
        CopyOut copy = copying.copyOut(statement);
        // One message of the server's is one row; the first begins with the header.
        int from = CopyRows.HEADER_BYTES;
        for (byte[] message = copy.readFromCopy(); message != null; message = copy.readFromCopy()) {
            if (alike && (short) SHORT.get(message, from) != END) {
                int row = take(rows, places, message, from);
                alike = row != NONE && check.test(row, (long) LONG.get(message, message.length - Long.BYTES));
                found++;
            }
            from = 0;
        }
        return alike && found == rows.rows();
    }

    /** Where each row is found by its hash: its number and one, or 0; a place that is taken leads to the next. */
    private int[] places(CopyRows rows) {
        int[] places = new int[Integer.highestOneBit(Math.max(8, rows.rows())) * 4];
        for (int row = 0; row < rows.rows(); row++) {
            int place = place(places, rows.bytes(), rows.start(row), end(rows, row));
            while (places[place] != 0) {
                place = place + 1 & places.length - 1;
            }
            places[place] = row + 1;
        }
        return places;
    }

    /** The number of the row that a message holds, each once; {@link #NONE} when the chunk has no such row. */
    private int take(CopyRows rows, int[] places, byte[] message, int from) {
        int to = message.length - CopyRows.RUN_NUMBER_BYTES;
        int place = place(places, message, from, to);
        for (; places[place] != 0; place = place + 1 & places.length - 1) {
            int row = Math.abs(places[place]) - 1;
            if (places[place] > 0 && Arrays.equals(rows.bytes(), rows.start(row), end(rows, row), message, from, to)) {
                places[place] = -places[place];
                return row;
            }
        }
        return NONE;
    }

    private int place(int[] places, byte[] bytes, int from, int to) {
        hash.reset();
        hash.update(bytes, from, to - from);
        return (int) hash.getValue() & places.length - 1;
    }

    /** Where a row's own values end; the run that wrote it may be another. */
    private static int end(CopyRows rows, int row) {
        return rows.start(row + 1) - CopyRows.RUN_NUMBER_BYTES;
    }
}
