package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code verify} says of a healthy store and of one in which damage was planted. */
@ExtendWith(Services.Provider.class)
class VerifyStoriesTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Test
    void a_healthy_store_has_nothing_to_repair_and_every_planted_damage_is_found_and_nothing_else(Services services) {
        try (World world = history(services)) {
            assertHealthy(world);
            List<String> orders =
                    world.sql().rows("select order_id from order_header where deleted_at is null order by order_id");
            List<String> lines = world.sql()
                    .rows(
                            "select line_item_id from order_line_item where removed_at is null and order_id % 2 = 0"
                                    + " and order_id > ? order by line_item_id",
                            Long.parseLong(orders.get(20)));
            String removed = world.sql()
                    .rows("select line_item_id from order_line_item where removed_at is not null order by 1")
                    .get(0);
            List<String> runs = world.sql().rows("select run_id from sync_run order by run_number");
            Map<String, String> planted = new TreeMap<>();

            plant(
                    world,
                    planted,
                    "missing order_header " + orders.get(0),
                    "delete from order_header where order_id = " + orders.get(0));
            plant(
                    world,
                    planted,
                    "different order_header " + orders.get(1),
                    "update order_header set total = total + 0.01 where order_id = " + orders.get(1));
            plant(
                    world,
                    planted,
                    "different order_header " + orders.get(2),
                    "update order_header set currency = 'ZZZ' where order_id = " + orders.get(2));
            plant(
                    world,
                    planted,
                    "different order_header " + orders.get(3),
                    "update order_header set email = null where order_id = " + orders.get(3));
            plant(
                    world,
                    planted,
                    "older order_header " + orders.get(4),
                    "update order_header set updated_at = updated_at - interval '1 day' where order_id = "
                            + orders.get(4));
            plant(
                    world,
                    planted,
                    "newer order_header " + orders.get(5),
                    "update order_header set updated_at = updated_at + interval '1 day' where order_id = "
                            + orders.get(5));
            plant(
                    world,
                    planted,
                    "older order_header " + orders.get(6),
                    "update order_header set updated_at = null where order_id = " + orders.get(6));
            plant(
                    world,
                    planted,
                    "different order_header " + orders.get(7),
                    "update order_header set created_at = created_at + interval '1 microsecond' where order_id = "
                            + orders.get(7));
            plant(
                    world,
                    planted,
                    "extra order_header 17",
                    "insert into order_header (store_id, order_id, updated_at, run_number) select 'acme', 17, now(), min(run_number) from sync_run");
            plant(
                    world,
                    planted,
                    "rows_without_run order_header run number 999",
                    "insert into order_header (store_id, order_id, updated_at, run_number) values ('acme', 18, now(), 999)");
            planted.put("extra order_header 18", "");
            plant(
                    world,
                    planted,
                    "missing order_line_item " + lines.get(0),
                    "delete from order_line_item where line_item_id = " + lines.get(0));
            plant(
                    world,
                    planted,
                    "different order_line_item " + lines.get(1),
                    "update order_line_item set unit_price = unit_price - 0.01 where line_item_id = " + lines.get(1));
            plant(
                    world,
                    planted,
                    "different order_line_item " + lines.get(2),
                    "update order_line_item set quantity = quantity + 1 where line_item_id = " + lines.get(2));
            plant(
                    world,
                    planted,
                    "removed order_line_item " + lines.get(3),
                    "update order_line_item set removed_at = now() where line_item_id = " + lines.get(3));
            plant(
                    world,
                    planted,
                    "kept order_line_item " + removed,
                    "update order_line_item set removed_at = null where line_item_id = " + removed);
            plant(
                    world,
                    planted,
                    "older order_line_item " + lines.get(4),
                    "update order_line_item set order_updated_at = order_updated_at - interval '1 day' where line_item_id = "
                            + lines.get(4));
            plant(
                    world,
                    planted,
                    "other_parent order_line_item " + lines.get(5),
                    "update order_line_item set order_id = " + orders.get(8) + " where line_item_id = " + lines.get(5));
            planted.put("extra order_line_item " + lines.get(5), "");
            plant(
                    world,
                    planted,
                    "orphan order_line_item 19",
                    "insert into order_line_item (store_id, line_item_id, order_id, order_updated_at, run_number) select 'acme', 19, 4, now(), min(run_number) from sync_run");
            plant(
                    world,
                    planted,
                    "extra order_line_item 20",
                    "insert into order_line_item (store_id, line_item_id, order_id, order_updated_at, run_number) select 'acme', 20, order_id, updated_at, run_number from order_header where order_id = "
                            + orders.get(9));
            plant(
                    world,
                    planted,
                    "ledger_unbalanced " + runs.get(0),
                    "delete from sync_chunk where run_id = '" + runs.get(0)
                            + "' and phase = 'file' and first_line = (select max(first_line) from sync_chunk where run_id = '"
                            + runs.get(0) + "' and phase = 'file')");
            plant(
                    world,
                    planted,
                    "chunks_apart " + runs.get(1),
                    "update sync_chunk set first_line = first_line + 1 where run_id = '" + runs.get(1)
                            + "' and phase = 'file'");
            plant(
                    world,
                    planted,
                    "spill_left " + runs.get(2),
                    "insert into sync_spill values ('" + runs.get(2) + "', 7, 7, 'x')");
            plant(
                    world,
                    planted,
                    "mark_unproved watermark",
                    "update sync_watermark set value = value + interval '1 hour'");
            plant(
                    world,
                    planted,
                    "gap from 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z",
                    "insert into sync_gap (store_id, stream, gap_from, gap_to, reason, run_id) values ('acme', 'shopify-orders', '2026-01-01Z', '2026-01-02Z', 'older_than_floor', '"
                            + runs.get(0) + "')");
            plant(
                    world,
                    planted,
                    "mark_held " + runs.get(3),
                    "update sync_run set status = 'partial', held_reason = 'planted' where run_id = '" + runs.get(3)
                            + "'");
            String stray = "01a1fe7c-c7f3-7d2a-b1fe-43505ee8fd47";
            String folder = "archive/acme/shopify-orders/";
            String manifest = world.objects().text(folder + runs.get(0) + ".manifest.json");
            world.objects().put(folder + stray + ".jsonl", world.objects().text(folder + runs.get(0) + ".jsonl"));
            world.objects().put(folder + stray + ".manifest.json", manifest.replace(runs.get(0), stray));
            planted.put("archive_unknown " + stray, "");

            assertThat(found(verify(world)))
                    .containsExactlyInAnyOrderElementsOf(withOrphans(world, planted, orders.get(0)));
        }
    }

    @Tag("long")
    @Test
    void damaged_archives_are_told_apart(Services services) {
        try (World world = history(services)) {
            List<String> runs = world.sql().rows("select run_id from sync_run order by run_number");
            String folder = "archive/acme/shopify-orders/";
            String third = world.objects().text(folder + runs.get(2) + ".jsonl");
            world.objects().put(folder + runs.get(0) + ".jsonl", "{}\n");
            world.objects()
                    .put(folder + runs.get(2) + ".jsonl", third.replaceFirst("\"quantity\":1", "\"quantity\":2"));
            String manifest = world.objects().text(folder + runs.get(1) + ".manifest.json");
            world.objects()
                    .put(
                            folder + runs.get(1) + ".manifest.json",
                            manifest.replaceFirst("\"lines\" : \\d+", "\"lines\" : 1"));
            world.objects().put(folder + runs.get(3) + ".manifest.json", "{");

            List<String> found = found(verify(world));

            assertThat(found)
                    .contains(
                            "archive_size " + runs.get(0),
                            "archive_damaged " + runs.get(0),
                            "archive_damaged " + runs.get(2),
                            "manifest_differs " + runs.get(1),
                            "manifest_damaged " + folder + runs.get(3) + ".manifest.json");
        }
    }

    @Tag("long")
    @Test
    void the_printed_command_repairs_what_was_found(Services services) {
        try (World world = history(services)) {
            world.sql().run("delete from order_line_item where line_item_id % 3 = 0 and removed_at is null");
            world.sql().run("update order_header set total = total + 0.01 where order_id % 5 = 0");
            Outcome damaged = verify(world);
            assertThat(damaged.exitCode()).as("%s", damaged).isEqualTo(9);

            for (JsonNode repair : damaged.run().path("repairs")) {
                List<String> words = new ArrayList<>(List.of(repair.asText().split(" ")));
                assertThat(words.remove(0)).isEqualTo("./tidemark");
                words.addAll(List.of("-o", "json", "--progress", "none"));
                Outcome repaired = world.start(words.toArray(String[]::new)).await(LIMIT);
                assertThat(repaired.exitCode()).as("%s", repaired).isZero();
            }

            Outcome after = verify(world);
            assertThat(after.exitCode()).as("%s", after).isZero();
        }
    }

    @Tag("long")
    @Test
    void the_session_cannot_write_and_a_lost_neighbour_is_told(Services services) {
        try (World world = history(services)) {
            List<String> before = world.rowVersions();
            world.sql().run("alter role postgres set default_transaction_read_only = off");

            assertThat(verify(world).exitCode()).isZero();

            assertThat(world.rowVersions()).isEqualTo(before);
            world.set("TIDEMARK_S3_ENDPOINT", "http://127.0.0.1:1");
            assertThat(verify(world).exitCode()).isEqualTo(8);
        }
    }

    @Tag("long")
    @Test
    void a_lot_that_a_day_used_twice_is_found(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            assertThat(world.sync().exitCode()).isZero();
            world.sql()
                    .run(
                            "create table if not exists inventory_lot (store_id text, lot_id text, variant_id bigint,"
                                    + " received_at timestamptz, quantity integer, remaining integer, unit_cost numeric, currency text)");
            world.sql()
                    .run("create table if not exists lot_depletion (store_id text, source_ref_id integer, day date,"
                            + " variant_id bigint, lot_id text, quantity integer)");
            world.sql().run("drop index if exists lot_depletion_once_a_day");
            world.sql()
                    .run("insert into inventory_lot (store_id, lot_id, variant_id, received_at, quantity, remaining,"
                            + " unit_cost, currency) values ('acme', 'A', 1, now(), 10, 6, 1, 'USD')");
            String use = "insert into lot_depletion (store_id, source_ref_id, day, variant_id, lot_id, quantity)"
                    + " values ('acme', 20260301, '2026-03-01', 1, 'A', 4)";
            world.sql().run(use);
            assertThat(verify(world).exitCode()).isZero();

            world.sql().run(use);

            assertThat(found(verify(world)))
                    .containsExactlyInAnyOrder("lot_day_twice lot_depletion A", "lot_unbalanced lot_depletion A");
        }
    }

    private static void plant(World world, Map<String, String> planted, String expected, String damage) {
        world.sql().run(damage);
        planted.put(expected, damage);
    }

    /** An order that is gone leaves its lines behind, each of which is named. */
    private static List<String> withOrphans(World world, Map<String, String> planted, String order) {
        List<String> expected = new ArrayList<>(planted.keySet());
        world.sql()
                .rows("select line_item_id from order_line_item where order_id = ?", Long.parseLong(order))
                .forEach(line -> expected.add("orphan order_line_item " + line));
        expected.add("orphans order_line_item of 4 and others");
        return expected;
    }

    private static List<String> found(Outcome verified) {
        assertThat(verified.exitCode()).as("%s", verified).isEqualTo(9);
        return StreamSupport.stream(verified.run().path("findings").spliterator(), false)
                .map(finding -> finding.path("kind").asText() + " "
                        + (finding.path("table").isNull()
                                ? ""
                                : finding.path("table").asText() + " ")
                        + finding.path("subject").asText().replaceFirst("(\\d) of \\d+$", "$1"))
                .distinct()
                .collect(Collectors.toList());
    }

    private static void assertHealthy(World world) {
        Outcome healthy = verify(world);

        assertThat(healthy.exitCode()).as("%s", healthy).isZero();
        assertThat(healthy.run().path("healthy").asBoolean()).isTrue();
        assertThat(healthy.run().path("findings")).isEmpty();
        assertThat(healthy.run().path("repairs")).isEmpty();
        assertThat(healthy.run().path("looked_at").path("archives").asLong()).isEqualTo(4);
        assertThat(healthy.errors()).contains("nothing to repair");
    }

    /** A first sync, edits, added lines and removed lines: four complete runs. */
    private static World history(Services services) {
        World world = World.with(services, shop -> shop);
        assertThat(world.sync().exitCode()).isZero();
        world.shop().edit(12);
        world.shop().addLines(6);
        assertThat(world.sync().exitCode()).isZero();
        world.shop().removeLines(8);
        assertThat(world.sync().exitCode()).isZero();
        world.shop().edit(5);
        assertThat(world.sync().exitCode()).isZero();
        return world;
    }

    private static Outcome verify(World world) {
        return world.start("verify", "--deep", "-o", "json").await(LIMIT);
    }
}
