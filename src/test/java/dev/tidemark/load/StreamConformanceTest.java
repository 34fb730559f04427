package dev.tidemark.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.tidemark.stream.ColumnDeclaration;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every declared stream, whatever it reads: loaded from lines that its declaration describes. */
class StreamConformanceTest {
    private static final Instant V1 = Instant.parse("2026-05-02T00:00:00Z");
    private static final Instant V2 = Instant.parse("2026-05-03T00:00:00Z");

    @TempDir
    static Path folder;

    private static LoadFixture app;

    @BeforeAll
    static void start() throws Exception {
        app = new LoadFixture(folder, 2);
    }

    @AfterAll
    static void stop() throws Exception {
        app.close();
    }

    @BeforeEach
    void clear() throws Exception {
        app.clear();
    }

    static Stream<String> streams() {
        return StreamCatalog.load().streams().stream().map(StreamDeclaration::name);
    }

    @ParameterizedTest
    @MethodSource("streams")
    void twice_is_once(String name) throws Exception {
        SampleRecords sample = begin(name);
        String[] lines = family(sample, V1, 0);

        assertThat(counts(lines)).isEqualTo(outcome(lines.length, 0, 0, 0));
        String tables = tables();
        assertThat(counts(lines)).isEqualTo(outcome(0, lines.length, 0, 0));
        assertThat(tables()).isEqualTo(tables);
    }

    @ParameterizedTest
    @MethodSource("streams")
    void every_declared_column_arrives(String name) throws Exception {
        SampleRecords sample = begin(name);
        app.loaded(family(sample, V1, 0));

        for (RecordDeclaration record : declaration(name).records().toList()) {
            assertThat(app.value("select count(*) from " + record.table()))
                    .as("rows of %s", record.table())
                    .isNotEqualTo("0");
            for (ColumnDeclaration column : record.columns()) {
                assertThat(app.value("select count(*) from " + record.table() + " where " + column.name() + " is null"))
                        .as("%s.%s without a value", record.table(), column.name())
                        .isEqualTo("0");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void an_older_version_changes_nothing(String name) throws Exception {
        SampleRecords sample = begin(name);
        app.loaded(family(sample, V2, 0));
        String tables = tables();
        String[] older = family(sample, V1, 1);

        assertThat(counts(older)).isEqualTo(outcome(0, 0, older.length, 0));
        assertThat(tables()).isEqualTo(tables);
    }

    @ParameterizedTest
    @MethodSource("streams")
    void other_content_at_the_same_time_wins(String name) throws Exception {
        SampleRecords sample = begin(name);
        app.loaded(family(sample, V1, 0));
        String[] other = family(sample, V1, 1);

        assertThat(counts(other)).isEqualTo(outcome(other.length, 0, 0, 0));
        String tables = tables();
        app.clear();
        truncate(name);
        app.loaded(other);
        assertThat(tables).isEqualTo(tables());
    }

    @ParameterizedTest
    @MethodSource("streams")
    void the_same_id_twice_in_a_chunk_keeps_the_newer(String name) throws Exception {
        SampleRecords sample = begin(name);

        assertThat(counts(
                        sample.root(1, V2, 2).toString(),
                        sample.root(1, V1, 1).toString(),
                        sample.root(1, V2, 2).toString()))
                .isEqualTo(outcome(1, 1, 1, 0));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void one_bad_record_is_set_aside_and_the_others_are_written(String name) throws Exception {
        SampleRecords sample = begin(name);
        RecordDeclaration root = declaration(name).root();
        String version = root.versionColumn().orElseThrow();
        JsonNode bad = changed(sample, root, version, JsonNodeFactory.instance.textNode("tomorrow"));

        assertThat(counts(
                        sample.root(1, V1, 0).toString(),
                        bad.toString(),
                        sample.root(3, V1, 0).toString()))
                .isEqualTo(outcome(2, 0, 0, 1));
        assertThat(app.value("select reason from dead_letter")).contains("column " + version);
        assertThat(counts(sample.root(2, V1, 0).toString())).isEqualTo(outcome(1, 0, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void a_missing_key_is_named_and_unknown_fields_are_ignored(String name) throws Exception {
        SampleRecords sample = begin(name);
        RecordDeclaration root = declaration(name).root();
        JsonNode nameless = changed(sample, root, root.keyColumn(), JsonNodeFactory.instance.nullNode());
        String strange = sample.root(1, V1, 0).put("of_next_year", "{}").toString();

        assertThat(counts(nameless.toString(), strange)).isEqualTo(outcome(1, 0, 0, 1));
        assertThat(app.value("select reason from dead_letter")).contains("column " + root.keyColumn());
    }

    @ParameterizedTest
    @MethodSource("streamsWithChildren")
    void children_join_their_parent_in_any_order(String name) throws Exception {
        SampleRecords sample = begin(name);
        String[] lines = family(sample, V1, 0);
        app.loaded(lines);
        String tables = tables();
        app.clear();
        truncate(name);

        List<String> backwards = Arrays.asList(lines.clone());
        java.util.Collections.reverse(backwards);
        assertThat(counts(backwards.toArray(String[]::new))).isEqualTo(outcome(lines.length, 0, 0, 0));
        assertThat(tables()).isEqualTo(tables);
        assertThat(counts(sample.child(9, 99, V1, 0).toString())).isEqualTo(outcome(0, 0, 0, 1));
        assertThat(app.value("select reason_code from dead_letter")).isEqualTo("orphan");
    }

    @ParameterizedTest
    @MethodSource("streamsWithChildren")
    void a_child_that_left_its_parent_is_removed(String name) throws Exception {
        SampleRecords sample = begin(name);
        RecordDeclaration child = declaration(name).child().orElseThrow();
        app.loaded(family(sample, V1, 0));

        app.loaded(sample.root(1, V2, 0).toString(), sample.child(11, 1, V2, 0).toString());

        assertThat(app.value(
                        "select string_agg(" + child.keyColumn() + " || ':' || (removed_at is not null), ' ' order by "
                                + child.keyColumn() + ") from " + child.table() + " where "
                                + child.parent().orElseThrow().column() + " = 1"))
                .isEqualTo("11:false 12:true");
    }

    static Stream<String> streamsWithChildren() {
        return StreamCatalog.load().streams().stream()
                .filter(stream -> stream.child().isPresent())
                .map(StreamDeclaration::name);
    }

    private static StreamDeclaration declaration(String name) {
        return StreamCatalog.load().find(name).orElseThrow();
    }

    private static SampleRecords begin(String name) throws Exception {
        app.stream = name;
        truncate(name);
        return new SampleRecords(declaration(name));
    }

    private static void truncate(String name) throws Exception {
        app.execute("truncate "
                + String.join(
                        ", ",
                        declaration(name)
                                .records()
                                .map(RecordDeclaration::table)
                                .toList()));
    }

    /** Two roots, the first with two children where the stream has any. */
    private static String[] family(SampleRecords sample, Instant version, int content) {
        boolean children = declaration(app.stream).child().isPresent();
        return Stream.concat(
                        Stream.of(sample.root(1, version, content), sample.root(2, version, content)),
                        children
                                ? Stream.of(
                                        sample.child(11, 1, version, content), sample.child(12, 1, version, content))
                                : Stream.of())
                .map(JsonNode::toString)
                .toArray(String[]::new);
    }

    private static JsonNode changed(SampleRecords sample, RecordDeclaration record, String column, JsonNode value) {
        var line = sample.root(2, V1, 0);
        record.columns().get(record.indexOf(column)).paths().forEach(path -> SampleRecords.put(line, path, value));
        return line;
    }

    private static Map<String, Object> counts(String... lines) throws Exception {
        Map<String, Object> counts = new java.util.HashMap<>(app.loaded(lines));
        counts.keySet().removeAll(List.of("lines", "roots"));
        counts.replaceAll((count, value) -> ((Number) value).longValue());
        return counts;
    }

    private static Map<String, Object> outcome(long written, long unchanged, long stale, long setAside) {
        return Map.of("written", written, "unchanged", unchanged, "stale", stale, "set_aside", setAside);
    }

    private static String tables() throws Exception {
        StringBuilder all = new StringBuilder();
        for (RecordDeclaration record : declaration(app.stream).records().toList()) {
            all.append(app.rows("select to_jsonb(t) - 'run_number' as row from " + record.table() + " t order by "
                    + record.parent().map(parent -> parent.column() + ", ").orElse("") + record.keyColumn()));
        }
        return all.toString();
    }
}
