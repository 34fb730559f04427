package dev.tidemark.load;

import java.util.Arrays;

/**
 * Reads {@code gid://shopify/Order/123}, whose slashes the vendor escapes. It remembers how the last one of its slot
 * began, because the next one begins in the same way. Not thread-safe.
 */
final class Gid {
    /** What {@link #read} gives for a text that is no gid of the wanted type. */
    static final long NONE = -1;

    private static final byte[] SCHEME = {'g', 'i', 'd', ':'};
    private static final int LONGEST_NUMBER = 18;

    private final byte[] wantedType;
    private byte[] beginning = new byte[0];

    /** @param wantedType the type that the id must have; empty for any */
    Gid(byte[] wantedType) {
        this.wantedType = wantedType;
    }

    /** The number of a gid between its quotes; {@link #NONE} when it is not one. */
    long read(byte[] bytes, int from, int to) {
        int length = beginning.length;
        if (length == 0 || to - from <= length || !Arrays.equals(bytes, from, from + length, beginning, 0, length)) {
            int number = numberAt(bytes, from, to, wantedType);
            if (number < 0) {
                return NONE;
            }
            beginning = Arrays.copyOfRange(bytes, from, number);
            length = beginning.length;
        }
        return number(bytes, from + length, to);
    }

    /** Whether a slot holds a gid of that type. */
    static boolean hasType(LineScanner line, int slot, byte[] type) {
        byte state = line.state[slot];
        return (state == LineScanner.TEXT || state == LineScanner.ESCAPED_TEXT)
                && numberAt(line.buffer(), line.from[slot], line.to[slot], type) >= 0;
    }

    /** Where the number of a gid begins; -1 when the text is no gid of the type. */
    private static int numberAt(byte[] bytes, int from, int to, byte[] type) {
        if (to - from < SCHEME.length || !Arrays.equals(bytes, from, from + SCHEME.length, SCHEME, 0, SCHEME.length)) {
            return -1;
        }
        int position = slash(bytes, slash(bytes, from + SCHEME.length, to), to);
        position = slash(bytes, word(bytes, position, to), to);
        int end = word(bytes, position, to);
        if (end > 0 && type.length > 0 && !Arrays.equals(bytes, position, end, type, 0, type.length)) {
            return -1;
        }
        return slash(bytes, end, to);
    }

    /** Passes a slash, escaped or not; -1 passes on what went wrong before. */
    private static int slash(byte[] bytes, int at, int to) {
        if (at < 0 || at >= to) {
            return -1;
        }
        int position = bytes[at] == '\\' ? at + 1 : at;
        return position < to && bytes[position] == '/' ? position + 1 : -1;
    }

    private static int word(byte[] bytes, int at, int to) {
        int position = at;
        while (position >= 0 && position < to && Character.isLetterOrDigit(bytes[position])) {
            position++;
        }
        return position > at ? position : -1;
    }

    /** A whole number without a sign; {@link #NONE} for anything else. */
    static long number(byte[] bytes, int from, int to) {
        if (to <= from || to - from > LONGEST_NUMBER) {
            return NONE;
        }
        long number = 0;
        for (int position = from; position < to; position++) {
            int digit = bytes[position] - '0';
            if (digit < 0 || digit > 9) {
                return NONE;
            }
            number = 10 * number + digit;
        }
        return number;
    }
}
