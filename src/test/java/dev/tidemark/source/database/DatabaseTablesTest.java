package dev.tidemark.source.database;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTablesTest {
    private static final Map<String, String> MUTABLE = Map.of(
            "INCREMENTAL_COLUMN", "updated_at", "INCREMENTAL_TIEBREAKER_COLUMN", "id", "PAGE_ROWS", "700", "LAG", "0s");

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
                .containsExactly(shop.prefix(first) + ".jsonl.gz", shop.prefix(first) + ".manifest.json");
        assertThat(again.path("status").asText()).isEqualTo("completed");
        assertThat(again.path("watermark").path("advanced").asBoolean()).isFalse();
        assertThat(shop.rows(again)).isEmpty();
        assertThat(ids(third)).containsExactly(10_001L, 7L, 8L);
    }

    private static List<Long> ids(JsonNode run) {
        return shop.rows(run).stream().map(row -> row.path("id").asLong()).toList();
    }

    private static List<Long> upTo(int last) {
        return IntStream.rangeClosed(1, last).mapToObj(Long::valueOf).toList();
    }
}
