package dev.tidemark.load;

import dev.tidemark.load.ColumnArray.Element;
import dev.tidemark.stream.ColumnDeclaration;
import dev.tidemark.stream.ColumnType;
import dev.tidemark.stream.RecordDeclaration;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The columns of one record type in a chunk: takes the values that {@link LineScanner} found, checks and converts them.
 * A record goes in whole or not at all. Not thread-safe.
 */
final class RecordColumns {
    /** No time in the order tables can be older; a sooner one is a parsing accident at the source. */
    private static final long EARLIEST_MICROS = 0;

    private static final int MOST_INTEGER_DIGITS = 20;
    private static final int MOST_FRACTION_DIGITS = 12;
    /** Decimals of so many digits are read without making an object. */
    private static final int MOST_PLAIN_DIGITS = 14;

    private static final int LONGEST_DECIMAL = 60;
    private static final int DATE_LENGTH = 10;

    final Shape shape;
    private final RecordDeclaration declaration;
    private final ColumnType[] types;
    private final ColumnArray[] arrays;
    private final ColumnArray ordinals = new ColumnArray(Element.INT4);
    private final Gid[] gids;
    private final EscapedText unescaped = new EscapedText();
    private final boolean keyedWithinParent;
    private final int versionColumn;
    private int rows;
    private long latestMicros;
    private long id;
    private long version;
    private String fault;

    RecordColumns(Shape shape) {
        this.shape = shape;
        this.declaration = shape.declaration;
        this.types = declaration.columns().stream().map(ColumnDeclaration::type).toArray(ColumnType[]::new);
        this.arrays = Arrays.stream(types)
                .map(type -> new ColumnArray(element(type), type == ColumnType.JSON))
                .toArray(ColumnArray[]::new);
        this.keyedWithinParent = declaration.isKeyedWithinParent();
        this.gids = new Gid[types.length];
        for (int column = 0; column < types.length; column++) {
            gids[column] = new Gid(column == 0 && !keyedWithinParent ? shape.type : new byte[0]);
        }
        this.versionColumn =
                declaration.versionColumn().map(declaration::indexOf).orElse(-1);
    }

    private static Element element(ColumnType type) {
        return switch (type) {
            case GID, ID -> Element.INT8;
            case TEXT, CURRENCY, JSON -> Element.TEXT;
            case DATE -> Element.DATE;
            case INSTANT -> Element.TIMESTAMPTZ;
            case MONEY -> Element.NUMERIC;
            case INTEGER -> Element.INT4;
            case BOOLEAN -> Element.BOOL;
        };
    }

    void bind(Map<String, Object> parameters) {
        for (int column = 0; column < arrays.length; column++) {
            parameters.put(
                    declaration.name() + "_" + declaration.columns().get(column).name(), arrays[column]);
        }
        parameters.put(declaration.name() + "_ordinal", ordinals);
    }

    /** @param latest the latest moment that a time may name, in microseconds since 1970 */
    void clear(long latest) {
        for (ColumnArray array : arrays) {
            array.clear();
        }
        ordinals.clear();
        rows = 0;
        latestMicros = latest;
    }

    int rows() {
        return rows;
    }

    /** The columns in the order of their declaration. */
    List<ColumnArray> columns() {
        return List.of(arrays);
    }

    /** The id of the record that {@link #add} took or refused last; {@link Gid#NONE} when it has none. */
    long id() {
        return id;
    }

    /** Whether a record is known by its parent's id and its own together, and may lack the latter. */
    boolean isKeyedWithinParent() {
        return keyedWithinParent;
    }

    /** Its version in microseconds since 1970; {@link InstantText#NONE} when it has none that can be used. */
    long version() {
        return version;
    }

    /** What was wrong with the record that {@link #add} refused last. */
    String fault() {
        return fault;
    }

    /** Takes the scanned record; gives why not, or null when it did. */
    Reason add(LineScanner line) {
        id = Gid.NONE;
        version = InstantText.NONE;
        for (int column = 0; column < arrays.length; column++) {
            Reason reason = add(line, column);
            if (reason != null) {
                fault = "column " + declaration.columns().get(column).name() + " of " + declaration.table() + ": "
                        + fault;
                lookForVersion(line, column);
                shrinkTo(rows);
                return reason;
            }
        }
        ordinals.addInt(rows);
        rows++;
        return null;
    }

    /** Drops the record that {@link #add} took last. */
    void takeBack() {
        rows--;
        ordinals.shrinkTo(rows);
        shrinkTo(rows);
    }

    private void shrinkTo(int wanted) {
        for (ColumnArray array : arrays) {
            array.shrinkTo(wanted);
        }
    }

    /** A refused record is known by its version even when an earlier column was at fault. */
    private void lookForVersion(LineScanner line, int faultyColumn) {
        if (versionColumn > faultyColumn) {
            int slot = shape.columnSlots[versionColumn][0];
            long micros = line.state[slot] == LineScanner.TEXT
                    ? InstantText.micros(line.buffer(), line.from[slot], line.to[slot])
                    : InstantText.NONE;
            version = micros > latestMicros ? InstantText.NONE : micros;
        }
    }

    private Reason add(LineScanner line, int column) {
        int slot = shape.columnSlots[column][0];
        return switch (types[column]) {
            case GID -> addGid(line, slot, column);
            case ID -> addId(line, slot, column);
            case DATE -> addDate(line, slot, arrays[column]);
            case JSON -> addJson(line, slot, arrays[column]);
            case TEXT -> addText(line, slot, arrays[column]);
            case INSTANT -> addInstant(line, slot, column);
            case MONEY -> addMoney(line, slot, arrays[column]);
            case CURRENCY -> addCurrency(line, shape.columnSlots[column], arrays[column]);
            case INTEGER -> addInteger(line, slot, arrays[column]);
            case BOOLEAN -> addBoolean(line, slot, arrays[column]);
        };
    }

    private Reason addGid(LineScanner line, int slot, int column) {
        byte state = line.state[slot];
        if (state <= LineScanner.NULL) {
            return addNoId(column);
        }
        if (state != LineScanner.TEXT && state != LineScanner.ESCAPED_TEXT) {
            return fault(Reason.TYPE, "expected a string");
        }
        long number = gids[column].read(line.buffer(), line.from[slot], line.to[slot]);
        if (number == Gid.NONE) {
            return fault(Reason.NUMBER, "not a gid" + (column == 0 ? " of type " + declaration.type() : ""));
        }
        if (column == 0) {
            id = number;
        }
        arrays[column].addLong(number);
        return null;
    }

    private Reason addNoId(int column) {
        if (column == 0 && !keyedWithinParent) {
            return fault(Reason.NO_ID, "the record has no id");
        }
        arrays[column].addNull();
        return null;
    }

    /** A number that is an id, be it written as a number or as text. */
    private Reason addId(LineScanner line, int slot, int column) {
        byte state = line.state[slot];
        if (state <= LineScanner.NULL) {
            return addNoId(column);
        }
        if (state != LineScanner.TEXT && state != LineScanner.NUMBER) {
            return fault(Reason.TYPE, "expected a number, or a string of digits");
        }
        long number = Gid.number(line.buffer(), line.from[slot], line.to[slot]);
        if (number == Gid.NONE) {
            return fault(Reason.NUMBER, "not a whole number of at most 18 digits");
        }
        if (column == 0) {
            id = number;
        }
        arrays[column].addLong(number);
        return null;
    }

    private Reason addDate(LineScanner line, int slot, ColumnArray array) {
        byte state = line.state[slot];
        if (state <= LineScanner.NULL) {
            array.addNull();
            return null;
        }
        int length = line.to[slot] - line.from[slot];
        boolean bare =
                length == DATE_LENGTH || length > DATE_LENGTH && line.buffer()[line.from[slot] + DATE_LENGTH] == 'T';
        if (state != LineScanner.TEXT || !bare) {
            return fault(Reason.TIME, "not a date");
        }
        try {
            array.addDate(LocalDate.parse(
                    new String(line.buffer(), line.from[slot], DATE_LENGTH, StandardCharsets.US_ASCII)));
        } catch (DateTimeParseException e) {
            return fault(Reason.TIME, "not a date");
        }
        return null;
    }

    /** The value as it is written; the database checks what the scanner does not, such as NUL. */
    private Reason addJson(LineScanner line, int slot, ColumnArray array) {
        byte state = line.state[slot];
        byte[] bytes = line.buffer();
        switch (state) {
            case LineScanner.ABSENT, LineScanner.NULL -> array.addNull();
            case LineScanner.TEXT, LineScanner.ESCAPED_TEXT ->
                array.addBytes(bytes, line.from[slot] - 1, line.to[slot] + 1);
            case LineScanner.TRUE -> array.addBytes(bytes, line.from[slot], line.from[slot] + "true".length());
            case LineScanner.FALSE -> array.addBytes(bytes, line.from[slot], line.from[slot] + "false".length());
            default -> array.addBytes(bytes, line.from[slot], line.to[slot]);
        }
        return null;
    }

    private Reason addText(LineScanner line, int slot, ColumnArray array) {
        switch (line.state[slot]) {
            case LineScanner.ABSENT, LineScanner.NULL -> array.addNull();
            case LineScanner.TEXT -> array.addBytes(line.buffer(), line.from[slot], line.to[slot]);
            case LineScanner.ESCAPED_TEXT -> {
                if (!unescaped.decode(line.buffer(), line.from[slot], line.to[slot])) {
                    return unescaped.fault() == Reason.NUL
                            ? fault(Reason.NUL, "the text has a NUL character")
                            : fault(Reason.SURROGATE, "the text has half of a surrogate pair");
                }
                array.addBytes(unescaped.bytes(), 0, unescaped.length());
            }
            default -> {
                return fault(Reason.TYPE, "expected a string");
            }
        }
        return null;
    }

    private Reason addInstant(LineScanner line, int slot, int column) {
        byte state = line.state[slot];
        if (state <= LineScanner.NULL) {
            if (column == versionColumn) {
                return fault(Reason.TIME, "the record has no version");
            }
            arrays[column].addNull();
            return null;
        }
        if (state != LineScanner.TEXT) {
            return state == LineScanner.ESCAPED_TEXT
                    ? fault(Reason.TIME, "not a time with an offset")
                    : fault(Reason.TYPE, "expected a string");
        }
        long micros = InstantText.micros(line.buffer(), line.from[slot], line.to[slot]);
        if (micros == InstantText.NONE) {
            return fault(Reason.TIME, "not a time with an offset");
        }
        if (micros < EARLIEST_MICROS || micros > latestMicros) {
            return fault(Reason.TIME, micros < 0 ? "the time is before 1970" : "the time is in the future");
        }
        if (column == versionColumn) {
            version = micros;
        }
        arrays[column].addInstant(micros);
        return null;
    }

    private Reason addMoney(LineScanner line, int slot, ColumnArray array) {
        byte state = line.state[slot];
        if (state <= LineScanner.NULL) {
            array.addNull();
            return null;
        }
        if (state != LineScanner.TEXT && state != LineScanner.NUMBER) {
            return fault(state == LineScanner.ESCAPED_TEXT ? Reason.MONEY : Reason.TYPE, "not a decimal");
        }
        byte[] bytes = line.buffer();
        int from = line.from[slot];
        int to = line.to[slot];
        boolean negative = from < to && bytes[from] == '-';
        int position = negative ? from + 1 : from;
        long unscaled = 0;
        int digits = 0;
        int scale = -1;
        for (; position < to; position++) {
            int digit = bytes[position] - '0';
            if (digit >= 0 && digit <= 9) {
                unscaled = 10 * unscaled + digit;
                digits++;
                if (scale >= 0) {
                    scale++;
                }
            } else if (bytes[position] == '.' && scale < 0 && digits > 0) {
                scale = 0;
            } else {
                break;
            }
        }
        if (position == to && digits > 0 && digits <= MOST_PLAIN_DIGITS && scale != 0) {
            array.addDecimal(negative ? -unscaled : unscaled, Math.max(scale, 0));
            return null;
        }
        return addUnusualMoney(bytes, from, to, array);
    }

    /** Long decimals and those with an exponent. */
    private Reason addUnusualMoney(byte[] bytes, int from, int to, ColumnArray array) {
        if (to - from > LONGEST_DECIMAL) {
            return fault(Reason.MONEY, "the decimal is too long");
        }
        BigDecimal value;
        try {
            value = new BigDecimal(new String(bytes, from, to - from, StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            return fault(Reason.MONEY, "not a decimal");
        }
        if (bytes[from] == '+' || bytes[to - 1] == '.' || !isDigitAfterSign(bytes, from, to)) {
            return fault(Reason.MONEY, "not a decimal");
        }
        if (value.scale() > MOST_FRACTION_DIGITS || value.precision() - value.scale() > MOST_INTEGER_DIGITS) {
            return fault(
                    Reason.MONEY,
                    "the decimal has more than " + MOST_INTEGER_DIGITS + " digits before or " + MOST_FRACTION_DIGITS
                            + " after the point");
        }
        array.addDecimal(value.scale() < 0 ? value.setScale(0) : value);
        return null;
    }

    private static boolean isDigitAfterSign(byte[] bytes, int from, int to) {
        int first = bytes[from] == '-' ? from + 1 : from;
        return first < to && bytes[first] >= '0' && bytes[first] <= '9';
    }

    private Reason addCurrency(LineScanner line, int[] slots, ColumnArray array) {
        byte[] bytes = line.buffer();
        int chosen = -1;
        for (int slot : slots) {
            byte state = line.state[slot];
            if (state <= LineScanner.NULL) {
                continue;
            }
            int from = line.from[slot];
            if (state != LineScanner.TEXT
                    || line.to[slot] - from != 3
                    || !isCapital(bytes[from])
                    || !isCapital(bytes[from + 1])
                    || !isCapital(bytes[from + 2])) {
                return fault(Reason.MONEY, "not a currency of three capital letters");
            }
            if (chosen < 0) {
                chosen = from;
            } else if (bytes[chosen] != bytes[from]
                    || bytes[chosen + 1] != bytes[from + 1]
                    || bytes[chosen + 2] != bytes[from + 2]) {
                return fault(Reason.MONEY, "the amounts are in different currencies");
            }
        }
        if (chosen < 0) {
            array.addNull();
        } else {
            array.addBytes(bytes, chosen, chosen + 3);
        }
        return null;
    }

    private static boolean isCapital(byte letter) {
        return letter >= 'A' && letter <= 'Z';
    }

    private Reason addInteger(LineScanner line, int slot, ColumnArray array) {
        byte state = line.state[slot];
        if (state <= LineScanner.NULL) {
            array.addNull();
            return null;
        }
        if (state != LineScanner.NUMBER) {
            return fault(Reason.TYPE, "expected a number");
        }
        byte[] bytes = line.buffer();
        int from = line.from[slot];
        int to = line.to[slot];
        boolean negative = bytes[from] == '-';
        long value = 0;
        for (int position = negative ? from + 1 : from; position < to; position++) {
            int digit = bytes[position] - '0';
            value = 10 * value + digit;
            if (digit < 0 || digit > 9 || value > 1L + Integer.MAX_VALUE) {
                return fault(Reason.NUMBER, "not a whole number of 32 bits");
            }
        }
        value = negative ? -value : value;
        if (value != (int) value) {
            return fault(Reason.NUMBER, "not a whole number of 32 bits");
        }
        array.addInt((int) value);
        return null;
    }

    private Reason addBoolean(LineScanner line, int slot, ColumnArray array) {
        switch (line.state[slot]) {
            case LineScanner.ABSENT, LineScanner.NULL -> array.addNull();
            case LineScanner.TRUE -> array.addBoolean(true);
            case LineScanner.FALSE -> array.addBoolean(false);
            default -> {
                return fault(Reason.TYPE, "expected true or false");
            }
        }
        return null;
    }

    private Reason fault(Reason reason, String explanation) {
        fault = explanation;
        return reason;
    }
}
