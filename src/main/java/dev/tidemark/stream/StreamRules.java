package dev.tidemark.stream;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must hold for every declaration: small rules, each of which names what it found wrong. */
final class StreamRules {
    private static final Pattern STREAM_NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final Pattern COLUMN_NAME = Pattern.compile("[a-z][a-z0-9_]*");
    private static final Set<String> SOURCES = Set.of("shopify", "recharge", "database", "supplier");
    private static final Set<String> FETCHES = Set.of("bulk", "pages");
    private static final int LARGEST_PAGE = 250;
    private static final Set<ColumnType> KEY_TYPES = Set.of(ColumnType.GID, ColumnType.ID);
    private static final int LONGEST_QUERY_BYTES = 65_535;
    private static final int LONGEST_WINDOW_BYTES = 200;

    private StreamRules() {}

    /** Every rule that a declaration breaks, a sentence each; empty when it can be used. */
    static List<String> violations(StreamDeclaration stream) {
        return Stream.of(streamViolations(stream), queryViolations(stream), webhookViolations(stream))
                .flatMap(violations -> violations)
                .toList();
    }

    private static Stream<String> webhookViolations(StreamDeclaration stream) {
        return stream.webhook().stream().flatMap(webhook -> {
            Stream<String> root = partViolations("webhook root", webhook.root(), Optional.of(stream.root()));
            Stream<String> child =
                    webhook.child().stream().flatMap(part -> partViolations("webhook child", part, stream.child()));
            Stream<String> own = Stream.of(
                            rule(
                                    stream.root()
                                            .versionColumn()
                                            .map(webhook.root().values()::containsKey)
                                            .orElse(false),
                                    "webhook root: the version needs a path"),
                            rule(
                                    webhook.root().list().isEmpty()
                                            && webhook.root().parent().isEmpty(),
                                    "webhook root: a root has neither list nor parent"),
                            rule(
                                    webhook.child()
                                            .map(part -> part.write().isEmpty()
                                                    == part.parent().isEmpty())
                                            .orElse(true),
                                    "webhook child: topics about a child alone, and no others, need the way to its parent"))
                    .flatMap(Optional::stream);
            return Stream.of(own, root, child).flatMap(violations -> violations);
        });
    }

    private static Stream<String> partViolations(
            String place, WebhookDeclaration.Part part, Optional<RecordDeclaration> record) {
        if (record.isEmpty()) {
            return Stream.of(place + ": the stream has no such record");
        }
        Stream<String> unknown = part.values().keySet().stream()
                .filter(column -> record.get().indexOf(column) < 0)
                .map(column -> place + ": the column " + column + " is not declared");
        return Stream.concat(
                unknown,
                rule(
                        part.values().containsKey(record.get().keyColumn()),
                        place + ": the key " + record.get().keyColumn() + " needs a path")
                        .stream());
    }

    private static Stream<String> streamViolations(StreamDeclaration stream) {
        List<RecordDeclaration> records =
                Stream.concat(Stream.of(stream.root()), stream.child().stream()).toList();
        Stream<String> own = Stream.of(
                        rule(
                                STREAM_NAME.matcher(stream.name()).matches(),
                                "the name must be lower case words joined by '-'"),
                        rule(stream.name().startsWith(stream.source() + "-"), "the name must begin with the source"),
                        rule(
                                SOURCES.contains(stream.source()),
                                "the source '" + stream.source() + "' is none of " + SOURCES),
                        rule(
                                FETCHES.contains(stream.fetch()),
                                "the fetch '" + stream.fetch() + "' is not known; there are " + FETCHES),
                        rule(
                                stream.fetch().equals("pages") == stream.pages().isPresent(),
                                "a stream that is fetched by pages, and no other, says how under 'pages'"),
                        rule(
                                stream.pages()
                                        .map(pages -> pages.size() >= 1 && pages.size() <= LARGEST_PAGE)
                                        .orElse(true),
                                "the page size must be 1 to " + LARGEST_PAGE),
                        rule(
                                stream.pages()
                                        .map(pages -> pages.children().isEmpty()
                                                == stream.child().isEmpty())
                                        .orElse(true),
                                "the pages must say where children are, if and only if the stream has a child"),
                        rule(stream.root().versionColumn().isPresent(), "the root needs a version column"),
                        rule(stream.root().parent().isEmpty(), "a root has no parent"),
                        rule(distinct(records, RecordDeclaration::name), "two records have the same name"),
                        rule(distinct(records, RecordDeclaration::type), "two records have the same type"),
                        rule(distinct(records, RecordDeclaration::table), "two records have the same table"))
                .flatMap(Optional::stream);
        return Stream.concat(own, records.stream().flatMap(StreamRules::recordViolations));
    }

    private static Stream<String> recordViolations(RecordDeclaration record) {
        String place = "record " + record.name();
        Stream<String> own = Stream.of(
                        rule(COLUMN_NAME.matcher(record.name()).matches(), place + ": the name must be lower case"),
                        rule(
                                COLUMN_NAME.matcher(record.table()).matches(),
                                place + ": the table's name must be lower case"),
                        rule(
                                record.indexOf(record.keyColumn()) == 0
                                        && KEY_TYPES.contains(
                                                record.columns().get(0).type()),
                                place + ": the key must be the first column, of type gid or id"),
                        rule(
                                record.dayColumns().stream().allMatch(day -> typeOf(record, day) == ColumnType.INSTANT),
                                place + ": a day must be a column of type instant"),
                        rule(
                                record.parent()
                                        .map(parent -> COLUMN_NAME
                                                        .matcher(parent.column())
                                                        .matches()
                                                && COLUMN_NAME
                                                        .matcher(parent.versionColumn())
                                                        .matches()
                                                && record.indexOf(parent.column()) < 0
                                                && record.indexOf(parent.versionColumn()) < 0)
                                        .orElse(true),
                                place + ": parent and parent-version must be lower case and no declared columns"),
                        rule(
                                record.versionColumn()
                                        .map(version -> typeOf(record, version) == ColumnType.INSTANT)
                                        .orElse(true),
                                place + ": the version must be a column of type instant"))
                .flatMap(Optional::stream);
        return Stream.concat(own, record.columns().stream().flatMap(column -> columnViolations(place, record, column)));
    }

    private static Stream<String> columnViolations(String place, RecordDeclaration record, ColumnDeclaration column) {
        String where = place + ", column " + column.name();
        return Stream.of(
                        rule(COLUMN_NAME.matcher(column.name()).matches(), where + ": the name must be lower case"),
                        rule(!column.paths().isEmpty(), where + ": the path is missing"),
                        rule(
                                column.paths().stream().flatMap(List::stream).noneMatch(String::isBlank),
                                where + ": a path has an empty step"),
                        rule(
                                column.paths().size() <= 1 || column.type() == ColumnType.CURRENCY,
                                where + ": only a currency may have several paths"),
                        rule(
                                column.person()
                                        .map(ColumnDeclaration.PERSONS::contains)
                                        .orElse(true),
                                where + ": person must be one of " + ColumnDeclaration.PERSONS),
                        rule(
                                !column.personal() || !isNeeded(record, column.name()),
                                where + ": a key, a version or a day cannot be personal, for it must stay"),
                        rule(
                                column.paths().stream().noneMatch(path -> leadsThroughValue(record, path)),
                                where + ": a path leads through another column's value"))
                .flatMap(Optional::stream);
    }

    private static Stream<String> queryViolations(StreamDeclaration stream) {
        if (stream.pages().flatMap(StreamDeclaration.Pages::path).isPresent()) {
            return stream.query().isEmpty()
                    ? Stream.empty()
                    : Stream.of("a stream that is read from a path asks no GraphQL query");
        }
        boolean bulk = stream.fetch().equals("bulk");
        String query = stream.query();
        Set<String> words = Pattern.compile("\\W+").splitAsStream(query).collect(Collectors.toSet());
        Stream<String> own = Stream.of(
                        rule(
                                !bulk || stream.isWindowed() == query.contains(StreamDeclaration.WINDOW_PLACE),
                                "the query must have " + StreamDeclaration.WINDOW_PLACE
                                        + " if there is a window-field, and only then"),
                        rule(
                                query.getBytes(StandardCharsets.UTF_8).length + LONGEST_WINDOW_BYTES
                                        <= LONGEST_QUERY_BYTES,
                                "the query is longer than the vendor's " + LONGEST_QUERY_BYTES + " bytes"),
                        // The vendor leaves records out of a sorted bulk result, and refuses a selection by 'nodes'.
                        rule(!bulk || !words.contains("sortKey"), "the query must not sort"),
                        rule(
                                !bulk || !words.contains("nodes"),
                                "the query must select by edges and node, not by nodes"),
                        rule(words.contains("__typename"), "the query must select __typename"))
                .flatMap(Optional::stream);
        Stream<String> unselected = Stream.concat(Stream.of(stream.root()), stream.child().stream())
                .flatMap(record -> record.columns().stream())
                .flatMap(column -> column.paths().stream().flatMap(List::stream))
                .distinct()
                .filter(step -> !step.equals("__index") && !words.contains(step))
                .map(step -> "the query does not select '" + step + "', which a column's path needs");
        return Stream.concat(own, unselected);
    }

    private static boolean isNeeded(RecordDeclaration record, String column) {
        return column.equals(record.keyColumn())
                || record.versionColumn().filter(column::equals).isPresent()
                || record.dayColumns().contains(column);
    }

    private static boolean leadsThroughValue(RecordDeclaration record, List<String> path) {
        return record.columns().stream()
                .flatMap(column -> column.paths().stream())
                .anyMatch(other -> other.size() < path.size()
                        && path.subList(0, other.size()).equals(other));
    }

    private static ColumnType typeOf(RecordDeclaration record, String column) {
        Map<String, ColumnType> types =
                record.columns().stream().collect(Collectors.toMap(ColumnDeclaration::name, ColumnDeclaration::type));
        return types.get(column);
    }

    private static <T> boolean distinct(List<RecordDeclaration> records, Function<RecordDeclaration, T> property) {
        return records.stream()
                        .map(property)
                        .filter(Objects::nonNull)
                        .distinct()
                        .count()
                == records.size();
    }

    private static Optional<String> rule(boolean holds, String violation) {
        return holds ? Optional.empty() : Optional.of(violation);
    }
}
