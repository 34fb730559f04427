package dev.tidemark.verify;

import dev.tidemark.stream.ColumnDeclaration;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamDeclaration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The tables of a stream as the places of the statements in {@code sql/verify}. */
final class Family {
    private Family() {}

    /** Places of {@code compare_roots.sql}. */
    static Map<String, String> root(StreamDeclaration stream, List<String> arrayTypes) {
        RecordDeclaration root = stream.root();
        Map<String, String> places = record(root, arrayTypes);
        places.put("version", quoted(root.versionColumn().orElseThrow()));
        return places;
    }

    /** Places of {@code compare_source.sql} and {@code count_days.sql}. */
    static Map<String, String> source(StreamDeclaration stream) {
        RecordDeclaration root = stream.root();
        String version = quoted(root.versionColumn().orElseThrow());
        Map<String, String> places = new HashMap<>();
        places.put("table", quoted(root.table()));
        places.put("table_name", root.table());
        places.put("key", quoted(root.keyColumn()));
        places.put("version", version);
        places.put(
                "made_at",
                root.indexOf("created_at") < 0 ? "t." + version : "coalesce(t.created_at, t." + version + ")");
        return places;
    }

    /** Places of {@code compare_children.sql}. */
    static Map<String, String> child(StreamDeclaration stream, List<String> arrayTypes) {
        Map<String, String> places = record(stream.child().orElseThrow(), arrayTypes);
        places.putAll(parents(stream));
        places.put("root_version", quoted(stream.root().versionColumn().orElseThrow()));
        places.put("lookup", stream.child().orElseThrow().isKeyedWithinParent() ? "false" : "true");
        return places;
    }

    /** Places that lead from a child to its root. */
    static Map<String, String> parents(StreamDeclaration stream) {
        RecordDeclaration child = stream.child().orElseThrow();
        Map<String, String> places = new HashMap<>();
        places.put("table", quoted(child.table()));
        places.put("parent", quoted(child.parent().orElseThrow().column()));
        places.put("parent_version", quoted(child.parent().orElseThrow().versionColumn()));
        places.put("root_table", quoted(stream.root().table()));
        places.put("root_key", quoted(stream.root().keyColumn()));
        return places;
    }

    static String quoted(String identifier) {
        return '"' + identifier + '"';
    }

    private static Map<String, String> record(RecordDeclaration record, List<String> arrayTypes) {
        Map<String, String> places = new HashMap<>();
        places.put("table", quoted(record.table()));
        places.put("table_name", record.table());
        places.put("key", quoted(record.keyColumn()));
        places.put(
                "arrays",
                arrayTypes.stream().map(type -> "cast(? as " + type + ")").collect(Collectors.joining(", ")));
        places.put("columns", listed(record, ""));
        places.put("selected", record.columns().stream().map(Family::selected).collect(Collectors.joining(", ")));
        places.put("archived_row", listed(record, "e."));
        places.put("stored_row", listed(record, "s."));
        return places;
    }

    private static String listed(RecordDeclaration record, String prefix) {
        return record.columns().stream()
                .map(column -> prefix + quoted(column.name()))
                .collect(Collectors.joining(", "));
    }

    /** JSON travels as text. */
    private static String selected(ColumnDeclaration column) {
        String name = quoted(column.name());
        return column.type().word().equals("json") ? "cast(" + name + " as jsonb) as " + name : name;
    }
}
