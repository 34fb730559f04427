package dev.tidemark.load;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Rows in the format that {@code COPY … (format binary)} reads, put together from columns: a field is the same bytes there
 * as it is in an array. Its memory is used again for the next rows. Not thread-safe.
 */
final class CopyRows {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    /** The signature, no flags, no extension. */
    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    /** Bytes before the first row. */
    static final int HEADER_BYTES = HEADER.length;
    /** Bytes of the run's number and its length, with which each row ends. */
    static final int RUN_NUMBER_BYTES = 12;

    private static final short END = -1;
    /** A value of type jsonb begins with the version of its format. */
    private static final byte JSON_VERSION = 1;

    private byte[] bytes = new byte[1 << 16];
    private int length;
    private int[] starts = new int[1 << 10];
    private int rows;

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    int rows() {
        return rows;
    }

    /** Where a row begins in {@link #bytes()}; that of the row behind the last is where the last one ends. */
    int start(int row) {
        return starts[row];
    }

    /** Puts the rows together: the store, one value of each column, the run's number. */
    void fill(String store, List<ColumnArray> columns, long runNumber, int count) {
        byte[] storeText = store.getBytes(StandardCharsets.UTF_8);
        byte[][] sources = columns.stream().map(ColumnArray::bytes).toArray(byte[][]::new);
        boolean[] json = new boolean[sources.length];
        for (int column = 0; column < json.length; column++) {
            json[column] = columns.get(column).isJson();
        }
        int[] at = new int[sources.length];
        length = 0;
        reserve(HEADER.length);
        System.arraycopy(HEADER, 0, bytes, 0, HEADER.length);
        length = HEADER.length;
        rows = count;
        starts = rows < starts.length ? starts : new int[2 * rows];
        for (int row = 0; row < rows; row++) {
            starts[row] = length;
            add(storeText, sources, at, json, runNumber);
        }
        starts[rows] = length;
        reserve(2);
        SHORT.set(bytes, length, END);
        length += 2;
    }

    /** Adds a row of the values that begin {@code at} places in the columns, and moves these on. */
    private void add(byte[] store, byte[][] sources, int[] at, boolean[] json, long runNumber) {
        reserve(18 + store.length);
        SHORT.set(bytes, length, (short) (sources.length + 2));
        INT.set(bytes, length + 2, store.length);
        System.arraycopy(store, 0, bytes, length + 6, store.length);
        length += 6 + store.length;
        for (int column = 0; column < sources.length; column++) {
            byte[] source = sources[column];
            int from = at[column];
            int size = (int) INT.get(source, from);
            boolean isNull = size < 0;
            size = Math.max(size, 0);
            reserve(size + 17);
            if (json[column] && !isNull) {
                INT.set(bytes, length, size + 1);
                bytes[length + 4] = JSON_VERSION;
                System.arraycopy(source, from + 4, bytes, length + 5, size);
                length += 5 + size;
            } else {
                System.arraycopy(source, from, bytes, length, 4 + size);
                length += 4 + size;
            }
            at[column] = from + 4 + size;
        }
        INT.set(bytes, length, Long.BYTES);
        LONG.set(bytes, length + 4, runNumber);
        length += RUN_NUMBER_BYTES;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
        }
    }
}
