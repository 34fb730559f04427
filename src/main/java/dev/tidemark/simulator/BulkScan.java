package dev.tidemark.simulator;

import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/** Writes the result of a bulk query: walks the shop and renders each record found and its children as lines. */
final class BulkScan {
    // What "sortKey omits records" looks like: one of so many is left out, silently.
    private static final long SORTED_LEAVES_OUT_ONE_OF = 97;

    /** Ends a scan whose operation was canceled. */
    static final class Stopped extends IOException {
        private static final long serialVersionUID = 1;

        Stopped() {
            super("The operation was canceled");
        }
    }

    private final String version;
    private final LineFile file;
    private final LineOrder order;
    private final RecordFaults damage;
    private final ScanChanges changes;
    private final BooleanSupplier stopped;
    private final JsonBytes line = new JsonBytes();
    private long rank;
    private volatile long roots;

    BulkScan(
            String version,
            LineFile file,
            LineOrder order,
            RecordFaults damage,
            ScanChanges changes,
            BooleanSupplier stopped) {
        this.version = version;
        this.file = file;
        this.order = order;
        this.damage = damage;
        this.changes = changes;
        this.stopped = stopped;
    }

    /** Records of the top level written so far. */
    long roots() {
        return roots;
    }

    long lines() {
        return file.lines();
    }

    void run(BulkQuery query) throws IOException {
        BulkQuery.Root<?> damaged = query.roots().stream()
                .filter(root -> root.list().name().equals("orders"))
                .findFirst()
                .orElse(query.roots().get(0));
        for (BulkQuery.Root<?> root : query.roots()) {
            records(root, root == damaged);
        }
        order.finish();
    }

    /** @param damaged whether faults and changes during the scan concern this list */
    private <S> void records(BulkQuery.Root<S> root, boolean damaged) throws IOException {
        RootList<S> list = root.list();
        SearchFilter<S> filter = list.filter(root.search(), version);
        if (damaged) {
            long expected = damage.needsCount() || changes.needsCount() ? count(list, filter) : 0;
            damage.begin(expected, root.selection());
            changes.begin(expected);
        }
        ToLongFunction<S> number = list.sortedBy("ORDER_NUMBER");
        list.walk().through(filter, updatedAt -> true, found -> {
            boolean leftOut = root.sorted() && number.applyAsLong(found) % SORTED_LEAVES_OUT_ONE_OF == 0;
            if (!leftOut && damaged) {
                long id = list.id().applyAsLong(found);
                damageable(found, id, root.selection());
                changes.written(id, rank);
            } else if (!leftOut) {
                record(found, root.selection());
            }
        });
    }

    private static <S> long count(RootList<S> list, SearchFilter<S> filter) throws IOException {
        long[] count = {0};
        list.walk().through(filter, updatedAt -> true, found -> count[0]++);
        return count[0];
    }

    private <S> void damageable(S found, long id, Selection<S> selection) throws IOException {
        if (!damage.concerns(id, rank++)) {
            record(found, selection);
            return;
        }
        line.clear();
        selection.writeRoot(found, line);
        byte[] whole = line.copyFrom(0);
        for (byte[] damaged : damage.applyTo(whole, firstChild(found, selection), id)) {
            order.root(damaged, 0, damaged.length);
            roots = roots + (RecordFaults.isOrphan(damaged) ? 0 : 1);
        }
        children(found, selection);
    }

    private <S> void record(S source, Selection<S> selection) throws IOException {
        if (stopped.getAsBoolean()) {
            throw new Stopped();
        }
        line.clear();
        selection.writeRoot(source, line);
        order.root(line.array(), 0, line.size());
        roots = roots + 1;
        children(source, selection);
    }

    private <S> byte[] firstChild(S source, Selection<S> selection) {
        return selection.children().isEmpty()
                ? new byte[0]
                : firstChild(source, selection, selection.children().get(0));
    }

    private <S, C> byte[] firstChild(S source, Selection<S> selection, Selection.Children<S, C> children) {
        line.clear();
        children.of(source).stream().limit(1).forEach(child -> children.selection()
                .writeChild(child, selection, source, line));
        return line.copyFrom(0);
    }

    private <S> void children(S source, Selection<S> selection) throws IOException {
        for (Selection.Children<S, ?> children : selection.children()) {
            children(source, selection, children);
        }
    }

    private <S, C> void children(S source, Selection<S> selection, Selection.Children<S, C> children)
            throws IOException {
        List<C> below = children.of(source);
        for (C child : below) {
            line.clear();
            children.selection().writeChild(child, selection, source, line);
            order.child(line.array(), 0, line.size());
        }
    }
}
