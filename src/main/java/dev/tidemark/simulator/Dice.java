package dev.tidemark.simulator;

/**
 * Random numbers by position instead of by sequence: the same seed, subject and question always give the same answer, so
 * that order 9,000,000 can be computed without the orders before it.
 */
public record Dice(long seed) {

    /** 64 well mixed bits (the finalizer of SplitMix64). */
    public long bits(long subject, int question) {
        long z = seed * 0x9E3779B97F4A7C15L + subject * 0xD1B54A32D192ED03L + question * 0x8CB92BA72F3D8DD7L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** At least 0, below the bound. */
    public int below(int bound, long subject, int question) {
        return (int) ((bits(subject, question) >>> 33) % bound);
    }

    public long belowLong(long bound, long subject, int question) {
        return (bits(subject, question) >>> 2) % bound;
    }

    public boolean percent(int chance, long subject, int question) {
        return below(100, subject, question) < chance;
    }
}
