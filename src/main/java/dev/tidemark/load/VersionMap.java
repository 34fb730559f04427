package dev.tidemark.load;

import java.util.Arrays;

/** Versions of records by id, in primitive arrays. Not thread-safe. */
public final class VersionMap {
    /** What {@link #get} gives for an id that is not there. */
    public static final long NONE = Long.MIN_VALUE;

    /** Takes a record and its version. */
    @FunctionalInterface
    public interface Entry {
        void accept(long id, long version);
    }

    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private long[] ids;
    private long[] versions;
    private int size;

    /** @param expected ids it is made for; it grows when there are more */
    public VersionMap(int expected) {
        int capacity = Integer.highestOneBit(Math.max(8, expected)) * 4;
        this.ids = new long[capacity];
        this.versions = new long[capacity];
        Arrays.fill(versions, NONE);
    }

    int size() {
        return size;
    }

    public void put(long id, long version) {
        if (2 * size >= ids.length) {
            grow();
        }
        int at = place(id);
        if (versions[at] == NONE) {
            ids[at] = id;
            size++;
        }
        versions[at] = version;
    }

    /** Lowest id, of at least one. */
    long lowest() {
        long[] lowest = {Long.MAX_VALUE};
        forEach((id, version) -> lowest[0] = Math.min(lowest[0], id));
        return lowest[0];
    }

    /** Highest id, of at least one. */
    long highest() {
        long[] highest = {Long.MIN_VALUE};
        forEach((id, version) -> highest[0] = Math.max(highest[0], id));
        return highest[0];
    }

    public long get(long id) {
        return versions[place(id)];
    }

    public void forEach(Entry each) {
        for (int at = 0; at < ids.length; at++) {
            if (versions[at] != NONE) {
                each.accept(ids[at], versions[at]);
            }
        }
    }

    void clear() {
        Arrays.fill(versions, NONE);
        size = 0;
    }

    private int place(long id) {
        int mask = ids.length - 1;
        int at = (int) (id * SPREAD >>> 32) & mask;
        while (versions[at] != NONE && ids[at] != id) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        long[] oldIds = ids;
        long[] oldVersions = versions;
        ids = new long[2 * oldIds.length];
        versions = new long[2 * oldIds.length];
        Arrays.fill(versions, NONE);
        for (int index = 0; index < oldIds.length; index++) {
            if (oldVersions[index] != NONE) {
                int at = place(oldIds[index]);
                ids[at] = oldIds[index];
                versions[at] = oldVersions[index];
            }
        }
    }
}
