package dev.tidemark.simulator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The order in which the lines of a bulk file come: each root followed by its children; or, ungrouped, a child anywhere after
 * its parent; or, as a fault, anything anywhere. Holds back a bounded number of lines.
 */
final class LineOrder {
    /** How lines are arranged. */
    enum Kind {
        GROUPED(0),
        UNGROUPED(96),
        SHUFFLED(50_000);

        private final int heldBack;

        Kind(int heldBack) {
            this.heldBack = heldBack;
        }
    }

    private final Kind kind;
    private final LineFile file;
    private final Dice dice;
    private final List<byte[]> held = new ArrayList<>();
    private long drawn;

    LineOrder(Kind kind, LineFile file, Dice dice) {
        this.kind = kind;
        this.file = file;
        this.dice = dice;
    }

    void root(byte[] source, int from, int count) throws IOException {
        if (kind == Kind.SHUFFLED) {
            hold(source, from, count);
        } else {
            file.line(source, from, count);
        }
    }

    void child(byte[] source, int from, int count) throws IOException {
        // Half of the children follow at once; copying all would cost more than the disorder is worth.
        boolean atOnce = kind == Kind.GROUPED || (kind == Kind.UNGROUPED && dice.percent(50, drawn++, 1));
        if (atOnce) {
            file.line(source, from, count);
        } else {
            hold(source, from, count);
        }
    }

    /** Writes what is still held back. */
    void finish() throws IOException {
        while (!held.isEmpty()) {
            release();
        }
    }

    private void hold(byte[] source, int from, int count) throws IOException {
        held.add(Arrays.copyOfRange(source, from, from + count));
        if (held.size() > kind.heldBack) {
            release();
        }
    }

    private void release() throws IOException {
        int chosen = dice.below(held.size(), drawn++, 2);
        byte[] line = held.get(chosen);
        byte[] last = held.remove(held.size() - 1);
        if (chosen < held.size()) {
            held.set(chosen, last);
        }
        file.line(line, 0, line.length);
    }
}
