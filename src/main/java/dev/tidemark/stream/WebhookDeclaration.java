package dev.tidemark.stream;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the vendor's webhooks tell of a stream's records: a second way to the same columns. A column that has no way here, or
 * whose value a delivery does not carry, stays as it is stored.
 *
 * @param record keys that lead from a delivery's body to the root, or to the child where the topic is about one; empty: it
 *     is the body itself
 * @param root the topics about roots, and where their columns are
 * @param child the same of children; empty when deliveries tell nothing of them
 */
public record WebhookDeclaration(List<String> record, Part root, Optional<Part> child) {
    public WebhookDeclaration {
        record = List.copyOf(record);
    }

    /**
     * One type of record.
     *
     * @param write topics whose body has the record as it is after the event
     * @param delete topics whose body names a record that is gone
     * @param list keys that lead from a root to the list of its children; empty where a root does not carry them
     * @param whole whether that list has every child, so that one which is not in it was removed
     * @param parent keys that lead from a child to its root's id, in topics about a child alone; empty when there are none
     * @param values where columns are found, by the column's name, the key first
     */
    public record Part(
            List<String> write,
            List<String> delete,
            List<String> list,
            boolean whole,
            List<String> parent,
            Map<String, Value> values) {
        public Part {
            write = List.copyOf(write);
            delete = List.copyOf(delete);
            list = List.copyOf(list);
            parent = List.copyOf(parent);
            values = new LinkedHashMap<>(values);
        }
    }

    /**
     * Where a column's value is found and how it becomes what the stream's own query would have read.
     *
     * @param path keys that lead to it
     * @param form what is done to it
     * @param names what it is called in the tables, by what the delivery calls it; {@code null} stands for no value
     * @param times keys that lead to a number it is multiplied by; empty: by none
     * @param less keys that lead to a number that is taken off after that; empty: none
     */
    public record Value(
            List<String> path, Form form, Map<String, String> names, List<String> times, List<String> less) {
        public Value {
            path = List.copyOf(path);
            names = Map.copyOf(names);
            times = List.copyOf(times);
            less = List.copyOf(less);
        }
    }

    /** What is done to a value. */
    public enum Form {
        /** Nothing. */
        SAME,
        /** Written in capitals, as the Admin API writes what its webhooks write in small letters. */
        UPPER,
        /** A text with commas becomes a list. */
        LIST
    }
}
