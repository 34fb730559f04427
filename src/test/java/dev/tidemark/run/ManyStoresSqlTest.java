package dev.tidemark.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.fixture.Database;
import dev.tidemark.settings.Settings;
import dev.tidemark.settings.SettingsReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** What the ledger's statements and settings do when there are many stores, and years of runs. */
class ManyStoresSqlTest {
    private static Database database;

    @BeforeAll
    static void open() {
        database = Database.start();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void clear() {
        database.sql().execute("truncate sync_run, sync_watermark_history, sync_total cascade");
    }

    @Test
    void a_store_with_many_due_runs_does_not_keep_a_small_one_waiting() {
        IntStream.range(0, 12).forEach(number -> due("large", "stream-" + number, 100));
        due("small", "stream-0", 1);
        due("tiny", "stream-0", 2);

        assertThat(claims(4, 4))
                .as("the fewest steps under way first")
                .containsExactly("large", "tiny", "small", "large");
    }

    @Test
    void one_store_never_has_more_than_its_share() {
        IntStream.range(0, 12).forEach(number -> due("large", "stream-" + number, 100));

        assertThat(claims(4, 2)).containsExactly("large", "large");
    }

    @Test
    void starts_are_spread_over_the_same_places_every_day_and_a_single_store_starts_on_the_minute() {
        List<Duration> places = places(settings(200));

        assertThat(places(settings(200))).as("the same tomorrow").isEqualTo(places);
        assertThat(places).allMatch(place -> place.compareTo(Duration.ofMinutes(15)) < 0 && !place.isNegative());
        IntStream.range(0, 5).forEach(part -> assertThat(places.stream()
                        .filter(place -> place.toMinutes() / 3 == part)
                        .count())
                .as("stores that start in three of the minutes, part %d", part)
                .isBetween(20L, 60L));
        assertThat(places(settings(1))).containsExactly(Duration.ZERO);
    }

    @Test
    void reading_the_metrics_costs_no_more_after_years_of_runs() throws IOException {
        database.sql()
                .execute(
                        "insert into sync_run (run_id, store_id, stream, job_type, status, initiator, requested_at, initiated_at, give_up_at)"
                                + " select gen_random_uuid(), 'acme', 'shopify-orders', 'DAILY_SYNC_EXECUTE', 'completed', 'cron', now(),"
                                + " now() - n * interval '1 day', now() from generate_series(1, 2000) n");
        database.sql()
                .execute(
                        "insert into sync_chunk (run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled, epoch)"
                                + " select run_id, 'file', n, 1, 1, 1, 0, 0, 0, 0, 1 from sync_run cross join generate_series(1, 10) n");
        database.sql().execute("update sync_run set finished_at = initiated_at + interval '1 minute'");
        database.sql().execute("analyze");
        String metrics = text("/sql/api/read_metrics.sql");

        List<Map<String, Object>> rows = database.sql().queryForList(metrics);

        assertThat(rows)
                .filteredOn(
                        row -> "tidemark.records".equals(row.get("name")) && "written".equals(row.get("label_value")))
                .singleElement()
                .satisfies(row ->
                        assertThat(((Number) row.get("value")).longValue()).isEqualTo(20_000));
        assertThat(rows)
                .filteredOn(row -> "tidemark.run.duration".equals(row.get("name")))
                .singleElement()
                .satisfies(row ->
                        assertThat(((Number) row.get("value")).longValue()).isEqualTo(120_000));
        JsonNode plan = plan(metrics);
        assertThat(rowsRead(plan, "sync_chunk") + rowsRead(plan, "sync_run"))
                .as("rows of the history that were read: %s", plan)
                .isBetween(1L, 50L);
    }

    /** The stores of the runs that so many claims get, each by another worker and none of them done. */
    private static List<String> claims(int count, int share) {
        List<String> stores = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            Map<String, Object> values = new HashMap<>();
            values.put("owner", "worker-" + number);
            values.put("lease_millis", 60_000L);
            values.put(
                    "streams",
                    IntStream.range(0, 12)
                            .mapToObj(each -> "stream-" + each)
                            .collect(Collectors.joining(",", "{", "}")));
            values.put("only_runs", null);
            values.put("only_backfills", null);
            values.put("backfills", true);
            values.put("store_steps", share);
            values.put("busy_epochs", "{}");
            new NamedParameterJdbcTemplate(database.dataSource())
                    .queryForList(text("/sql/ledger/claim_run.sql").replace(":#", ":"), values)
                    .forEach(row -> stores.add((String) row.get("store_id")));
        }
        return stores;
    }

    private static void due(String store, String stream, int secondsAgo) {
        database.sql()
                .update(
                        "insert into sync_run (run_id, store_id, stream, job_type, initiator, requested_at, due_at, give_up_at)"
                                + " values (gen_random_uuid(), ?, ?, 'DAILY_SYNC_EXECUTE', 'cron', now(), now() - ? * interval '1 second',"
                                + " now() + interval '1 hour')",
                        store,
                        stream,
                        secondsAgo);
    }

    private static Settings settings(int stores) {
        Map<String, String> file = new HashMap<>();
        IntStream.range(0, stores).forEach(number -> {
            file.put("tidemark.stores.store-" + number + ".shopify.domain", "store-" + number + ".myshopify.com");
            file.put("tidemark.stores.store-" + number + ".shopify.token", "shpat_" + number);
        });
        return SettingsReader.read(file, Map.of());
    }

    private static List<Duration> places(Settings settings) {
        Ledger ledger = new Ledger(settings, Set.of("shopify-orders"), Set.of(), Clock.systemUTC());
        return ledger.scheduled("shopify-orders").stream()
                .map(request -> Duration.ofMillis((Long) request.get("delay_millis")))
                .sorted()
                .toList();
    }

    private static JsonNode plan(String statement) throws JsonProcessingException {
        return new ObjectMapper()
                .readTree(database.sql()
                        .queryForObject("explain (analyze, format json) " + statement, Object.class)
                        .toString());
    }

    private static long rowsRead(JsonNode node, String table) {
        long rows = 0;
        if (node.path("Relation Name").asText().equals(table)) {
            rows = (node.path("Actual Rows").asLong()
                            + node.path("Rows Removed by Filter").asLong())
                    * node.path("Actual Loops").asLong();
        }
        for (JsonNode each : node) {
            rows += each.isContainerNode() ? rowsRead(each, table) : 0;
        }
        return rows;
    }

    private static String text(String file) {
        try (InputStream statement = ManyStoresSqlTest.class.getResourceAsStream(file)) {
            return new String(statement.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.strip().startsWith("--"))
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
