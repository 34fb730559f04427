package dev.tidemark.stream;

import java.util.List;
import java.util.Optional;

/**
 * One type of record in a stream and the table it is written to.
 *
 * @param name short word for it; the stream's SQL statement receives each column as an array {@code <name>_<column>}
 * @param type the source's own name for it, as in {@code __typename} and in {@code gid://shopify/<type>/1}
 * @param table table it is written to; with the key it names the record: {@code order_header:123}
 * @param keyColumn column that holds its id; of type {@link ColumnType#GID}
 * @param versionColumn column that tells which of two readings is newer; empty for a child, which has its parent's
 * @param columns every column that is read, the key first
 */
public record RecordDeclaration(
        String name,
        String type,
        String table,
        String keyColumn,
        Optional<String> versionColumn,
        List<ColumnDeclaration> columns) {
    public RecordDeclaration {
        columns = List.copyOf(columns);
    }

    /** The name by which dead letters know a record of this type. */
    public String keyOf(long id) {
        return table + ":" + id;
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
