package dev.tidemark.simulator.recharge;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What a list was asked for, and where its page begins. Bounds are seconds and included.
 *
 * @param after the key and id that the page begins behind; the page before it when {@code backwards}
 * @param repeat distinguishes cursors of equal pages
 */
record Listing(
        Sort sort,
        boolean descending,
        long createdMin,
        long createdMax,
        long updatedMin,
        long updatedMax,
        Optional<Position> after,
        boolean backwards,
        int repeat) {

    enum Sort {
        ID(entry -> 0),
        CREATED_AT(Entry::createdAt),
        UPDATED_AT(Entry::updatedAt);

        private final ToLongFunction<Entry> key;

        Sort(ToLongFunction<Entry> key) {
            this.key = key;
        }

        Position positionOf(Entry entry) {
            return new Position(key.applyAsLong(entry), entry.id());
        }
    }

    /** A place in a list: the value it is sorted by, then the id. */
    record Position(long key, long id) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            return key != other.key ? Long.compare(key, other.key) : Long.compare(id, other.id);
        }
    }

    boolean accepts(long createdAt, long updatedAt) {
        return createdAt >= createdMin && createdAt <= createdMax && updatedAt >= updatedMin && updatedAt <= updatedMax;
    }

    /** Whether records are walked from the lowest to the highest. */
    boolean isWalkedUp() {
        return descending == backwards;
    }

    /** The page behind the position, or the one that ends before it. */
    Listing continuing(Position from, boolean towardsFirst) {
        return new Listing(
                sort,
                descending,
                createdMin,
                createdMax,
                updatedMin,
                updatedMax,
                Optional.of(from),
                towardsFirst,
                repeat);
    }

    /** The same page under another cursor. */
    Listing repeated() {
        return new Listing(
                sort, descending, createdMin, createdMax, updatedMin, updatedMax, after, backwards, repeat + 1);
    }

    /** Says nothing to a client; equal for equal pages. */
    String cursor() {
        String text =
                sort + " " + descending + " " + createdMin + " " + createdMax + " " + updatedMin + " " + updatedMax
                        + after.map(position -> " " + position.key() + " " + position.id())
                                .orElse(" - -")
                        + " " + backwards + " " + repeat;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Empty when the text is no cursor. */
    static Optional<Listing> of(String cursor) {
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split(" ");
            Optional<Position> after = parts[6].equals("-")
                    ? Optional.empty()
                    : Optional.of(new Position(Long.parseLong(parts[6]), Long.parseLong(parts[7])));
            return Optional.of(new Listing(
                    Sort.valueOf(parts[0]),
                    Boolean.parseBoolean(parts[1]),
                    Long.parseLong(parts[2]),
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[4]),
                    Long.parseLong(parts[5]),
                    after,
                    Boolean.parseBoolean(parts[8]),
                    Integer.parseInt(parts[9])));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException notOne) {
            return Optional.empty();
        }
    }
}
