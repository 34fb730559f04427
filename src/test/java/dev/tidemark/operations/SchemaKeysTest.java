package dev.tidemark.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.fixture.Database;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every key starts with the store, so that no store can meet, hide or overwrite what another one has. */
class SchemaKeysTest {
    private static final String KEYS = "select i.relname from pg_index x join pg_class i on i.oid = x.indexrelid"
            + " join pg_class t on t.oid = x.indrelid join pg_namespace n on n.oid = t.relnamespace"
            + " join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0]"
            + " where n.nspname = 'public' and x.indisunique and t.relname not in ('schema_history', 'flyway_schema_history')"
            + " and a.attname <> 'store_id'";

    /** Keys that begin with something else, and why no store is wronged by that. */
    private static final Map<String, String> REASONED = Map.of(
            "sync_run_pkey", "a run's id is a UUID of the whole world: the same id again is the same run, whoever asks",
            "sync_run_run_number_key", "numbers of runs order the writes of all stores, and are issued by the database",
            "sync_step_pkey", "a step belongs to its run",
            "sync_chunk_pkey", "a chunk belongs to its run",
            "sync_spill_pkey", "a spilled line belongs to its run",
            "sync_page_pkey", "a page belongs to its run",
            "sync_table_page_pkey", "a page belongs to its run",
            "sync_table_window_pkey", "a window of a table belongs to its run",
            "dead_letter_preview_pkey",
                    "a preview may choose letters of several stores; its token is a UUID and tells nothing");

    private static Database database;

    @BeforeAll
    static void open() {
        database = Database.start();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void every_key_and_unique_index_starts_with_the_store() {
        List<String> others = database.sql().queryForList(KEYS, String.class);

        assertThat(new TreeSet<>(others))
                .as("keys that do not start with store_id")
                .isSubsetOf(REASONED.keySet());
    }

    @Test
    void a_key_without_a_store_would_be_found() {
        database.sql().execute("create table keyless (id bigint primary key, store_id text unique)");
        try {
            assertThat(database.sql().queryForList(KEYS, String.class)).contains("keyless_pkey");
        } finally {
            database.sql().execute("drop table keyless");
        }
    }
}
