package dev.tidemark.simulator;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;

/** JSON as the vendor's bulk files write it, slashes escaped, straight into bytes. Grows as needed; not thread-safe. */
final class JsonBytes implements ValueSink {
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final long DAY_MILLIS = 86_400_000;

    private byte[] bytes = new byte[4_096];
    private int size;
    private long dayInCache = Long.MIN_VALUE;
    private byte[] dateInCache = new byte[0];

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    byte[] copyFrom(int start) {
        return Arrays.copyOfRange(bytes, start, size);
    }

    void clear() {
        size = 0;
    }

    void raw(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, size, more.length);
        size += more.length;
    }

    void raw(char ascii) {
        room(1);
        bytes[size++] = (byte) ascii;
    }

    @Override
    public void nothing() {
        raw(NULL);
    }

    @Override
    public void flag(boolean value) {
        raw(value ? TRUE : FALSE);
    }

    @Override
    public void number(long value) {
        room(20);
        if (value < 0) {
            bytes[size++] = '-';
        }
        digits(Math.abs(value), 1);
    }

    @Override
    public void gid(Gid type, long id) {
        if (id == 0) {
            nothing();
            return;
        }
        raw(type.escapedPrefix());
        number(id);
        raw('"');
    }

    @Override
    public void time(long millis) {
        if (millis == 0) {
            nothing();
            return;
        }
        long day = Math.floorDiv(millis, DAY_MILLIS);
        if (day != dayInCache) {
            dateInCache = ("\"" + LocalDate.ofEpochDay(day) + "T").getBytes(StandardCharsets.US_ASCII);
            dayInCache = day;
        }
        raw(dateInCache);
        int second = (int) (Math.floorMod(millis, DAY_MILLIS) / 1_000);
        room(10);
        digits(second / 3_600, 2);
        bytes[size++] = ':';
        digits(second / 60 % 60, 2);
        bytes[size++] = ':';
        digits(second % 60, 2);
        bytes[size++] = 'Z';
        bytes[size++] = '"';
    }

    @Override
    public void money(long minor, Currency currency) {
        if (currency.digits() != 2 || minor < 0) {
            text(currency.text(minor));
            return;
        }
        room(24);
        bytes[size++] = '"';
        digits(minor / 100, 1);
        bytes[size++] = '.';
        int cents = (int) (minor % 100);
        bytes[size++] = (byte) ('0' + cents / 10);
        if (cents % 10 != 0) {
            bytes[size++] = (byte) ('0' + cents % 10);
        }
        bytes[size++] = '"';
    }

    @Override
    public void text(String value) {
        int length = value.length();
        room(6 * length + 2);
        bytes[size++] = '"';
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\' || c == '/') {
                bytes[size++] = '\\';
                bytes[size++] = (byte) c;
            } else if (c < 0x20) {
                control(c);
            } else if (c < 0x80) {
                bytes[size++] = (byte) c;
            } else {
                i += beyondAscii(value, i);
            }
        }
        bytes[size++] = '"';
    }

    @Override
    public void texts(List<String> values) {
        raw('[');
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                raw(',');
            }
            text(values.get(i));
        }
        raw(']');
    }

    private void control(char c) {
        bytes[size++] = '\\';
        bytes[size++] = 'u';
        bytes[size++] = '0';
        bytes[size++] = '0';
        bytes[size++] = HEX[c >> 4];
        bytes[size++] = HEX[c & 15];
    }

    /** How many further chars were taken. */
    private int beyondAscii(String value, int at) {
        int codePoint = value.codePointAt(at);
        if (codePoint < 0x800) {
            bytes[size++] = (byte) (0xC0 | codePoint >> 6);
            bytes[size++] = (byte) (0x80 | codePoint & 0x3F);
            return 0;
        }
        raw(new String(Character.toChars(codePoint)).getBytes(StandardCharsets.UTF_8));
        return Character.charCount(codePoint) - 1;
    }

    private void digits(long value, int atLeast) {
        int count = Math.max(atLeast, digitCount(value));
        room(count);
        for (int at = size + count - 1; at >= size; at--) {
            bytes[at] = (byte) ('0' + value % 10);
            value /= 10;
        }
        size += count;
    }

    private static int digitCount(long value) {
        int count = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            count++;
        }
        return count;
    }

    private void room(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
