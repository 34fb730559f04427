package dev.tidemark.stream;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A stream as its file in {@code streams/} declares it. Immutable and valid: {@link StreamCatalog} refuses others.
 *
 * @param name such as {@code shopify-orders}
 * @param source vendor system the records come from, such as {@code shopify}
 * @param fetch how they are fetched: {@code bulk} or {@code pages}
 * @param groupObjects whether the source is asked to write children next to their parent
 * @param requiredScopes what the store's token must be allowed to do
 * @param windowField the source's search field that a window is laid over; empty when every run reads everything
 * @param wholeDays whether the source compares that field by whole days of the shop, so that an upper end is laid later
 * @param search further terms of the source's search; empty when the window is all that is asked for
 * @param dailySnapshot whether what a run has loaded is kept once a day, as it was then
 * @param tellsDeletions whether its records are the shop's own word on deleted products
 * @param query GraphQL document; one for a bulk operation has a place, {@value #WINDOW_PLACE}, for the window; empty where
 *     the source is not asked in GraphQL
 * @param scan GraphQL document that reads no more of a page than ids and versions; empty where one is made of the declaration
 * @param pages how pages are read; empty for a bulk stream
 * @param root the record that has a version of its own
 * @param child the record that belongs to a root and has its version; empty when the stream has none
 */
public record StreamDeclaration(
        String name,
        String source,
        String fetch,
        boolean groupObjects,
        List<String> requiredScopes,
        Optional<String> windowField,
        boolean wholeDays,
        Optional<String> search,
        boolean dailySnapshot,
        boolean tellsDeletions,
        String query,
        Optional<String> scan,
        Optional<Pages> pages,
        RecordDeclaration root,
        Optional<RecordDeclaration> child) {
    /** Where a query takes its window. */
    public static final String WINDOW_PLACE = "{{window}}";

    public StreamDeclaration {
        requiredScopes = List.copyOf(requiredScopes);
    }

    /**
     * How a stream is read page by page.
     *
     * @param size records or their containers asked for in one page, 1 to 250
     * @param records keys that lead from an answer's data to the records; lists on the way are gone through
     * @param children keys that lead from a record to its children; empty when it has none
     * @param drain GraphQL document for the children that one page did not show; empty when children come whole
     * @param path path of the list below the source's address; empty where GraphQL is asked
     */
    public record Pages(
            int size, List<String> records, List<String> children, Optional<String> drain, Optional<String> path) {
        public Pages {
            records = List.copyOf(records);
            children = List.copyOf(children);
        }
    }

    /**
     * The document for a bulk operation over a closed-open window.
     *
     * <p>Times are quoted and in UTC: unquoted, the vendor drops the time of day and uses the shop's zone. It knows whole
     * seconds only, so both ends are widened to them; reading a record twice is harmless, missing one is not.
     *
     * @param from first moment of the window; empty reads from the beginning
     * @param to first moment after the window; empty reads to the end
     */
    public String bulkQuery(Optional<Instant> from, Optional<Instant> to) {
        String filter = filter(from, to);
        return query.replace(WINDOW_PLACE, filter.isEmpty() ? "" : "(query: \"" + filter + "\")");
    }

    /**
     * The document that reads ids and versions only, of a bulk operation with its window.
     *
     * @param from first update that is asked for; empty reads everything
     */
    public String scanQuery(Optional<Instant> from) {
        if (pages.isPresent()) {
            return scan.orElse(query);
        }
        String filter = filter(from, Optional.empty());
        return "{ " + rootField() + (filter.isEmpty() ? "" : "(query: \"" + filter + "\")")
                + " { edges { node { __typename id"
                + versionPath().map(StreamDeclaration::selection).orElse("") + " } } } }";
    }

    /** Where a record's version is in what the source sends. */
    public Optional<List<String>> versionPath() {
        return root.versionColumn()
                .map(version -> root.columns().get(root.indexOf(version)))
                .map(column -> column.paths().get(0));
    }

    /** Whether a scan of ids tells which records are gone; what a shop says of deletions stays said. */
    public boolean isReconcilable() {
        return !tellsDeletions;
    }

    private static String selection(List<String> path) {
        return " " + String.join(" { ", path) + " }".repeat(path.size() - 1);
    }

    /** The root and, where there is one, the child. */
    public Stream<RecordDeclaration> records() {
        return Stream.concat(Stream.of(root), child.stream());
    }

    /** The search filter of a window in the source's own syntax; empty when the window is open on both sides. */
    public String filter(Optional<Instant> from, Optional<Instant> to) {
        List<String> terms = new ArrayList<>();
        windowField.ifPresent(field -> {
            from.map(time -> time.truncatedTo(ChronoUnit.SECONDS))
                    .ifPresent(time -> terms.add(field + ":>='" + time + "'"));
            to.map(this::upperEnd).ifPresent(time -> terms.add(field + ":<'" + time + "'"));
        });
        search.ifPresent(terms::add);
        return String.join(" AND ", terms);
    }

    /** The connection that the query reads, such as {@code orders}. */
    public String rootField() {
        return pages.map(each -> each.records().get(0)).orElseGet(() -> {
            // The first word of the document: '{ orders(query: …'.
            String text = query.substring(query.indexOf('{') + 1).strip();
            return text.split("\\W", 2)[0];
        });
    }

    /** Whether something follows from what a run has loaded: measurements of days, the day's snapshot, or deletions. */
    public boolean isTransformed() {
        return dailySnapshot || tellsDeletions || !root.dayColumns().isEmpty();
    }

    /** Whether a run reads only what changed since the watermark. */
    public boolean isWindowed() {
        return windowField.isPresent();
    }

    private Instant upperEnd(Instant time) {
        // The day of the upper end is left out whole, in a zone that may be a day ahead or behind.
        return wholeDays ? nextWholeSecond(time).plus(2, ChronoUnit.DAYS) : nextWholeSecond(time);
    }

    private static Instant nextWholeSecond(Instant time) {
        Instant second = time.truncatedTo(ChronoUnit.SECONDS);
        return second.equals(time) ? second : second.plusSeconds(1);
    }
}
