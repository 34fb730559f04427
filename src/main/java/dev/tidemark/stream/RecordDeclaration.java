package dev.tidemark.stream;

import java.util.List;
import java.util.Optional;

/**
 * One type of record in a stream and the table it is written to.
 *
 * @param name short word for it; the stream's SQL statement receives each column as an array {@code <name>_<column>}
 * @param type the source's own name for it, as in {@code __typename} and in {@code gid://shopify/<type>/1}
 * @param table table it is written to; with the key it names the record: {@code order_header:123}
 * @param keyColumn column that holds its id; of type {@link ColumnType#GID} or {@link ColumnType#ID}
 * @param versionColumn column that tells which of two readings is newer; empty for a child, which has its parent's
 * @param parent how a child belongs to its root; empty for a root
 * @param dayColumns times of which the first that is set tells the shop's day that a root belongs to; empty when the
 *     stream has no part in the daily measurements
 * @param columns every column that is read, the key first
 */
public record RecordDeclaration(
        String name,
        String type,
        String table,
        String keyColumn,
        Optional<String> versionColumn,
        Optional<Parent> parent,
        List<String> dayColumns,
        List<ColumnDeclaration> columns) {
    public RecordDeclaration {
        dayColumns = List.copyOf(dayColumns);
        columns = List.copyOf(columns);
    }

    /**
     * How a child belongs to its root.
     *
     * @param column column that holds the root's id
     * @param versionColumn column that holds the version of the root it was read with
     * @param partOfKey whether the child's key tells children of one root apart only; such a key may be null
     */
    public record Parent(String column, String versionColumn, boolean partOfKey) {}

    /** Whether a child is known by its parent and its key together. */
    public boolean isKeyedWithinParent() {
        return parent.map(Parent::partOfKey).orElse(false);
    }

    /** The name by which dead letters know a record of this type. */
    public String keyOf(long id) {
        return table + ":" + id;
    }

    /**
     * The same for a child that is known within its parent.
     *
     * @param key the child's key as text; empty when it is null
     */
    public String keyOf(long parentId, String key) {
        return table + ":" + parentId + ":" + key;
    }

    /** The position of a column in {@link #columns()}; -1 when there is none of that name. */
    public int indexOf(String column) {
        for (int index = 0; index < columns.size(); index++) {
            if (columns.get(index).name().equals(column)) {
                return index;
            }
        }
        return -1;
    }
}
