package dev.tidemark;

/** Placeholder. */
public final class Tidemark {
    public static void main(String[] args) {}
}
