package dev.tidemark.webhook;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The headers of a delivery. A header that is there twice, or under two names with two values, is ambiguous: a proxy may
 * have looked at the other one, so it is refused. Immutable.
 */
final class DeliveryHeaders {
    private final Map<String, Object> values;

    /** @param values by name in any case; a header that was sent several times has a list of values */
    DeliveryHeaders(Map<String, Object> values) {
        TreeMap<String, Object> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        anyCase.putAll(values);
        this.values = anyCase;
    }

    /**
     * A header's value.
     *
     * @param names what the vendor may call it
     * @throws DeliveryRefused when there are two different ones
     */
    Optional<String> one(String... names) {
        List<String> found = Stream.of(names)
                .map(values::get)
                .filter(value -> value != null)
                .flatMap(value -> value instanceof Iterable<?> several ? stream(several) : Stream.of(value.toString()))
                .toList();
        // The same header twice is refused even where both are alike.
        boolean severalOfOneName = Stream.of(names).anyMatch(name -> values.get(name) instanceof Iterable<?>);
        if (severalOfOneName || found.stream().distinct().count() > 1) {
            throw new DeliveryRefused(
                    DeliveryRefused.Kind.UNVERIFIED, "The header " + names[0] + " is there more than once");
        }
        return found.stream().findFirst();
    }

    private static Stream<String> stream(Iterable<?> values) {
        return StreamSupport.stream(values.spliterator(), false).map(String::valueOf);
    }
}
