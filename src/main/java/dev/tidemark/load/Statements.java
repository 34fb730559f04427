package dev.tidemark.load;

import dev.tidemark.stream.ColumnType;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamDeclaration;
import freemarker.cache.ClassTemplateLoader;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The statements that write a stream's records: the templates in {@code sql/load/} with a declaration's tables and columns
 * filled in. Thread-safe.
 */
public final class Statements {
    private static final String FOLDER = "/sql/load";

    private final Configuration templates;

    public Statements() {
        templates = new Configuration(Configuration.VERSION_2_3_33);
        templates.setTemplateLoader(new ClassTemplateLoader(Statements.class, FOLDER));
        templates.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
        templates.setLogTemplateExceptions(false);
        templates.setNumberFormat("computer");
    }

    /** Writes one chunk with its ledger row. */
    public String writeChunk(StreamDeclaration stream) {
        return fill("write_chunk.sql.ftl", stream);
    }

    /** Marks children that the newest snapshot of their root no longer has; for streams that have children. */
    public String markRemoved(StreamDeclaration stream) {
        return fill("mark_removed.sql.ftl", stream);
    }

    /** Marks records that a scan of ids did not see any more; for streams that can be reconciled. */
    public String markDeleted(StreamDeclaration stream) {
        return fill("mark_deleted.sql.ftl", stream);
    }

    /** Settles dead letters whose record has arrived in a good version. */
    public String resolveLetters(StreamDeclaration stream) {
        return fill("resolve_letters.sql.ftl", stream);
    }

    /** Opens a chunk whose records are all new. */
    public String recordCopied(StreamDeclaration stream) {
        return fill("record_copied.sql.ftl", stream);
    }

    /** Opens a chunk whose records are all stored as they are. */
    public String recordUnchanged(StreamDeclaration stream) {
        return fill("record_unchanged.sql.ftl", stream);
    }

    /** Takes new records of one kind. */
    public String copyIn(RecordDeclaration record) {
        return fill("copy_in.sql.ftl", Map.of("record", model(record)));
    }

    /** Gives what is stored of a chunk's roots. */
    public String copyRootsOut(StreamDeclaration stream) {
        return fill("copy_roots_out.sql.ftl", stream);
    }

    /** Gives what is stored of a chunk's children; for streams that have children. */
    public String copyChildrenOut(StreamDeclaration stream) {
        return fill("copy_children_out.sql.ftl", stream);
    }

    /** Writes the record of one webhook delivery, and settles the delivery. */
    public String writeDelivery(StreamDeclaration stream) {
        return fill("write_delivery.sql.ftl", stream);
    }

    /** Marks the record of one webhook delivery as gone, and settles the delivery. */
    public String removeDelivered(StreamDeclaration stream) {
        return fill("remove_delivered.sql.ftl", stream);
    }

    private String fill(String template, StreamDeclaration stream) {
        Map<String, Object> model = new HashMap<>();
        model.put("root", model(stream.root()));
        model.put("everythingIsRead", !stream.isWindowed());
        stream.child().ifPresent(child -> model.put("child", model(child)));
        return fill(template, model);
    }

    private String fill(String template, Map<String, Object> model) {
        StringWriter statement = new StringWriter();
        try {
            templates.getTemplate(template).process(model, statement);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the template " + template + " failed", e);
        } catch (TemplateException e) {
            throw new IllegalStateException("Filling in " + template + " failed", e);
        }
        return statement.toString();
    }

    private static Map<String, Object> model(RecordDeclaration record) {
        List<Map<String, String>> columns = record.columns().stream()
                .map(column -> column(column.name(), column.type()))
                .toList();
        List<Map<String, String>> values = columns.subList(1, columns.size());
        Map<String, Object> model = new HashMap<>();
        model.put("name", record.name());
        model.put("table", record.table());
        model.put("key", record.keyColumn());
        model.put("columns", columns);
        model.put("values", values);
        model.put("written", columns);
        model.put("day", record.dayColumns());
        model.put("created", record.indexOf("created_at") >= 0);
        record.versionColumn().ifPresent(version -> model.put("version", version));
        record.parent().ifPresent(parent -> {
            List<Map<String, String>> own =
                    List.of(Map.of("name", parent.column()), Map.of("name", parent.versionColumn()));
            model.put("own", values);
            model.put("parent", parent.column());
            model.put("parentVersion", parent.versionColumn());
            model.put("withinParent", parent.partOfKey());
            model.put(
                    "identity",
                    parent.partOfKey() ? List.of(parent.column(), record.keyColumn()) : List.of(record.keyColumn()));
            model.put("written", joined(columns, own));
            model.put("values", joined(parent.partOfKey() ? own.subList(1, 2) : own, values));
        });
        return model;
    }

    private static Map<String, String> column(String name, ColumnType type) {
        Map<String, String> column = new HashMap<>();
        column.put("name", name);
        column.put("array", arrayOf(type));
        if (type == ColumnType.JSON) {
            column.put("stored", "jsonb");
        }
        return column;
    }

    private static String arrayOf(ColumnType type) {
        return switch (type) {
            case GID, ID -> "int8";
            case TEXT, CURRENCY, JSON -> "text";
            case DATE -> "date";
            case INSTANT -> "timestamptz";
            case MONEY -> "numeric";
            case INTEGER -> "int4";
            case BOOLEAN -> "bool";
        };
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        return new ArrayList<>(Stream.concat(first.stream(), second.stream()).toList());
    }
}
