package dev.tidemark.load;

import dev.tidemark.load.Shape.Node;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Checks that a line is one JSON object (RFC 8259) and notes where the wanted values are, without making an object for
 * anything. It is as strict as Jackson's streaming parser, which a test holds it to, and faster, because
 * it looks at eight bytes of a string at once and expects keys in the order in which they came last time.
 *
 * <p>Of duplicate keys the last one counts, as in PostgreSQL's jsonb. Not thread-safe: one scanner per writer.
 */
final class LineScanner {
    /** Deepest nesting of objects and arrays that is followed. */
    static final int DEEPEST = 64;
    /** A buffer must have so many readable bytes after the newline that ends a line. */
    static final int SLACK = 64;

    /** Outcomes of {@link #scan}. */
    static final int GOOD = 0;

    static final int MALFORMED = -1;
    static final int TOO_DEEP = -2;

    /** What a slot holds; the bounds of texts exclude the quotes. */
    static final byte ABSENT = 0;

    static final byte NULL = 1;
    static final byte TEXT = 2;
    static final byte ESCAPED_TEXT = 3;
    static final byte NUMBER = 4;
    static final byte TRUE = 5;
    static final byte FALSE = 6;
    static final byte STRUCTURE = 7;

    private static final byte[] TRUE_WORD = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE_WORD = {'f', 'a', 'l', 's', 'e'};
    private static final byte[] NULL_WORD = {'n', 'u', 'l', 'l'};
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long QUOTES = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';
    private static final long SPACES = ONES * ' ';

    private final List<Shape> shapes;
    private final Shape identity = Shape.ofIdentity();
    final byte[] state;
    final int[] from;
    final int[] to;
    /** By node: the last line that had this key, so that a second occurrence is noticed. */
    private final int[][] seen;
    /** By node: which of its keys came first last time, and which came after each of them. */
    private final int[][][] order;

    private byte[] buffer;
    private int line;
    private int[] seenHere;
    private int[][] orderHere;
    private boolean escaped;
    private boolean invalidUtf8;
    private Shape shape;

    LineScanner(List<Shape> shapes) {
        this.shapes = shapes;
        int slots = shapes.stream().mapToInt(each -> each.slots).max().orElse(identity.slots);
        this.state = new byte[Math.max(slots, identity.slots)];
        this.from = new int[state.length];
        this.to = new int[state.length];
        this.seen = new int[shapes.size() + 1][];
        this.order = new int[shapes.size() + 1][][];
        for (int index = 0; index <= shapes.size(); index++) {
            Shape each = index < shapes.size() ? shapes.get(index) : identity;
            seen[index] = new int[each.nodes];
            order[index] = each.declaredOrder();
        }
    }

    /** What the line is; null when it says nothing that is declared. */
    Shape shape() {
        return shape;
    }

    /** Whether some string of the line is not UTF-8. */
    boolean invalidUtf8() {
        return invalidUtf8;
    }

    /**
     * Scans one line.
     *
     * @param bytes must have a newline at {@code end} and {@link #SLACK} bytes after it
     * @return {@link #GOOD}, {@link #MALFORMED} or {@link #TOO_DEEP}; only after the first do the slots hold
     */
    int scan(byte[] bytes, int start, int end) {
        buffer = bytes;
        int index = shapeAt(start);
        if (index < 0) {
            int outcome = scanAs(identity, shapes.size(), start, end);
            if (outcome != GOOD) {
                shape = null;
                return outcome;
            }
            index = declaredShape();
            if (index < 0) {
                shape = null;
                return GOOD;
            }
        }
        shape = shapes.get(index);
        return scanAs(shape, index, start, end);
    }

    private int shapeAt(int start) {
        for (int index = 0; index < shapes.size(); index++) {
            for (byte[] beginning : shapes.get(index).beginnings) {
                if (startsWith(beginning, start)) {
                    return index;
                }
            }
        }
        return -1;
    }

    /** The shape that {@code __typename}, or else the id, names; -1 when neither names a declared one. */
    private int declaredShape() {
        for (int index = 0; index < shapes.size(); index++) {
            byte[] type = shapes.get(index).type;
            if (state[Shape.TYPENAME_SLOT] == TEXT
                    ? Arrays.equals(buffer, from[Shape.TYPENAME_SLOT], to[Shape.TYPENAME_SLOT], type, 0, type.length)
                    : Gid.hasType(this, Shape.ID_SLOT, type)) {
                return index;
            }
        }
        return -1;
    }

    byte[] buffer() {
        return buffer;
    }

    private int scanAs(Shape as, int index, int start, int end) {
        Arrays.fill(state, ABSENT);
        line++;
        seenHere = seen[index];
        orderHere = order[index];
        invalidUtf8 = false;
        int position = skipSpace(start);
        if (buffer[position] != '{') {
            return MALFORMED;
        }
        position = members(position + 1, as.root, 1);
        if (position < 0) {
            return position;
        }
        return skipSpace(position) >= end ? GOOD : MALFORMED;
    }

    /** Scans an object from after its brace; gives the position after its end. */
    private int members(int start, Node node, int depth) {
        byte[] bytes = buffer;
        Node[] branches = node.branches;
        int position = skipSpace(start);
        if (bytes[position] == '}') {
            return position + 1;
        }
        int[] order = orderHere[node.number];
        int previous = 0;
        while (bytes[position] == '"') {
            position++;
            int found = order[previous];
            Node branch = null;
            if (found < branches.length) {
                byte[] key = branches[found].key;
                int end = position + key.length;
                if (startsWith(key, position) && bytes[end] == '"') {
                    branch = branches[found];
                    position = end + 1;
                }
            }
            if (branch == null) {
                int end = string(position);
                if (end < 0) {
                    return end;
                }
                found = escaped ? node.indexOfEscaped(bytes, position, end) : node.indexOf(bytes, position, end);
                position = end + 1;
                if (found >= 0) {
                    branch = branches[found];
                    order[previous] = found;
                }
            }
            position = skipSpace(position);
            if (bytes[position] != ':') {
                return MALFORMED;
            }
            position = skipSpace(position + 1);
            if (branch == null) {
                position = skipValue(position, depth);
            } else {
                previous = found + 1;
                position = value(position, branch, depth);
            }
            if (position < 0) {
                return position;
            }
            position = skipSpace(position);
            byte next = bytes[position];
            if (next == '}') {
                return position + 1;
            }
            if (next != ',') {
                return MALFORMED;
            }
            position = skipSpace(position + 1);
        }
        return MALFORMED;
    }

    private int value(int position, Node node, int depth) {
        if (seenHere[node.number] == line) {
            Arrays.fill(state, node.firstSlot, node.endSlot, ABSENT);
        }
        seenHere[node.number] = line;
        byte first = buffer[position];
        if (node.branches.length > 0) {
            if (first == '{') {
                return depth >= DEEPEST ? TOO_DEEP : members(position + 1, node, depth + 1);
            }
            if (first == '[') {
                return list(position, node, depth);
            }
            if (first != 'n') {
                state[node.firstSlot] = STRUCTURE;
            }
            return skipValue(position, depth);
        }
        int slot = node.slot;
        from[slot] = position;
        int end;
        switch (first) {
            case '"':
                end = string(position + 1);
                if (end < 0) {
                    return end;
                }
                state[slot] = escaped ? ESCAPED_TEXT : TEXT;
                from[slot] = position + 1;
                to[slot] = end;
                return end + 1;
            case 'n':
                state[slot] = NULL;
                return skipValue(position, depth);
            case 't':
                state[slot] = TRUE;
                return skipValue(position, depth);
            case 'f':
                state[slot] = FALSE;
                return skipValue(position, depth);
            case '{', '[':
                state[slot] = STRUCTURE;
                end = skipValue(position, depth);
                to[slot] = end;
                return end;
            default:
                state[slot] = NUMBER;
                end = number(position);
                to[slot] = end;
                return end;
        }
    }

    /** A list where an object is wanted: one object in it counts as that, none as no value, several as neither. */
    private int list(int start, Node node, int depth) {
        int position = skipSpace(start + 1);
        if (buffer[position] == ']') {
            return position + 1;
        }
        if (buffer[position] == '{' && depth + 2 <= DEEPEST) {
            position = members(position + 1, node, depth + 2);
            if (position < 0) {
                return position;
            }
            position = skipSpace(position);
            if (buffer[position] == ']') {
                return position + 1;
            }
        }
        Arrays.fill(state, node.firstSlot, node.endSlot, ABSENT);
        state[node.firstSlot] = STRUCTURE;
        return skipValue(start, depth);
    }

    /** Checks a value of any kind; gives the position after it. */
    private int skipValue(int position, int depth) {
        byte[] bytes = buffer;
        switch (bytes[position]) {
            case '"':
                int end = string(position + 1);
                return end < 0 ? end : end + 1;
            case '{':
                return depth >= DEEPEST ? TOO_DEEP : skipObject(position + 1, depth + 1);
            case '[':
                return depth >= DEEPEST ? TOO_DEEP : skipArray(position + 1, depth + 1);
            case 't':
                return startsWith(TRUE_WORD, position) ? position + TRUE_WORD.length : MALFORMED;
            case 'f':
                return startsWith(FALSE_WORD, position) ? position + FALSE_WORD.length : MALFORMED;
            case 'n':
                return startsWith(NULL_WORD, position) ? position + NULL_WORD.length : MALFORMED;
            default:
                return number(position);
        }
    }

    private int skipObject(int start, int depth) {
        byte[] bytes = buffer;
        int position = skipSpace(start);
        if (bytes[position] == '}') {
            return position + 1;
        }
        while (bytes[position] == '"') {
            int end = string(position + 1);
            if (end < 0) {
                return end;
            }
            position = skipSpace(end + 1);
            if (bytes[position] != ':') {
                return MALFORMED;
            }
            position = skipValue(skipSpace(position + 1), depth);
            if (position < 0) {
                return position;
            }
            position = skipSpace(position);
            if (bytes[position] == '}') {
                return position + 1;
            }
            if (bytes[position] != ',') {
                return MALFORMED;
            }
            position = skipSpace(position + 1);
        }
        return MALFORMED;
    }

    private int skipArray(int start, int depth) {
        byte[] bytes = buffer;
        int position = skipSpace(start);
        if (bytes[position] == ']') {
            return position + 1;
        }
        while (true) {
            position = skipValue(position, depth);
            if (position < 0) {
                return position;
            }
            position = skipSpace(position);
            if (bytes[position] == ']') {
                return position + 1;
            }
            if (bytes[position] != ',') {
                return MALFORMED;
            }
            position = skipSpace(position + 1);
        }
    }

    /** Checks a string from after its quote; gives the position of the closing quote and sets {@link #escaped}. */
    private int string(int start) {
        byte[] bytes = buffer;
        int position = start;
        boolean escapes = false;
        while (true) {
            long word = (long) WORD.get(bytes, position);
            long quotes = word ^ QUOTES;
            long backslashes = word ^ BACKSLASHES;
            // The lowest marked byte is exact: a borrow can only come from a byte below that is marked itself.
            long marks = (((quotes - ONES) & ~quotes)
                            | ((backslashes - ONES) & ~backslashes)
                            | ((word - SPACES) & ~word)
                            | word)
                    & HIGH_BITS;
            if (marks == 0) {
                position += Long.BYTES;
                continue;
            }
            position += Long.numberOfTrailingZeros(marks) >>> 3;
            byte special = bytes[position];
            if (special == '"') {
                escaped = escapes;
                return position;
            }
            if (special == '\\') {
                escapes = true;
                position = escape(position + 1);
                if (position < 0) {
                    return position;
                }
            } else if (special < 0) {
                position = sequence(position);
            } else {
                return MALFORMED;
            }
        }
    }

    private int escape(int position) {
        switch (buffer[position]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
                return position + 1;
            case 'u':
                for (int digit = 1; digit <= 4; digit++) {
                    if (Character.digit(buffer[position + digit], 16) < 0) {
                        return MALFORMED;
                    }
                }
                return position + 5;
            default:
                return MALFORMED;
        }
    }

    /** Checks a UTF-8 sequence of more than one byte (RFC 3629); an invalid byte is noted and passed over. */
    private int sequence(int position) {
        byte[] bytes = buffer;
        int lead = bytes[position] & 0xFF;
        int second = bytes[position + 1] & 0xFF;
        int length;
        boolean valid;
        if (lead >= 0xC2 && lead <= 0xDF) {
            length = 2;
            valid = (second & 0xC0) == 0x80;
        } else if (lead >= 0xE0 && lead <= 0xEF) {
            length = 3;
            int least = lead == 0xE0 ? 0xA0 : 0x80;
            int most = lead == 0xED ? 0x9F : 0xBF;
            valid = second >= least && second <= most && (bytes[position + 2] & 0xC0) == 0x80;
        } else {
            length = 4;
            int least = lead == 0xF0 ? 0x90 : 0x80;
            int most = lead == 0xF4 ? 0x8F : 0xBF;
            valid = lead >= 0xF0
                    && lead <= 0xF4
                    && second >= least
                    && second <= most
                    && (bytes[position + 2] & 0xC0) == 0x80
                    && (bytes[position + 3] & 0xC0) == 0x80;
        }
        if (!valid) {
            invalidUtf8 = true;
            return position + 1;
        }
        return position + length;
    }

    private int number(int start) {
        byte[] bytes = buffer;
        int position = bytes[start] == '-' ? start + 1 : start;
        if (bytes[position] == '0') {
            position++;
        } else {
            int digits = digits(position);
            if (digits == position) {
                return MALFORMED;
            }
            position = digits;
        }
        if (bytes[position] == '.') {
            int digits = digits(position + 1);
            if (digits == position + 1) {
                return MALFORMED;
            }
            position = digits;
        }
        if (bytes[position] == 'e' || bytes[position] == 'E') {
            position++;
            if (bytes[position] == '+' || bytes[position] == '-') {
                position++;
            }
            int digits = digits(position);
            if (digits == position) {
                return MALFORMED;
            }
            position = digits;
        }
        return position;
    }

    private int digits(int start) {
        int position = start;
        while (buffer[position] >= '0' && buffer[position] <= '9') {
            position++;
        }
        return position;
    }

    private int skipSpace(int start) {
        int position = start;
        byte here = buffer[position];
        while (here == ' ' || here == '\t' || here == '\r') {
            here = buffer[++position];
        }
        return position;
    }

    private boolean startsWith(byte[] expected, int position) {
        return Arrays.equals(buffer, position, position + expected.length, expected, 0, expected.length);
    }
}
