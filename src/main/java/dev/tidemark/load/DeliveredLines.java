package dev.tidemark.load;

import java.util.List;
import java.util.Set;

/**
 * A delivered record in the shape of a bulk file: its lines, and which columns they give a value to.
 *
 * @param lines the root, if it is told, and then its children, a JSON object each
 * @param rootGiven columns of the root that have a value, be it none
 * @param childGiven the same of the children; what one of them does not give, none gives
 * @param whole whether every child is there, so that one which is not was removed
 */
public record DeliveredLines(List<byte[]> lines, Set<String> rootGiven, Set<String> childGiven, boolean whole) {
    public DeliveredLines {
        lines = List.copyOf(lines);
        rootGiven = Set.copyOf(rootGiven);
        childGiven = Set.copyOf(childGiven);
    }
}
