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
 * @param fetch how they are fetched; {@code bulk} is the one way so far
 * @param groupObjects whether the source is asked to write children next to their parent
 * @param requiredScopes what the store's token must be allowed to do
 * @param windowField the source's search field that a window is laid over
 * @param query GraphQL document with a place, {@value #WINDOW_PLACE}, for the window
 * @param root the record that has a version of its own
 * @param child the record that belongs to a root and has its version; empty when the stream has none
 */
public record StreamDeclaration(
        String name,
        String source,
        String fetch,
        boolean groupObjects,
        List<String> requiredScopes,
        String windowField,
        String query,
        RecordDeclaration root,
        Optional<RecordDeclaration> child) {
    /** Where a query takes its window. */
    public static final String WINDOW_PLACE = "{{window}}";

    public StreamDeclaration {
        requiredScopes = List.copyOf(requiredScopes);
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

    /** The root and, where there is one, the child. */
    public Stream<RecordDeclaration> records() {
        return Stream.concat(Stream.of(root), child.stream());
    }

    /** The search filter of a window in the source's own syntax; empty when the window is open on both sides. */
    public String filter(Optional<Instant> from, Optional<Instant> to) {
        List<String> terms = new ArrayList<>();
        from.map(time -> time.truncatedTo(ChronoUnit.SECONDS))
                .ifPresent(time -> terms.add(windowField + ":>='" + time + "'"));
        to.map(StreamDeclaration::nextWholeSecond).ifPresent(time -> terms.add(windowField + ":<'" + time + "'"));
        return String.join(" AND ", terms);
    }

    /** The connection that the query reads, such as {@code orders}: the word before the window's place. */
    public String rootField() {
        String before = query.substring(0, query.indexOf(WINDOW_PLACE));
        return before.substring(1 + Math.max(before.lastIndexOf(' '), before.lastIndexOf('\n')));
    }

    private static Instant nextWholeSecond(Instant time) {
        Instant second = time.truncatedTo(ChronoUnit.SECONDS);
        return second.equals(time) ? second : second.plusSeconds(1);
    }
}
