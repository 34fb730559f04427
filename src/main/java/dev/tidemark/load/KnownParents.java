package dev.tidemark.load;

/**
 * Parents that this attempt has committed, the latest ones only: a child far behind its parent is joined at the end of
 * the file instead. Thread-safe; its memory is bounded.
 */
final class KnownParents {
    private static final int GENERATION = 1 << 17;

    private VersionMap young = new VersionMap(GENERATION / 8);
    private VersionMap old = new VersionMap(0);

    /** The version of a parent; {@link VersionMap#NONE} when it is not known. */
    synchronized long version(long parent) {
        long version = young.get(parent);
        return version == VersionMap.NONE ? old.get(parent) : version;
    }

    /** Takes note of a committed chunk's parents. */
    synchronized void add(VersionMap committed) {
        committed.forEach((id, version) -> {
            if (young.size() >= GENERATION) {
                old = young;
                young = new VersionMap(GENERATION / 8);
            }
            // An older reading of the same parent, later in the file, does not make its children older.
            young.put(id, Math.max(version, version(id)));
        });
    }
}
