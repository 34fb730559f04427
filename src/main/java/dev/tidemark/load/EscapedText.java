package dev.tidemark.load;

import java.util.Arrays;

/** Turns the escapes of a JSON string into UTF-8. The string must have been checked by {@link LineScanner}. */
final class EscapedText {
    private byte[] bytes = new byte[256];
    private int length;
    private Reason fault;

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Why the last string cannot be kept: {@link Reason#NUL} or {@link Reason#SURROGATE}. */
    Reason fault() {
        return fault;
    }

    /** Decodes a string between its quotes; false when it holds something that no text column can keep. */
    boolean decode(byte[] source, int from, int to) {
        if (bytes.length < to - from) {
            bytes = new byte[2 * (to - from)];
        }
        length = 0;
        int position = from;
        while (position < to) {
            if (source[position] != '\\') {
                bytes[length++] = source[position++];
                continue;
            }
            byte escape = source[position + 1];
            if (escape != 'u') {
                bytes[length++] = plain(escape);
                position += 2;
                continue;
            }
            int character = hex(source, position + 2);
            position += 6;
            if (Character.isHighSurrogate((char) character)
                    && position + 6 <= to
                    && source[position] == '\\'
                    && source[position + 1] == 'u'
                    && Character.isLowSurrogate((char) hex(source, position + 2))) {
                character = Character.toCodePoint((char) character, (char) hex(source, position + 2));
                position += 6;
            }
            if (character == 0 || character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
                fault = character == 0 ? Reason.NUL : Reason.SURROGATE;
                return false;
            }
            add(character);
        }
        return true;
    }

    private static byte plain(byte escape) {
        return switch (escape) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> escape;
        };
    }

    private static int hex(byte[] source, int from) {
        int value = 0;
        for (int index = from; index < from + 4; index++) {
            value = value << 4 | Character.digit(source[index], 16);
        }
        return value;
    }

    private void add(int character) {
        if (length + 4 > bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        if (character < 0x80) {
            bytes[length++] = (byte) character;
        } else if (character < 0x800) {
            bytes[length++] = (byte) (0xC0 | character >> 6);
            bytes[length++] = (byte) (0x80 | character & 0x3F);
        } else if (character < 0x10000) {
            bytes[length++] = (byte) (0xE0 | character >> 12);
            bytes[length++] = (byte) (0x80 | character >> 6 & 0x3F);
            bytes[length++] = (byte) (0x80 | character & 0x3F);
        } else {
            bytes[length++] = (byte) (0xF0 | character >> 18);
            bytes[length++] = (byte) (0x80 | character >> 12 & 0x3F);
            bytes[length++] = (byte) (0x80 | character >> 6 & 0x3F);
            bytes[length++] = (byte) (0x80 | character & 0x3F);
        }
    }
}
