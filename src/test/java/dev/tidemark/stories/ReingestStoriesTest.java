package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Archived runs are loaded again without the source. */
@ExtendWith(Services.Provider.class)
class ReingestStoriesTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Test
    void an_empty_database_gets_the_same_tables_and_measurements_from_the_archive(Services services) {
        try (World world = historyOfFiveRuns(services)) {
            List<String> original = tables(world.sql());
            Map<String, String> measured = world.objects().digests("measurement/");
            assertThat(measured.keySet())
                    .anyMatch(key -> key.startsWith("measurement/sales/"))
                    .anyMatch(key -> key.startsWith("measurement/performance/"));
            measured.keySet().forEach(world.objects()::delete);
            assertThat(world.objects().digests("measurement/")).isEmpty();
            Sql empty = useEmptyDatabase(services, world, "again");

            Outcome reingest = reingest(world);

            assertThat(reingest.exitCode()).as("%s", reingest).isEqualTo(3);
            assertThat(reingest.run().path("runs")).hasSize(5);
            assertThat(tables(empty)).isEqualTo(original);
            assertThat(world.objects().digests("measurement/"))
                    .as("every object with the same bytes")
                    .isEqualTo(measured);
            assertThat(empty.value("select count(*) from sync_watermark")).isEqualTo("0");
            assertThat(empty.value("select count(*) from dead_letter where state = 'open'"))
                    .as("a letter of the partial run is resolved by the run after it")
                    .isEqualTo("0");
        }
    }

    @Tag("long")
    @Test
    void what_is_there_already_is_not_written_again_and_no_mark_moves(Services services) {
        try (World world = historyOfFiveRuns(services)) {
            List<String> rows = world.rowVersions();
            String mark = world.watermark().toString();

            Outcome reingest = reingest(world);

            assertThat(reingest.run().path("runs")).hasSize(5);
            assertThat(world.rowVersions()).isEqualTo(rows);
            assertThat(world.watermark()).hasToString(mark);
            assertThat(world.sql().value("select count(*) from dead_letter where state = 'open'"))
                    .isEqualTo("0");
            assertThat(world.sync().exitCode()).isZero();
            // A run that loads an archive again has none of its own, which is what conservation asks for.
            Findings findings = world.ask(Oracle.always().stream()
                    .filter(oracle -> oracle != Oracle.CONSERVATION)
                    .toList());
            assertThat(findings.areNone()).as("%s", findings).isTrue();
        }
    }

    @Tag("long")
    @Test
    void a_killed_reingest_goes_on_where_it_was(Services services) {
        try (World world = historyOfFiveRuns(services)) {
            List<String> original = tables(world.sql());
            Sql empty = useEmptyDatabase(services, world, "killed");
            for (String point : List.of("insert into sync_chunk", "as removed from lease", "insert into sync_run ")) {
                CompletableFuture<TidemarkProcess> process = new CompletableFuture<>();
                world.databaseWire().arm(new Trap(point, Phase.UNANSWERED, 2, () -> {
                    process.join().kill();
                    return Trap.Then.CUT;
                }));
                process.complete(startReingest(world));
                assertThat(process.join().await(LIMIT).exitCode())
                        .as("killed at %s", point)
                        .isEqualTo(137);
            }

            Outcome reingest = reingest(world);

            assertThat(reingest.exitCode()).as("%s", reingest).isEqualTo(3);
            assertThat(tables(empty)).isEqualTo(original);
            assertThat(empty.value("select count(*) from sync_run"))
                    .as("each archive was loaded by one run")
                    .isEqualTo("5");
        }
    }

    @Tag("long")
    @Test
    void a_damaged_archive_is_refused_before_anything_is_loaded(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            String first = world.sync().runId();
            world.shop().edit(5);
            String second = world.sync().runId();
            Sql empty = useEmptyDatabase(services, world, "damaged");
            String key = "archive/acme/shopify-orders/" + second + ".jsonl";
            String whole = world.objects().text(key);

            world.objects().put(key, whole.replaceFirst("\"quantity\":1", "\"quantity\":2"));
            Outcome damaged = reingest(world);

            assertThat(damaged.exitCode()).as("%s", damaged).isEqualTo(1);
            assertThat(damaged.errors()).contains(second).contains("digest").contains("nothing was loaded");
            assertThat(empty.value("select count(*) from order_header")).isEqualTo("0");
            assertThat(empty.value("select count(*) from sync_run")).isEqualTo("0");

            Outcome one = world.start("reingest", "--run", first, "--wait", "-o", "json", "--progress", "none")
                    .await(LIMIT);

            assertThat(one.exitCode()).as("%s", one).isZero();
            assertThat(empty.value("select count(*) from order_header")).isEqualTo("40");
        }
    }

    @Tag("long")
    @Test
    void lost_rows_come_back_from_the_archives(Services services) {
        try (World world = historyOfFiveRuns(services)) {
            List<String> original = tables(world.sql());
            world.sql().run("delete from order_line_item where removed_at is null and line_item_id % 3 = 0");
            world.sql().run("delete from order_header where order_id % 4 = 0");
            world.sql().run("update order_header set total = total + 0.01 where order_id % 5 = 0");

            reingest(world);

            assertThat(tables(world.sql())).isEqualTo(original);
        }
    }

    @Tag("long")
    @Test
    void an_old_archive_does_not_take_back_a_later_reading_of_the_same_second(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            world.set("TIDEMARK_SYNC_LAG", "0s").set("TIDEMARK_SYNC_OVERLAP", "0s");
            assertThat(world.sync().exitCode()).isZero();
            world.shop().stopClock();
            world.shop().edit(5);
            String second = world.sync().runId();
            world.shop().edit(5);
            world.shop().addLines(3);
            Outcome third = world.sync();
            assertThat(third.count("written")).as("%s", third).isPositive();
            List<String> rows = world.rowVersions();

            Outcome again = world.start("reingest", "--run", second, "--wait", "-o", "json", "--progress", "none")
                    .await(LIMIT);

            assertThat(again.exitCode()).as("%s", again).isZero();
            assertThat(world.rowVersions()).isEqualTo(rows);
        }
    }

    @Tag("long")
    @Test
    void a_request_that_nobody_waits_for_is_carried_out_by_serve(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            assertThat(world.sync().exitCode()).isZero();
            world.shop().edit(5);
            assertThat(world.sync().exitCode()).isZero();
            List<String> original = tables(world.sql());
            Sql empty = useEmptyDatabase(services, world, "served");
            world.set("TIDEMARK_API_PORT", freePort())
                    .set("TIDEMARK_MANAGEMENT_PORT", freePort())
                    .set("TIDEMARK_HAWTIO_PORT", "0");

            Outcome written = world.start("reingest", "--store", "acme", "--stream", "shopify-orders", "-o", "json")
                    .await(LIMIT);
            assertThat(written.exitCode()).as("%s", written).isZero();
            assertThat(written.run().path("status").asText()).isEqualTo("queued");

            try (TidemarkProcess served = world.start("serve")) {
                Awaitility.await("the request to be carried out")
                        .atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> empty.value("select count(*) from sync_run where status = 'completed'")
                                .equals("2"));
            }
            assertThat(tables(empty)).isEqualTo(original);
        }
    }

    @Tag("long")
    @Test
    void a_dry_run_lists_and_loads_nothing(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            String run = world.sync().runId();
            Sql empty = useEmptyDatabase(services, world, "dry");

            JsonNode listed = world.start(
                            "reingest", "--store", "acme", "--stream", "shopify-orders", "--dry-run", "-o", "json")
                    .await(LIMIT)
                    .run();

            assertThat(listed.path("items").path(0).path("run_id").asText()).isEqualTo(run);
            assertThat(empty.value("select count(*) from sync_run")).isEqualTo("0");
        }
    }

    private static String freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return String.valueOf(socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A first sync, edits, added and removed lines, a partial run and its repair. */
    private static World historyOfFiveRuns(Services services) {
        World world = World.with(services, shop -> shop);
        assertThat(world.sync().exitCode()).isZero();
        world.shop().edit(12);
        world.shop().addLines(6);
        assertThat(world.sync().exitCode()).isZero();
        world.shop().removeLines(8);
        world.shop().fault("bad-money:3");
        assertThat(world.sync().exitCode()).isEqualTo(3);
        world.shop().mend();
        world.shop().edit(40);
        assertThat(world.sync().exitCode()).isZero();
        world.shop().removeLines(5);
        assertThat(world.sync().exitCode()).isZero();
        return world;
    }

    private static Outcome reingest(World world) {
        return startReingest(world).await(LIMIT);
    }

    private static TidemarkProcess startReingest(World world) {
        return world.start(
                "reingest",
                "--store",
                World.STORE,
                "--stream",
                World.STREAM,
                "--wait",
                "-o",
                "json",
                "--progress",
                "none");
    }

    /** Points what is started from now on to a database without tables. */
    private static Sql useEmptyDatabase(Services services, World world, String name) {
        String database = world.database() + name;
        services.postgres().createDatabase(database, "template1");
        world.set(
                "TIDEMARK_DATABASE_URL",
                services.postgres().jdbcUrl(database, world.databaseWire().port()));
        return new Sql(services.postgres(), database);
    }

    /** Everything that a stream has written, row for row; only the numbers of the runs may differ. */
    private static List<String> tables(Sql sql) {
        List<String> rows = new ArrayList<>();
        for (String table : List.of("order_header", "order_line_item", "product")) {
            rows.addAll(sql.rows("select '" + table + "', to_jsonb(t) - 'run_number' from " + table + " t order by 2"));
        }
        return rows;
    }
}
