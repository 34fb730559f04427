package dev.tidemark.simulator;

import java.util.List;
import java.util.Optional;

/**
 * The records of one kind that a shop begins with, each computed from the seed when it is asked for. Ids rise with the index.
 */
interface Origin<R extends Version> {
    long count();

    long id(long index);

    /** The first index whose record has at least this id. */
    long indexFrom(long id);

    /** When the record was last changed; cheaper than the record itself. */
    long updatedAt(long index);

    /** The record as it is at the shop's start. */
    R current(long index);

    /** Every version, oldest first. */
    default List<R> versions(long index) {
        return List.of(current(index));
    }

    default Optional<Long> indexOf(long id) {
        long index = indexFrom(id);
        return index < count() && id(index) == id ? Optional.of(index) : Optional.empty();
    }

    /** Records that are there one by one, for kinds of which there are few; their ids rise. */
    static <R extends Version> Origin<R> of(List<R> records) {
        return new Origin<>() {
            @Override
            public long count() {
                return records.size();
            }

            @Override
            public long id(long index) {
                return records.get((int) index).id();
            }

            @Override
            public long indexFrom(long id) {
                return records.stream().filter(record -> record.id() < id).count();
            }

            @Override
            public long updatedAt(long index) {
                return records.get((int) index).updatedAt();
            }

            @Override
            public R current(long index) {
                return records.get((int) index);
            }
        };
    }
}
