package dev.tidemark.simulator;

import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;

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

    private final SimulatedShop shop;
    private final long createdFrom;
    private final String version;
    private final LineFile file;
    private final LineOrder order;
    private final RecordFaults damage;
    private final ScanChanges changes;
    private final BooleanSupplier stopped;
    private final JsonBytes line = new JsonBytes();
    private long rank;
    private volatile long roots;

    /** @param createdFrom orders made before (milliseconds) are not shown to the app */
    BulkScan(
            SimulatedShop shop,
            long createdFrom,
            String version,
            LineFile file,
            LineOrder order,
            RecordFaults damage,
            ScanChanges changes,
            BooleanSupplier stopped) {
        this.shop = shop;
        this.createdFrom = createdFrom;
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
        for (BulkQuery.Root<?> root : query.roots()) {
            if (root.type() == ShopTypes.ORDER) {
                orders(root);
            } else {
                products(root);
            }
        }
        order.finish();
    }

    @SuppressWarnings("unchecked") // the type of the root was compared
    private void orders(BulkQuery.Root<?> root) throws IOException {
        Selection<Order> selection = (Selection<Order>) root.selection();
        SearchFilter<Order> filter = OrderSearch.orders(root.search(), version);
        long expected = damage.needsCount() || changes.needsCount() ? count(filter) : 0;
        damage.begin(expected, selection);
        changes.begin(expected);
        shop.search(filter, found -> {
            boolean leftOut = root.sorted() && found.number() % SORTED_LEAVES_OUT_ONE_OF == 0;
            if (!leftOut && found.createdAt() >= createdFrom) {
                order(found, selection);
                changes.written(found.id(), rank);
            }
        });
    }

    private long count(SearchFilter<Order> filter) throws IOException {
        long[] count = {0};
        shop.search(filter, found -> count[0]++);
        return count[0];
    }

    private void order(Order found, Selection<Order> selection) throws IOException {
        if (!damage.concerns(found.id(), rank++)) {
            record(found, selection);
            return;
        }
        line.clear();
        selection.writeRoot(found, line);
        byte[] whole = line.copyFrom(0);
        for (byte[] damaged : damage.applyTo(whole, firstChild(found, selection), found.id())) {
            order.root(damaged, 0, damaged.length);
            roots = roots + (RecordFaults.isOrphan(damaged) ? 0 : 1);
        }
        children(found, selection);
    }

    @SuppressWarnings("unchecked") // the type of the root was compared
    private void products(BulkQuery.Root<?> root) throws IOException {
        SearchFilter<Product> filter = OrderSearch.products(root.search(), version);
        for (Product product : shop.range().products()) {
            if (filter.matches(product)) {
                record(product, (Selection<Product>) root.selection());
            }
        }
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
