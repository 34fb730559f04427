package dev.tidemark.load;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.time.LocalDate;
import java.util.Arrays;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/**
 * One column of a chunk as a PostgreSQL array, built in the database's own binary format while lines are decoded: no
 * object is made per value, and the driver sends the bytes as they are.
 *
 * <p>The driver sends arrays of {@code timestamptz}, {@code numeric} and {@code boolean} in binary only on connections
 * with {@link #BINARY_TYPES}. Not thread-safe.
 */
final class ColumnArray extends PGobject implements PGBinaryObject {
    /** Value that the connection property {@code binaryTransferEnable} must have. */
    static final String BINARY_TYPES = "TIMESTAMPTZ_ARRAY,NUMERIC_ARRAY,BOOL_ARRAY,DATE_ARRAY";

    /** What the elements are: the array type's name and the element type's number in PostgreSQL's catalog. */
    enum Element {
        INT8("_int8", 20),
        INT4("_int4", 23),
        TEXT("_text", 25),
        BYTEA("_bytea", 17),
        TIMESTAMPTZ("_timestamptz", 1184),
        NUMERIC("_numeric", 1700),
        BOOL("_bool", 16),
        DATE("_date", 1082);

        private final String arrayType;
        private final int oid;

        Element(String arrayType, int oid) {
            this.arrayType = arrayType;
            this.oid = oid;
        }
    }

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final int HEADER_BYTES = 20;
    private static final int NULL_LENGTH = -1;
    /** PostgreSQL counts microseconds from the year 2000. */
    private static final long EPOCH_MICROS = 946_684_800_000_000L;

    private static final long EPOCH_DAY = 10_957;
    /** Numerics are sent as digits of this base. */
    private static final int BASE = 10_000;

    private static final int BASE_DIGITS = 4;

    private static final BigInteger BIG_BASE = BigInteger.valueOf(BASE);
    private static final short NEGATIVE = 0x4000;

    private final Element element;
    private final boolean json;
    private final short[] groups = new short[32];
    private byte[] bytes = new byte[1 << 12];
    private int length;
    private int lastLength;
    private int rows;
    private boolean nulls;

    ColumnArray(Element element) {
        this(element, false);
    }

    /** @param json whether the table stores the texts as jsonb */
    ColumnArray(Element element, boolean json) {
        this.element = element;
        this.json = json;
        setType(element.arrayType);
    }

    int rows() {
        return rows;
    }

    /** The values one after the other, each with its length before it; a null is the length -1 alone. */
    byte[] bytes() {
        return bytes;
    }

    /** The number of a row, in a column of such numbers without nulls. */
    long longAt(int row) {
        return (long) LONG.get(bytes, (4 + Long.BYTES) * row + 4);
    }

    /** Whether the table stores the texts as jsonb. */
    boolean isJson() {
        return json;
    }

    void clear() {
        length = 0;
        lastLength = 0;
        rows = 0;
        nulls = false;
    }

    /** Takes the last value back, if this column has one more than {@code wanted}. */
    void shrinkTo(int wanted) {
        if (rows > wanted) {
            rows--;
            length = lastLength;
        }
    }

    void addNull() {
        int at = begin(4);
        INT.set(bytes, at, NULL_LENGTH);
        nulls = true;
    }

    void addLong(long value) {
        int at = begin(12);
        INT.set(bytes, at, 8);
        LONG.set(bytes, at + 4, value);
    }

    void addInt(int value) {
        int at = begin(8);
        INT.set(bytes, at, 4);
        INT.set(bytes, at + 4, value);
    }

    void addBoolean(boolean value) {
        int at = begin(5);
        INT.set(bytes, at, 1);
        bytes[at + 4] = (byte) (value ? 1 : 0);
    }

    /** Adds a time, in microseconds since 1970. */
    void addInstant(long micros) {
        addLong(micros - EPOCH_MICROS);
    }

    void addDate(LocalDate day) {
        addInt(Math.toIntExact(day.toEpochDay() - EPOCH_DAY));
    }

    void addBytes(byte[] source, int from, int to) {
        int at = begin(4 + to - from);
        INT.set(bytes, at, to - from);
        System.arraycopy(source, from, bytes, at + 4, to - from);
    }

    /** Adds {@code unscaled / 10^scale}; the scale must not be negative. */
    void addDecimal(long unscaled, int scale) {
        long rest = unscaled < 0 ? -unscaled : unscaled;
        int count = 0;
        for (int missing = (BASE_DIGITS - scale % BASE_DIGITS) % BASE_DIGITS; missing > 0; missing--) {
            rest *= 10;
        }
        for (; rest != 0; rest /= BASE) {
            groups[count++] = (short) (rest % BASE);
        }
        addGroups(count, scale, unscaled < 0);
    }

    /** Adds a decimal of any size that {@link #fits}; its scale must not be negative. */
    void addDecimal(BigDecimal value) {
        int padding = (BASE_DIGITS - value.scale() % BASE_DIGITS) % BASE_DIGITS;
        BigInteger rest = value.unscaledValue().abs().multiply(BigInteger.TEN.pow(padding));
        int count = 0;
        for (; rest.signum() != 0; rest = rest.divide(BIG_BASE)) {
            groups[count++] = rest.mod(BIG_BASE).shortValue();
        }
        addGroups(count, value.scale(), value.signum() < 0);
    }

    /** Writes {@link #groups}, the least significant first, as a numeric with {@code scale} digits after the point. */
    private void addGroups(int count, int scale, boolean negative) {
        int fractionGroups = (scale + BASE_DIGITS - 1) / BASE_DIGITS;
        int least = 0;
        while (least < count && groups[least] == 0) {
            least++;
        }
        int digits = count - least;
        int at = begin(12 + 2 * digits);
        INT.set(bytes, at, 8 + 2 * digits);
        SHORT.set(bytes, at + 4, (short) digits);
        SHORT.set(bytes, at + 6, (short) (digits == 0 ? 0 : count - fractionGroups - 1));
        SHORT.set(bytes, at + 8, negative ? NEGATIVE : (short) 0);
        SHORT.set(bytes, at + 10, (short) scale);
        for (int index = 0; index < digits; index++) {
            SHORT.set(bytes, at + 12 + 2 * index, groups[count - 1 - index]);
        }
    }

    /** Makes room for one value of so many bytes, its length word included. */
    private int begin(int size) {
        int at = length;
        if (at + size > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(at + size, 2 * bytes.length));
        }
        lastLength = at;
        length = at + size;
        rows++;
        return at;
    }

    @Override
    public int lengthInBytes() {
        return rows == 0 ? HEADER_BYTES - 8 : HEADER_BYTES + length;
    }

    @Override
    public void toBytes(byte[] target, int offset) {
        INT.set(target, offset, rows == 0 ? 0 : 1);
        INT.set(target, offset + 4, nulls ? 1 : 0);
        INT.set(target, offset + 8, element.oid);
        if (rows > 0) {
            INT.set(target, offset + 12, rows);
            INT.set(target, offset + 16, 1);
            System.arraycopy(bytes, 0, target, offset + HEADER_BYTES, length);
        }
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("A column is only ever sent");
    }

    /** Asked for by the driver when it would send text. */
    @Override
    public String getValue() {
        throw new IllegalStateException("The database connection must have the property binaryTransferEnable="
                + BINARY_TYPES + " and not preferQueryMode=simple");
    }

    @Override
    public String toString() {
        return element + "[" + rows + "]";
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public Object clone() throws CloneNotSupportedException {
        throw new CloneNotSupportedException("A column belongs to one decoder");
    }
}
