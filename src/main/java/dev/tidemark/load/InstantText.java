package dev.tidemark.load;

/**
 * Reads times such as {@code 2026-01-01T00:00:00Z} and {@code 2026-01-01T01:00:00.25+01:00}. An offset is required:
 * PostgreSQL would otherwise take the session's zone, and would accept {@code tomorrow} and {@code infinity} besides.
 */
final class InstantText {
    /** What {@link #micros} gives for a text that is no such time. */
    static final long NONE = Long.MIN_VALUE;

    private static final long MICROS = 1_000_000;
    private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    private static final int SECONDS_END = 19;
    private static final int MOST_FRACTION_DIGITS = 9;
    private static final int SECONDS_OF_DAY = 86_400;

    private InstantText() {}

    /**
     * Microseconds since 1970, finer digits cut off; {@link #NONE} for anything that is not exactly such a time. A leap
     * second is refused: it is the same moment as another one.
     */
    static long micros(byte[] text, int from, int to) {
        if (to - from <= SECONDS_END
                || text[from + 4] != '-'
                || text[from + 7] != '-'
                || text[from + 10] != 'T'
                || text[from + 13] != ':'
                || text[from + 16] != ':') {
            return NONE;
        }
        int century = two(text, from);
        int yearOfCentury = two(text, from + 2);
        int month = two(text, from + 5);
        int day = two(text, from + 8);
        int hour = two(text, from + 11);
        int minute = two(text, from + 14);
        int second = two(text, from + 17);
        if ((century | yearOfCentury | month | day | hour | minute | second) < 0
                || month < 1
                || month > 12
                || day < 1
                || hour > 23
                || minute > 59
                || second > 59) {
            return NONE;
        }
        int year = 100 * century + yearOfCentury;
        if (day > daysOf(month, year)) {
            return NONE;
        }
        int position = from + SECONDS_END;
        long fraction = 0;
        if (text[position] == '.') {
            int digits = 0;
            long unit = MICROS;
            position++;
            while (position < to && text[position] >= '0' && text[position] <= '9') {
                unit /= 10;
                fraction += unit * (text[position] - '0');
                position++;
                digits++;
            }
            if (digits == 0 || digits > MOST_FRACTION_DIGITS) {
                return NONE;
            }
        }
        int offset = offset(text, position, to);
        if (offset == Integer.MIN_VALUE) {
            return NONE;
        }
        long seconds = epochDay(year, month, day) * SECONDS_OF_DAY + hour * 3_600 + minute * 60 + second - offset;
        return seconds * MICROS + fraction;
    }

    /** Seconds east of Greenwich; the least integer when there is no offset, or one that no place has. */
    private static int offset(byte[] text, int from, int to) {
        if (to - from == 1 && text[from] == 'Z') {
            return 0;
        }
        if (to - from != 6 || text[from + 3] != ':') {
            return Integer.MIN_VALUE;
        }
        int hours = two(text, from + 1);
        int minutes = two(text, from + 4);
        boolean east = text[from] == '+';
        if (!east && text[from] != '-' || hours < 0 || hours > 18 || minutes < 0 || minutes > 59) {
            return Integer.MIN_VALUE;
        }
        int seconds = hours * 3_600 + minutes * 60;
        return east ? seconds : -seconds;
    }

    private static int two(byte[] text, int at) {
        int tens = text[at] - '0';
        int ones = text[at + 1] - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : 10 * tens + ones;
    }

    private static int daysOf(int month, int year) {
        boolean leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return leap ? 29 : DAYS[month - 1];
    }

    /** Days since 1970 of a date in the Gregorian calendar, counted in years that begin with March. */
    private static long epochDay(int year, int month, int day) {
        int marchYear = month <= 2 ? year - 1 : year;
        int marchMonth = month <= 2 ? month + 9 : month - 3;
        int dayOfYear = (153 * marchMonth + 2) / 5 + day - 1;
        int leapDays = Math.floorDiv(marchYear, 4) - Math.floorDiv(marchYear, 100) + Math.floorDiv(marchYear, 400);
        return 365L * marchYear + leapDays + dayOfYear - 719_468;
    }
}
