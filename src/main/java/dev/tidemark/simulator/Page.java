package dev.tidemark.simulator;

import java.util.List;
import java.util.function.Function;

/**
 * One page of a connection.
 *
 * @param connection the field's name
 * @param nested whether it is not at the top of the query
 * @param cursor tells a node's cursor
 */
record Page<T>(
        String connection,
        boolean nested,
        List<T> nodes,
        Function<T, String> cursor,
        boolean hasNext,
        boolean hasPrevious) {

    /** A node with its cursor. */
    record Edge<T>(T node, String cursor) {}

    List<Edge<T>> edges() {
        return nodes.stream().map(node -> new Edge<>(node, cursor.apply(node))).toList();
    }
}
