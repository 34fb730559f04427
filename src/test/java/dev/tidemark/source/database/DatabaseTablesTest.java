package dev.tidemark.source.database;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTablesTest {
    private static final Map<String, String> MUTABLE = Map.of(
            "INCREMENTAL_COLUMN", "updated_at", "INCREMENTAL_TIEBREAKER_COLUMN", "id", "PAGE_ROWS", "700", "LAG", "0s");

    private static final String TYPES = """
            create type mood as enum ('sad', 'glad');
            create table types (
                id bigint primary key, truth boolean, small int2, price numeric(14, 4), exact numeric, at timestamptz,
                local_at timestamp, day date, document jsonb, text_document json, list text[], amounts numeric[], bytes bytea,
                nothing text, ratio float8, mood mood, key uuid, span interval, "Odd ""name" text, sometimes date,
                r text default 'as an alias');
            insert into types values (
                1, true, -7, 1234567890.12, 12345678901234567890.1234567890123456789, '2026-03-01 12:00:00.123456+01',
                '2026-03-01 12:00:00.000001', '2026-02-28', '{"n": 1.10000000000000000001, "a": [1, {"b": null}]}',
                E'{"k":\\n 1}', array['a', null, 'b,"c"'], array[0.10, 'NaN'], '\\x00ff0a', null, 'NaN', 'glad',
                '0198a5c2-7b1e-7c3d-9f00-1a2b3c4d5e6f', '1 month 2 days 03:04:05.000006',
                E'line\\nbreak \u00e4 \uD83D\uDE00 \\t\\x01\\x02', '2026-01-01');
            insert into types (id, ratio, sometimes) values (9223372036854775807, 'Infinity', 'infinity')
            """;

    @TempDir
    static Path work;

    private static TableShop shop;

    @BeforeAll
    static void open() {
        shop = new TableShop(work);
    }

    @AfterAll
    static void close() {
        shop.close();
    }

    @Test
    void ten_thousand_rows_of_one_instant_are_read_once_each() {
        shop.source()
                .execute(
                        "create table ties (id bigint primary key, updated_at timestamptz not null, name text);"
                                + "create index on ties (updated_at, id);"
                                + "insert into ties select n, '2026-03-01 12:00:00.123456+00', 'row ' || n from generate_series(1, 10000) n");
        Map<String, String> environment = shop.environment("TIES", MUTABLE);

        JsonNode first = shop.sync("database-ties", environment);
        JsonNode again = shop.sync("database-ties", environment);
        shop.source()
                .execute(
                        "update ties set name = 'new', updated_at = '2026-03-02 00:00:00.000001+00' where id in (7, 8);"
                                + "insert into ties values (10001, '2026-03-01 12:00:00.123456+00', 'late but larger id')");
        JsonNode third = shop.sync("database-ties", environment);

        assertThat(first.path("status").asText()).as(first.toPrettyString()).isEqualTo("completed");
        assertThat(ids(first)).containsExactlyElementsOf(upTo(10_000));
        assertThat(first.path("watermark").path("after").asText()).isEqualTo("2026-03-01T12:00:00.123456Z");
        assertThat(first.path("watermark").path("cursor").asText()).isEqualTo("10000");
        assertThat(first.path("proof").path("complete").asBoolean()).isTrue();
        assertThat(shop.manifest(first).path("pages").asInt()).isEqualTo(15);
        assertThat(shop.storage().keys(shop.prefix(first)))
                .as("pages are kept once, and nothing else beside the manifest")
                .hasSize(16)
                .containsExactlyInAnyOrderElementsOf(shop.keptKeys(first));
        assertThat(again.path("status").asText()).isEqualTo("completed");
        assertThat(again.path("watermark").path("advanced").asBoolean()).isFalse();
        assertThat(shop.rows(again)).isEmpty();
        assertThat(ids(third)).containsExactly(10_001L, 7L, 8L);
    }

    @Test
    void a_process_killed_between_pages_neither_loses_nor_doubles_a_row() throws Exception {
        shop.source()
                .execute(
                        "create table killed (id bigint primary key, updated_at timestamptz not null, name text);"
                                + "create index on killed (updated_at, id);"
                                + "insert into killed select n, '2026-03-01 12:00:00+00', repeat('x', 500) || n from generate_series(1, 10000) n");
        Map<String, String> environment = new TreeMap<>(shop.environment("KILLED", MUTABLE));
        environment.put("TIDEMARK_STORES_ACME_DATABASE_TABLES_KILLED_PAGE_ROWS", "200");

        for (int pages : List.of(2, 30)) {
            Process process = shop.startSync("database-killed", environment);
            Awaitility.await("page " + pages)
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> shop.pages("database-killed") >= pages || !process.isAlive());
            process.destroyForcibly();
            process.onExit().join();
        }
        int keptByTheDead = shop.pages("database-killed");
        JsonNode run = shop.adopt("database-killed", environment);

        assertThat(keptByTheDead).isBetween(30, 49);
        assertThat(run.path("status").asText()).as(run.toPrettyString()).isEqualTo("completed");
        assertThat(ids(run)).containsExactlyElementsOf(upTo(10_000));
        assertThat(shop.storage().keys(shop.prefix(run)))
                .as("no page of a dead process is left that is not in the manifest")
                .containsExactlyInAnyOrderElementsOf(shop.keptKeys(run));
        assertThat(shop.ledger()
                        .queryForObject(
                                "select count(distinct epoch) from sync_table_page where run_id = ?",
                                Integer.class,
                                UUID.fromString(run.path("run_id").asText())))
                .isEqualTo(3);
    }

    @Test
    void every_type_is_exact_in_both_formats() throws Exception {
        shop.source().execute(TYPES);
        Map<String, String> environment = shop.environment(
                "TYPES",
                Map.of(
                        "INCREMENTAL_COLUMN",
                        "id",
                        "INCREMENTAL_COLUMN_IS_UNIQUE",
                        "true",
                        "FORMAT",
                        "jsonl,parquet",
                        "LAG",
                        "0s"));

        JsonNode run = shop.sync("database-types", environment);

        assertThat(run.path("status").asText()).as(run.toPrettyString()).isEqualTo("completed");
        assertThat(run.path("watermark").path("after").asText()).isEqualTo("9223372036854775807");
        assertThat(run.path("watermark").path("cursor").isNull()).isTrue();
        JsonNode row = shop.rows(run).get(0);
        assertThat(row.path("price").asText()).isEqualTo("1234567890.1200");
        assertThat(row.path("exact").asText()).isEqualTo("12345678901234567890.1234567890123456789");
        assertThat(row.path("at").asText()).isEqualTo("2026-03-01T11:00:00.123456+00:00");
        assertThat(row.path("local_at").asText()).isEqualTo("2026-03-01T12:00:00.000001");
        assertThat(row.path("day").asText()).isEqualTo("2026-02-28");
        assertThat(row.path("document").toString()).isEqualTo("{\"a\":[1,{\"b\":null}],\"n\":1.10000000000000000001}");
        assertThat(row.path("text_document").path("k").asInt()).isEqualTo(1);
        assertThat(row.path("list").toString()).isEqualTo("[\"a\",null,\"b,\\\"c\\\"\"]");
        assertThat(row.path("amounts").toString()).isEqualTo("[\"0.10\",\"NaN\"]");
        assertThat(row.path("bytes").asText()).isEqualTo("\\x00ff0a");
        assertThat(row.path("nothing").isNull()).isTrue();
        assertThat(row.path("ratio").asText()).isEqualTo("NaN");
        assertThat(row.path("mood").asText()).isEqualTo("glad");
        assertThat(row.path("key").asText()).isEqualTo("0198a5c2-7b1e-7c3d-9f00-1a2b3c4d5e6f");
        assertThat(row.path("span").asText()).isEqualTo("1 mon 2 days 03:04:05.000006");
        assertThat(row.path("Odd \"name").asText()).isEqualTo("line\nbreak \u00e4 \uD83D\uDE00 \t\u0001\u0002");
        assertThat(row.path("r").asText()).isEqualTo("as an alias");
        assertThat(shop.rows(run).get(1).path("ratio").asText()).isEqualTo("Infinity");
        assertThat(shop.rows(run).get(1).path("sometimes").asText()).isEqualTo("infinity");

        Map<String, Object> read = shop.parquet(
                run,
                "select typeof(price) pt, price::varchar price, typeof(\"at\") at_type, epoch_us(\"at\") at_us, typeof(local_at) lt,"
                        + " epoch_us(local_at) local_us, day::varchar as day, document, typeof(bytes) bt, hex(bytes) bytes,"
                        + " nothing, isnan(ratio) nan, list, amounts, exact, key, span, \"Odd \"\"name\" odd,"
                        + " typeof(sometimes) st, id::varchar id, truth, small");
        assertThat(read)
                .containsEntry("pt", "DECIMAL(14,4)")
                .containsEntry("price", "1234567890.1200")
                .containsEntry("at_type", "TIMESTAMP WITH TIME ZONE")
                .containsEntry("at_us", 1772362800123456L)
                .containsEntry("lt", "TIMESTAMP")
                .containsEntry("local_us", 1772366400000001L)
                .containsEntry("day", "2026-02-28")
                .containsEntry("document", "{\"a\": [1, {\"b\": null}], \"n\": 1.10000000000000000001}")
                .containsEntry("bt", "BLOB")
                .containsEntry("bytes", "00FF0A")
                .containsEntry("nothing", null)
                .containsEntry("nan", true)
                .containsEntry("amounts", "[\"0.10\",\"NaN\"]")
                .containsEntry("exact", "12345678901234567890.1234567890123456789")
                .containsEntry("key", "0198a5c2-7b1e-7c3d-9f00-1a2b3c4d5e6f")
                .containsEntry("span", "1 mon 2 days 03:04:05.000006")
                .containsEntry("odd", "line\nbreak \u00e4 \uD83D\uDE00 \t\u0001\u0002")
                .containsEntry("st", "VARCHAR")
                .containsEntry("id", "1")
                .containsEntry("truth", true)
                .containsEntry("small", -7);
    }

    @Test
    void damaged_archives_are_found_and_the_command_that_mends_them_does() {
        String stream = "database-proved";
        shop.source()
                .execute(
                        "create table proved (id bigint primary key, updated_at timestamptz not null, name text);"
                                + "create index on proved (updated_at, id);"
                                + "insert into proved select n, '2026-03-01 12:00:00+00', 'row ' || n from generate_series(1, 3000) n");
        Map<String, String> environment = new TreeMap<>(shop.environment("PROVED", MUTABLE));
        environment.put("TIDEMARK_STORES_ACME_DATABASE_TABLES_PROVED_FORMAT", "jsonl,parquet");
        JsonNode first = shop.sync(stream, environment);
        shop.source().execute("update proved set updated_at = '2026-03-02 12:00:00+00' where id < 10");
        JsonNode second = shop.sync(stream, environment);
        JsonNode whole = shop.verify(stream, true);
        assertThat(whole.path("healthy").asBoolean()).as(whole.toPrettyString()).isTrue();
        assertThat(whole.path("looked_at").path("records").asLong()).isEqualTo(3009);

        List<String> pages = shop.keptKeys(first);
        shop.storage().delete(pages.get(0));
        shop.storage().put(pages.get(1), "cut");
        byte[] bytes = shop.storage().bytes(pages.get(2));
        bytes[bytes.length / 2] ^= 1;
        shop.storage().put(pages.get(2), bytes);
        shop.storage().delete(shop.prefix(second) + ".manifest.json");
        shop.ledger()
                .update(
                        "update sync_run set object_count = 10 where run_id = cast(? as uuid)",
                        second.path("run_id").asText());
        shop.ledger().update("update sync_watermark set value = value + interval '1 day' where stream = ?", stream);

        assertThat(kinds(shop.verify(stream, false)))
                .containsExactly(
                        "archive_missing", "archive_size", "ledger_unbalanced", "manifest_missing", "mark_unproved");
        JsonNode deep = shop.verify(stream, true);
        assertThat(kinds(deep)).contains("archive_damaged").hasSize(6);
        assertThat(deep.path("repairs")).hasSize(1);
        assertThat(deep.path("repairs").get(0).asText())
                .startsWith("./tidemark watermark reset --store acme --stream database-proved")
                .endsWith("&& ./tidemark sync --store acme --stream database-proved --wait");

        shop.reset(stream, environment);
        shop.sync(stream, environment);
        JsonNode mended = shop.verify(stream, true);
        assertThat(mended.path("healthy").asBoolean())
                .as(mended.toPrettyString())
                .isTrue();
        assertThat(mended.path("looked_at").path("records").asLong()).isEqualTo(3000);
    }

    private static List<String> kinds(JsonNode report) {
        return StreamSupport.stream(report.path("findings").spliterator(), false)
                .map(finding -> finding.path("kind").asText())
                .sorted()
                .toList();
    }

    @Test
    void a_table_without_an_order_is_read_whole_by_each_run() {
        shop.source()
                .execute(
                        "create table whole (name text); insert into whole select 'n' || g from generate_series(1, 1000) g");
        Map<String, String> environment = shop.environment("WHOLE", Map.of("PAGE_ROWS", "300"));

        JsonNode first = shop.sync("database-whole", environment);
        shop.source().execute("delete from whole where name = 'n1'");
        JsonNode second = shop.sync("database-whole", environment);

        assertThat(first.path("status").asText()).as(first.toPrettyString()).isEqualTo("completed");
        assertThat(shop.lines(first)).hasSize(1000).doesNotHaveDuplicates();
        assertThat(shop.lines(second)).hasSize(999).doesNotContain("{\"name\":\"n1\"}");
        assertThat(second.path("watermark").path("advanced").asBoolean()).isFalse();
    }

    @Test
    void positions_of_other_types_are_kept_as_exact_text() {
        shop.source()
                .execute("create table keyed (v numeric not null, k text collate \"C\" not null, primary key (v, k));"
                        + "insert into keyed select 1.10 + n / 4, 'k \"\\' || n from generate_series(1, 40) n");
        Map<String, String> environment = shop.environment(
                "KEYED",
                Map.of("INCREMENTAL_COLUMN", "v", "INCREMENTAL_TIEBREAKER_COLUMN", "k", "PAGE_ROWS", "7", "LAG", "0s"));

        JsonNode first = shop.sync("database-keyed", environment);
        shop.source().execute("insert into keyed values (11.10, 'zz'), (11.100000000000000000000000001, 'a')");
        JsonNode second = shop.sync("database-keyed", environment);

        assertThat(shop.rows(first)).hasSize(40);
        assertThat(first.path("watermark").path("after").asText()).isEqualTo("11.10");
        assertThat(shop.rows(second).stream().map(row -> row.path("k").asText()))
                .containsExactly("zz", "a");
        assertThat(second.path("watermark").path("before").asText()).isEqualTo("11.10");
        assertThat(second.path("watermark").path("after").asText()).isEqualTo("11.100000000000000000000000001");
    }

    @Test
    void everything_that_is_wrong_is_said_at_once() {
        shop.source().execute("create table wrong (id bigint, where_to point, at timestamptz)");

        assertThat(refusal("WRONG", Map.of("INCREMENTAL_COLUMN", "where_to", "INCREMENTAL_TIEBREAKER_COLUMN", "nope")))
                .contains("2 errors", "where_to", "has no order", "there is no column nope", "id, where_to, at");
        assertThat(refusal("WRONG", Map.of("INCREMENTAL_COLUMN", "id", "INCREMENTAL_TIEBREAKER_COLUMN", "id")))
                .contains("identical (id)");
        assertThat(refusal("WRONG", Map.of("INCREMENTAL_COLUMN", "at")))
                .contains("incremental_tiebreaker_column is missing");
        assertThat(refusal("WRONG", Map.of("INCREMENTAL_TIEBREAKER_COLUMN", "id")))
                .contains("incremental_column is missing");
        assertThat(refusal("WRONG", Map.of("TABLE", "x\"; drop table wrong; --")))
                .contains("there is no table x\"; drop table wrong; --");
        assertThat(refusal(
                        "WRONG", Map.of("INCREMENTAL_COLUMN", "id\" desc; --", "INCREMENTAL_COLUMN_IS_UNIQUE", "true")))
                .contains("there is no column id\" desc; --");
    }

    @Test
    void rows_without_a_place_in_the_order_are_refused_and_not_skipped() {
        shop.source()
                .execute(
                        "create table nulls (id bigint, updated_at timestamptz);"
                                + "insert into nulls values (1, now() - interval '1 day'), (2, null), (null, now() - interval '1 day')");

        assertThat(refusal("NULLS", MUTABLE)).contains("2 row(s) have no updated_at or no id", "never be read");
    }

    @Test
    void a_watermark_without_its_cursor_is_refused_with_the_command_that_resets_it() {
        shop.source()
                .execute("create table legacy (id bigint primary key, updated_at timestamptz not null);"
                        + "insert into legacy select n, '2026-03-01 12:00:00+00' from generate_series(1, 10) n");
        Map<String, String> environment = shop.environment("LEGACY", MUTABLE);
        JsonNode first = shop.sync("database-legacy", environment);
        // As an earlier version wrote it: a time and nothing else.
        shop.ledger()
                .update(
                        "update sync_watermark set value_text = null, value_type = null, cursor = null, cursor_type = null,"
                                + " ordered_by = null where stream = 'database-legacy'");

        JsonNode refused = shop.sync("database-legacy", environment);
        Map<String, String> appendOnly = shop.environment(
                "LEGACY",
                Map.of("INCREMENTAL_COLUMN", "updated_at", "INCREMENTAL_COLUMN_IS_UNIQUE", "true", "LAG", "0s"));
        JsonNode accepted = shop.sync("database-legacy", appendOnly);

        assertThat(first.path("status").asText()).isEqualTo("completed");
        assertThat(refused.path("status").asText()).isEqualTo("failed");
        assertThat(refused.path("failures").path(0).path("code").asText()).isEqualTo("cursor_missing");
        assertThat(refused.path("failures").path(0).path("message").asText())
                .contains("no cursor", "./tidemark watermark reset --store acme --stream database-legacy");
        assertThat(accepted.path("status").asText())
                .as(accepted.toPrettyString())
                .isEqualTo("completed");
        assertThat(shop.rows(accepted)).isEmpty();
    }

    @Test
    void a_row_committed_late_is_read_when_it_is_within_the_lag_or_its_transaction_was_open() throws Exception {
        shop.source()
                .execute("create table late (id bigint primary key, updated_at timestamptz not null);"
                        + "create index on late (updated_at, id);"
                        + "insert into late values (1, now() - interval '1 hour')");
        Map<String, String> environment = new TreeMap<>(shop.environment("LATE", MUTABLE));
        environment.put("TIDEMARK_STORES_ACME_DATABASE_TABLES_LATE_LAG", "10m");
        List<Long> read = new ArrayList<>();

        try (Connection slow = DriverManager.getConnection(shop.sourceUrl());
                Statement statement = slow.createStatement()) {
            slow.setAutoCommit(false);
            statement.execute("insert into late values (2, now() - interval '9 minutes')");
            shop.source()
                    .execute(
                            "insert into late values (3, now() - interval '8 minutes'), (4, now() - interval '20 minutes')");
            read.addAll(ids(shop.sync("database-late", environment)));
            slow.commit();
        }
        environment.put("TIDEMARK_STORES_ACME_DATABASE_TABLES_LATE_LAG", "0s");
        read.addAll(ids(shop.sync("database-late", environment)));

        assertThat(read).containsExactly(1L, 4L, 2L, 3L);
    }

    @Test
    void a_number_taken_before_but_committed_after_is_waited_for() throws Exception {
        shop.source()
                .execute("create table numbered (id bigserial primary key, name text);"
                        + "insert into numbered (name) values ('one')");
        Map<String, String> environment = shop.environment(
                "NUMBERED", Map.of("INCREMENTAL_COLUMN", "id", "INCREMENTAL_COLUMN_IS_UNIQUE", "true", "LAG", "0s"));

        try (Connection slow = DriverManager.getConnection(shop.sourceUrl());
                Statement statement = slow.createStatement()) {
            slow.setAutoCommit(false);
            statement.execute("insert into numbered (name) values ('two, but late')");
            shop.source().execute("insert into numbered (name) values ('three')");
            CompletableFuture<JsonNode> run =
                    CompletableFuture.supplyAsync(() -> shop.sync("database-numbered", environment));
            Awaitility.await("the run to wait for the writer")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> shop.ledger()
                                    .queryForObject(
                                            "select count(*) from sync_run where stream = 'database-numbered'"
                                                    + " and waiting_for like '%were open when the window was fixed%'",
                                            Integer.class)
                            == 1);
            slow.commit();

            assertThat(ids(run.join())).containsExactly(1L, 2L, 3L);
        }
    }

    private static String refusal(String table, Map<String, String> settings) {
        JsonNode run = shop.sync("database-" + table.toLowerCase(Locale.ROOT), shop.environment(table, settings));
        assertThat(run.path("status").asText()).isEqualTo("failed");
        return run.path("failures").path(0).path("message").asText();
    }

    private static List<Long> ids(JsonNode run) {
        return shop.rows(run).stream().map(row -> row.path("id").asLong()).toList();
    }

    private static List<Long> upTo(int last) {
        return IntStream.rangeClosed(1, last).mapToObj(Long::valueOf).toList();
    }
}
