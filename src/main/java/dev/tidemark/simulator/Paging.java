package dev.tidemark.simulator;

import graphql.GraphqlErrorException;
import graphql.schema.DataFetchingEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;

/** Cuts what a connection lists into pages, by the sort key and then the id, and shows the faults that pages can have. */
final class Paging {
    private static final int MOST_PER_PAGE = 250;

    /** Offers every record that belongs to a list, in any order. */
    interface Source<T> {
        /** @param worthwhile tells by its sort key whether a record can be on the page; may be ignored */
        void offerTo(LongPredicate worthwhile, Consumer<T> offer) throws IOException;
    }

    private final Faults faults;

    Paging(Faults faults) {
        this.faults = faults;
    }

    /** The page that the arguments of a field ask for, keeping no more than one page in memory. */
    <T> Page<T> page(DataFetchingEnvironment environment, ToLongFunction<T> key, ToLongFunction<T> id, Source<T> source)
            throws IOException {
        int size = size(environment);
        String connection = environment.getField().getName();
        boolean nested = !environment
                .getParentType()
                .equals(environment.getGraphQLSchema().getQueryType());
        if (nested) {
            size = (int) Math.min(
                    size,
                    strike(Fault.PAGE_TRUNCATED_NESTED, connection, true)
                            .map(fault -> 1L)
                            .orElse(Long.MAX_VALUE));
        }
        boolean backwards = environment.getArgument("last") != null;
        boolean descending = Boolean.TRUE.equals(environment.getArgument("reverse")) ^ backwards;
        String cursor = environment.getArgument(backwards ? "before" : "after");
        Optional<long[]> at = Optional.ofNullable(cursor).map(Paging::decode);
        if (at.isPresent() && strike(Fault.PAGE_REPEATED, connection, nested).isPresent()) {
            return repeated(connection, nested, at.get(), size, key, id, source);
        }
        Comparator<T> order = Comparator.comparingLong(key).thenComparingLong(id);
        Comparator<T> walk = descending ? order.reversed() : order;
        Nearest<T> nearest = new Nearest<>(walk, size + 1);
        source.offerTo(
                place -> descending || ((at.isEmpty() || place >= at.get()[0]) && nearest.takes(place, key)),
                record -> {
                    if (at.isEmpty() || isBeyond(record, at.get(), key, id, descending)) {
                        nearest.offer(record);
                    }
                });
        List<T> nodes = nearest.sorted();
        boolean more = nodes.size() > size;
        if (more) {
            nodes.remove(size);
        }
        if (backwards) {
            Collections.reverse(nodes);
        }
        return new Page<>(
                connection,
                nested,
                nodes,
                record -> encode(key.applyAsLong(record), id.applyAsLong(record), ""),
                backwards ? at.isPresent() : more,
                backwards ? more : at.isPresent());
    }

    Map<String, Object> pageInfo(Page<?> page) {
        List<? extends Page.Edge<?>> edges = page.edges();
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("hasNextPage", page.hasNext());
        info.put("hasPreviousPage", page.hasPrevious());
        info.put("startCursor", edges.isEmpty() ? null : edges.get(0).cursor());
        info.put(
                "endCursor",
                edges.isEmpty() ? null : edges.get(edges.size() - 1).cursor());
        if (strike(Fault.CURSOR_LOOP, page.connection(), page.nested()).isPresent()) {
            info.put("hasNextPage", true);
            info.put("endCursor", info.get("startCursor"));
        }
        if (strike(Fault.PAGE_WITHOUT_CURSOR, page.connection(), page.nested()).isPresent()) {
            info.put("hasNextPage", true);
            info.put("endCursor", null);
        }
        return info;
    }

    static RuntimeException badRequest(String message) {
        return GraphqlErrorException.newErrorException()
                .message(message)
                .extensions(Map.of("code", "BAD_REQUEST"))
                .build();
    }

    private static int size(DataFetchingEnvironment environment) {
        Integer first = environment.getArgument("first");
        Integer last = environment.getArgument("last");
        if (first == null && last == null) {
            throw badRequest("you must provide one of first or last");
        }
        if (first != null && last != null) {
            throw badRequest("providing both first and last is not supported");
        }
        int size = first != null ? first : last;
        if (size > MOST_PER_PAGE || size < 1) {
            throw badRequest(
                    "Argument 'first' has an invalid value (" + size + "). Expected at most " + MOST_PER_PAGE + ".");
        }
        return size;
    }

    /** A fault with an argument strikes the connection of that name; without one, those at the top of a query. */
    private Optional<Faults.Active> strike(Fault fault, String connection, boolean nested) {
        return faults.strike(
                fault,
                active -> active.argument().isEmpty()
                        ? !nested || fault == Fault.PAGE_TRUNCATED_NESTED
                        : active.argument().equals(connection));
    }

    /** The page that ends at the cursor, again, under a cursor that reads otherwise but means the same place. */
    private static <T> Page<T> repeated(
            String connection,
            boolean nested,
            long[] at,
            int size,
            ToLongFunction<T> key,
            ToLongFunction<T> id,
            Source<T> source)
            throws IOException {
        Comparator<T> order = Comparator.comparingLong(key).thenComparingLong(id);
        Nearest<T> nearest = new Nearest<>(order.reversed(), size);
        source.offerTo(place -> place <= at[0], record -> {
            if (!isBeyond(record, at, key, id, false)) {
                nearest.offer(record);
            }
        });
        List<T> nodes = nearest.sorted();
        Collections.reverse(nodes);
        String again = ",\"page\":\"" + System.nanoTime() + "\"";
        return new Page<>(
                connection,
                nested,
                nodes,
                record -> encode(key.applyAsLong(record), id.applyAsLong(record), again),
                true,
                true);
    }

    private static <T> boolean isBeyond(
            T record, long[] at, ToLongFunction<T> key, ToLongFunction<T> id, boolean descending) {
        int byKey = Long.compare(key.applyAsLong(record), at[0]);
        int place = byKey != 0 ? byKey : Long.compare(id.applyAsLong(record), at[1]);
        return descending ? place < 0 : place > 0;
    }

    private static String encode(long key, long id, String more) {
        String text = "{\"last_id\":" + id + ",\"last_value\":\"" + key + "\"" + more + "}";
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static long[] decode(String cursor) {
        try {
            String[] numbers = new String(Base64.getDecoder().decode(cursor), StandardCharsets.UTF_8).split("[^-0-9]+");
            return new long[] {Long.parseLong(numbers[2]), Long.parseLong(numbers[1])};
        } catch (RuntimeException notOurs) {
            throw badRequest("Invalid cursor for current pagination sort.");
        }
    }

    /** The first so many of what is offered. */
    private static final class Nearest<T> {
        private final int most;
        private final Comparator<T> order;
        /** The last of what is kept is on top, so that it can make room for an earlier one. */
        private final PriorityQueue<T> kept;

        Nearest(Comparator<T> order, int most) {
            this.order = order;
            this.most = most;
            this.kept = new PriorityQueue<>(order.reversed());
        }

        /** Whether a record with this key may still be among the first, for an order that rises with the key. */
        boolean takes(long place, ToLongFunction<T> key) {
            return kept.size() < most || place <= key.applyAsLong(kept.peek());
        }

        void offer(T record) {
            kept.add(record);
            if (kept.size() > most) {
                kept.poll();
            }
        }

        List<T> sorted() {
            List<T> records = new ArrayList<>(kept);
            records.sort(order);
            return records;
        }
    }
}
