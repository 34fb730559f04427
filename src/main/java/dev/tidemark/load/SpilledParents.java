package dev.tidemark.load;

/** Parents that spilled children name, and the versions under which the file has them. */
final class SpilledParents {
    /** Stands for the version of a parent that was not found yet. */
    private static final long AWAITED = VersionMap.NONE + 1;

    private final VersionMap versions;

    SpilledParents(int expected) {
        this.versions = new VersionMap(expected);
    }

    void await(long parent) {
        versions.put(parent, AWAITED);
    }

    /** Takes note of a root in the file; of one that is there twice the newer version counts. */
    void found(long parent, long version) {
        long before = versions.get(parent);
        if (before != VersionMap.NONE && version > before) {
            versions.put(parent, version);
        }
    }

    /** Takes back a parent that is in the file but set aside in that version. */
    void setAside(long parent, long version) {
        long found = versions.get(parent);
        if (found != VersionMap.NONE && (version == InstantText.NONE || version >= found)) {
            versions.put(parent, AWAITED);
        }
    }

    /** The version of a parent; {@link VersionMap#NONE} when it is not in the file. */
    long version(long parent) {
        long version = versions.get(parent);
        return version == AWAITED ? VersionMap.NONE : version;
    }
}
