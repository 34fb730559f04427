package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.run.Engine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is gone from the source is marked, and nothing else is. */
@ExtendWith(Services.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeletionStoriesTest {
    private World shop;

    @BeforeAll
    void a_shop_that_was_never_read(Services services) {
        shop = StreamStoriesTest.shop(services, 300);
    }

    @AfterAll
    void end() {
        shop.close();
    }

    static Stream<String> streams() {
        return StreamTruth.streams().stream().filter(stream -> !stream.equals("shopify-inventory"));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void a_deleted_record_of_any_stream_is_marked_by_the_next_scan(String stream) {
        StreamTruth truth = new StreamTruth(shop, stream);
        OrderSyncStoriesTest.completed(shop, shop.sync(stream));
        assertThat(truth.differences()).isEmpty();

        deleteSome(stream);
        assertThat(truth.differences())
                .as("records that the source has no more")
                .isNotEmpty()
                .allMatch(difference -> difference.endsWith("is not in the source"));
        Map<String, String> before = truth.contents();
        Outcome scan = shop.reconcile(stream);

        assertThat(scan.status()).as("%s", scan).isEqualTo("completed");
        assertThat(truth.differences()).as("after %s", scan.heldReason()).isEmpty();
        assertThat(truth.contents().keySet()).as("rows stay").isEqualTo(before.keySet());
        assertThat(shop.sql().value("select count(*) from sync_scan_id")).isEqualTo("0");

        Map<String, String> marked = truth.contents();
        Outcome again = shop.reconcile(stream);
        assertThat(again.heldReason()).contains(", 0 record(s) marked").contains(" 0 back");
        assertThat(truth.contents()).as("a second scan changes nothing").isEqualTo(marked);
    }

    private void deleteSome(String stream) {
        if (stream.startsWith("recharge-")) {
            shop.shop()
                    .change(
                            stream.replace("-", "/"),
                            "[{\"action\":\"delete\",\"index\":3},{\"action\":\"delete\",\"index\":5}]");
        } else if (stream.equals("shopify-customers") || stream.equals("shopify-products")) {
            shop.shop().change(stream.substring("shopify-".length()), "[{\"action\":\"delete\",\"index\":3}]");
        } else {
            // What an order has goes with it.
            String kind = stream.substring("shopify-".length());
            long order = shop.shop().truth(kind).get(0).path("order_id").asLong();
            shop.shop().change("orders", "[{\"action\":\"delete\",\"order_id\":" + order + "}]");
        }
    }

    @Test
    void a_deleted_order_takes_its_lines_and_its_sales_with_it_and_comes_back_with_them(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            OrderSyncStoriesTest.completed(world, world.sync());
            Map<String, String> sales = world.objects().digests("measurement/sales/");
            JsonNode gone = world.shop().truth("orders").get(7);
            String id = gone.path("order_id").asText();
            world.shop().advanceClock(Duration.ofMinutes(1));
            world.shop().change("orders", "[{\"action\":\"delete\",\"order_id\":" + id + "}]");
            world.shop().advanceClock(Duration.ofMinutes(1));

            Outcome scan = world.reconcile(World.STREAM);

            assertThat(scan.status()).as("%s", scan).isEqualTo("completed");
            assertThat(world.sql().rows("select order_id from order_header where deleted_at is not null"))
                    .containsExactly(id);
            assertThat(world.sql()
                            .value("select count(*) from order_line_item where removed_at is null and order_id = "
                                    + id))
                    .isEqualTo("0");
            assertThat(world.sql()
                            .value(
                                    "select bool_and(l.removed_at = h.deleted_at and h.deleted_at = r.source_started_at) from order_header h"
                                            + " join order_line_item l using (store_id, order_id) join sync_run r on r.job_type = 'RECONCILE_EXECUTE'"
                                            + " where h.order_id = " + id))
                    .as("marked with the start of the scan on the source's clock")
                    .isEqualTo("t");
            assertThat(world.objects().digests("measurement/sales/"))
                    .as("measured again")
                    .isNotEqualTo(sales);
            assertThat(world.watermark()).isEqualTo(scan.watermark());
            assertHealthy(world);

            // A mark that was a mistake: the next scan finds the record, and takes the mark off.
            String other = world.shop().truth("orders").get(3).path("order_id").asText();
            world.sql().run("update order_header set deleted_at = now() - interval '1 hour' where order_id = " + other);
            world.sql()
                    .run(
                            "update order_line_item l set removed_at = h.deleted_at from order_header h where h.order_id = l.order_id"
                                    + " and l.order_id = " + other);
            world.shop().advanceClock(Duration.ofMinutes(1));
            Outcome second = world.reconcile(World.STREAM);

            assertThat(second.heldReason()).contains("1 back again");
            assertThat(world.sql().rows("select order_id from order_header where deleted_at is not null"))
                    .containsExactly(id);
            assertThat(world.sql()
                            .value("select count(*) from order_line_item where removed_at is not null and order_id = "
                                    + other))
                    .isEqualTo("0");
            assertHealthy(world);
        }
    }

    @Test
    void a_scan_that_is_not_whole_marks_nothing(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            OrderSyncStoriesTest.completed(world, world.sync());
            for (String fault : List.of("count-mismatch", "bulk-failed-partial", "missing-scope:read_all_orders")) {
                world.shop().fault(fault);

                Outcome scan = world.reconcile(World.STREAM, "allow_mass_deletion", "true");

                assertThat(world.sql().value("select count(*) from order_header where deleted_at is not null"))
                        .as("%s: %s", fault, scan)
                        .isEqualTo("0");
                if (!fault.startsWith("missing")) {
                    assertThat(scan.exitCode()).as("%s: %s", fault, scan).isEqualTo(4);
                }
                world.shop().mend();
            }
        }
    }

    @Tag("long")
    @Test
    void a_history_that_the_token_no_longer_sees_is_not_taken_for_deleted(Services services) {
        OrderSyncStoriesTest.completed(shop, shop.sync(World.STREAM));
        String deleted = "select count(*) from order_header where deleted_at is not null";
        long before = Long.parseLong(shop.sql().value(deleted));
        shop.reconcile(World.STREAM);
        String known = shop.sql().value(deleted);
        assertThat(Long.parseLong(known)).isGreaterThanOrEqualTo(before);
        shop.shop().fault("missing-scope:read_all_orders");

        Outcome scan = shop.reconcile(World.STREAM, "allow_mass_deletion", "true");
        shop.shop().mend();

        assertThat(scan.status()).as("%s", scan).isEqualTo("completed");
        assertThat(scan.count("roots"))
                .as("only the last 60 days are seen")
                .isLessThan(Long.parseLong(shop.sql().value("select count(*) from order_header")));
        assertThat(shop.sql().value(deleted)).isEqualTo(known);
    }

    @Test
    void a_mass_deletion_is_held_until_an_operator_allows_it(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            world.set("TIDEMARK_RECONCILE_LIMIT_ROWS", "2");
            OrderSyncStoriesTest.completed(world, world.sync());
            world.shop().advanceClock(Duration.ofMinutes(1));
            List<JsonNode> orders = world.shop().truth("orders");
            for (int index = 0; index < 10; index++) {
                world.shop()
                        .change(
                                "orders",
                                "[{\"action\":\"delete\",\"order_id\":"
                                        + orders.get(index).path("order_id") + "}]");
            }
            world.shop().advanceClock(Duration.ofMinutes(1));

            Outcome held = world.reconcile(World.STREAM);
            assertThat(held.exitCode()).as("%s", held).isEqualTo(3);
            assertThat(held.heldReason()).contains("10 of 40").contains("--allow-mass-deletion");
            assertThat(world.sql().value("select count(*) from order_header where deleted_at is not null"))
                    .isEqualTo("0");

            Outcome allowed = world.reconcile(World.STREAM, "allow_mass_deletion", "true");
            assertThat(allowed.exitCode()).as("%s", allowed).isZero();
            assertThat(world.sql().value("select count(*) from order_header where deleted_at is not null"))
                    .isEqualTo("10");
        }
    }

    @Test
    void a_deleted_product_is_told_by_the_shops_own_diary(Services services) {
        try (World world = StreamStoriesTest.shop(services, 20)) {
            OrderSyncStoriesTest.completed(world, world.sync("shopify-products"));
            OrderSyncStoriesTest.completed(world, world.sync("shopify-deletions"));
            StreamTruth truth = new StreamTruth(world, "shopify-products");
            assertThat(truth.differences()).isEmpty();

            world.shop()
                    .change("products", "[{\"action\":\"delete\",\"index\":3},{\"action\":\"delete\",\"index\":9}]");
            Outcome told = OrderSyncStoriesTest.completed(world, world.sync("shopify-deletions"));

            assertThat(told.count("written")).isEqualTo(2);
            assertThat(truth.differences()).isEmpty();
            assertThat(
                            world.sql()
                                    .value(
                                            "select count(*) from product p join product_deletion d using (store_id, product_id) where p.deleted_at = d.happened_at"))
                    .isEqualTo("2");
        }
    }

    @Tag("long")
    @Test
    void the_scans_of_all_streams_start_by_their_own_schedule(Services services) {
        try (World world = StreamStoriesTest.shop(services, 10)) {
            world.set("TIDEMARK_RECONCILE_SCHEDULE", "0/1 * * * * ?").set("TIDEMARK_SYNC_SCHEDULE", "0 0 6 1 1 ?");
            try (Engine served = world.serve()) {
                Awaitility.await("a scan of each stream")
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> world.sql()
                                .value(
                                        "select count(distinct stream) from sync_run where job_type = 'RECONCILE_EXECUTE'"
                                                + " and initiator = 'cron'")
                                .equals("12"));
                assertThat(served.camelContext().isStarted()).isTrue();
            }
        }
    }

    private static void assertHealthy(World world) {
        Outcome verified = world.start(
                        "verify", "--store", World.STORE, "--stream", World.STREAM, "--deep", "-o", "json")
                .await(Duration.ofMinutes(1));
        assertThat(verified.exitCode()).as("%s", verified).isZero();
    }
}
