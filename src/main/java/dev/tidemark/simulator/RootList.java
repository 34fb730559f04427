package dev.tidemark.simulator;

import java.io.IOException;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;

/**
 * A connection at the top of the API: what it lists, how that is searched and sorted.
 *
 * @param scope what an app must be granted to read it
 * @param sortKeys by the names of the API; any other key sorts by id
 */
record RootList<S>(
        String name,
        RecordType<S> type,
        String scope,
        SearchFilter.Fields<S> searchFields,
        Map<String, ToLongFunction<S>> sortKeys,
        ToLongFunction<S> id,
        Walk<S> walk) {

    /** Shows every record that a search finds, in any order. */
    interface Walk<S> {
        /** @param worthwhile tells by its update time whether a record is wanted at all; may be ignored */
        void through(SearchFilter<S> filter, LongPredicate worthwhile, Records.Visitor<S> visitor) throws IOException;
    }

    SearchFilter<S> filter(String query, String version) {
        return new SearchFilter<>(
                query, searchFields, OrderSearch.SHOP_ZONE, ApiVersions.comparesWholeSeconds(version));
    }

    ToLongFunction<S> sortedBy(String key) {
        return sortKeys.getOrDefault(key, id);
    }
}
