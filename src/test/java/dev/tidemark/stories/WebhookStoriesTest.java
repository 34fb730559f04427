package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.run.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Between runs the tables follow the shop by its webhooks, whatever happens to them on the way. */
@ExtendWith(Services.Provider.class)
class WebhookStoriesTest {
    private static final List<String> STREAMS = List.of(
            "shopify-orders",
            "shopify-refunds",
            "shopify-customers",
            "shopify-products",
            "shopify-inventory",
            "recharge-subscriptions",
            "recharge-charges",
            "recharge-customers");
    /**
     * What the vendor's webhooks do not tell, and a run reads; docs/how-to/webhooks.md. The levels of a new variant are told when
     * stock is put there.
     */
    private static final String NOT_TOLD =
            ": (total_inventory|display_name|tags|number_of_orders|amount_spent|on_hand|committed"
                    + "|incoming|location_name|total_refunded|presentment_total_refunded|currency|presentment_currency|updated_at"
                    + "|inventory_quantity|refund_updated_at|item_updated_at|transaction_ids|order_adjustments|price|note|variant_id) is "
                    + "|^inventory_level .* is missing";

    /** A product's own sums of stock are read when the product changes; the levels are exact in inventory_level. */
    private static final String STOCK_OF_PRODUCTS = ": (total_inventory|inventory_quantity) is ";

    private static final int STRIKES = 6;

    @Test
    @Tag("long")
    void between_runs_the_tables_follow_the_shop(Services services) {
        try (World world = World.with(services, shop -> shop.orders(20).restoreRate(2_000))
                .withRecharge()
                .set("TIDEMARK_HTTP_RETRY_DELAY", "5ms")
                .set("TIDEMARK_SYNC_FLOOR", "3650d")) {
            world.shop().change("recharge/bucket", "{\"size\":1000000,\"leak_per_second\":100000}");
            int port = served(world);
            world.set("TIDEMARK_STORES_ACME_RECHARGE_WEBHOOK_SECRET", "rcsec_simulator");
            STREAMS.forEach(stream -> OrderSyncStoriesTest.completed(world, world.sync(stream)));
            try (Engine engine = world.start(new Engine.Role.Serve())) {
                deliverTo(world, port);
                world.shop().edit(10);
                world.shop().addLines(5);
                world.shop().removeLines(5);
                world.shop().change("customers", "[{\"sample\":5},{\"action\":\"create\",\"count\":3}]");
                world.shop()
                        .change(
                                "products",
                                "[{\"sample\":3},{\"action\":\"create\",\"variants\":2},{\"action\":\"update-variant\",\"index\":2,"
                                        + "\"variant\":{\"price\":\"9.90\",\"compare_at_price\":\"12.00\"}}]");
                world.shop()
                        .change(
                                "inventory",
                                "[{\"action\":\"set-level\",\"sample\":4,\"available\":7},{\"action\":\"update\",\"index\":9}]");
                world.shop().change("recharge/subscriptions", "[{\"action\":\"create\",\"count\":5}]");
                awaitSettled(world);

                assertThat(world.sql().rows("select topic, error from webhook_delivery where state = 'dead_letter'"))
                        .isEmpty();
                assertThat(
                                world.sql()
                                        .rows(
                                                "select distinct stream from webhook_delivery where outcome = 'written' order by 1"))
                        .contains(
                                "shopify-orders",
                                "shopify-customers",
                                "shopify-products",
                                "shopify-inventory",
                                "recharge-subscriptions");
                OrderSyncStoriesTest.assertHolds(world, List.of(Oracle.LOST, Oracle.DUP, Oracle.STALE, Oracle.LIE));
                STREAMS.stream()
                        .filter(stream -> !stream.equals("shopify-orders"))
                        .forEach(stream -> assertThat(differences(world, stream, NOT_TOLD))
                                .as("%s, but for what is not told", stream)
                                .isEmpty());
            }
            STREAMS.forEach(stream -> OrderSyncStoriesTest.completed(world, world.sync(stream)));
            STREAMS.stream().filter(stream -> !stream.equals("shopify-orders")).forEach(stream -> assertThat(
                            differences(world, stream, STOCK_OF_PRODUCTS))
                    .as("%s after a run", stream)
                    .isEmpty());
            OrderSyncStoriesTest.assertHolds(
                    world, List.of(Oracle.LOST, Oracle.DUP, Oracle.STALE, Oracle.LIE, Oracle.EXPLAIN));
        }
    }

    @Test
    void a_failed_operation_that_is_announced_ends_its_run_within_two_seconds(Services services) {
        try (World world = World.with(
                        services, shop -> shop.bulkTakes(Duration.ofMillis(100), Duration.ofMillis(1_500)))
                // The run would not ask again before the story is over.
                .set("TIDEMARK_SHOPIFY_BULK_POLL_INTERVAL", "10m")) {
            int port = served(world);
            try (Engine engine = world.start(new Engine.Role.Serve())) {
                deliverTo(world, port);
                world.shop().fault("bulk-failed");
                InProcess.startDaily(engine, World.STORE, World.STREAM);
                await(
                        "the run to end",
                        () -> world.sql().value("select status from sync_run").equals("failed"));

                assertThat(world.sql().value("select held_reason from sync_run"))
                        .contains("announced that the bulk operation ended as FAILED");
                assertThat(
                                Double.parseDouble(
                                        world.sql()
                                                .value(
                                                        "select extract(epoch from r.finished_at - d.received_at) from sync_run r, webhook_delivery d"
                                                                + " where d.topic = 'bulk_operations/finish' and d.outcome = 'run_failed'")))
                        .as("seconds from the announcement to the end of the run")
                        .isBetween(0.0, 2.0);
                assertThat(world.watermark()).isNull();
            }
        }
    }

    /**
     * More of them with {@code -Dstories.deliveries=100000}. The shop's hour has passed when this begins, so that a backfill can
     * ask for it.
     */
    @Test
    @Tag("long")
    void deliveries_survive_kills_and_a_crash_of_the_database_beside_a_run_and_a_backfill(Services services)
            throws IOException {
        int count = Integer.getInteger("stories.deliveries", 2_000);
        Path folder = Files.createTempDirectory("webhook-story");
        Instant begins = services.startedAt().minus(Duration.ofHours(2));
        try (Postgres postgres = Postgres.start(folder.resolve("postgres"))) {
            services.migrate(postgres);
            try (World world = World.with(services, postgres, shop -> shop.startsAt(begins)
                    .orders(Math.max(60, count / 100))
                    .restoreRate(2_000))) {
                int port = served(world);
                world.set("TIDEMARK_SYNC_FLOOR", "3650d");
                world.set("TIDEMARK_SYNC_CHUNK_LINES", "100");
                OrderSyncStoriesTest.completed(world, world.syncInProcessOfItsOwn());
                TidemarkProcess[] server = {world.start("serve")};
                awaitListening(port);
                deliverTo(world, port);
                // The vendor's four hours of trying again are four minutes; while nobody listens, not all of it is
                // tried in vain.
                world.shop().change("webhooks", "{\"speed\":60,\"rate\":400}");
                long started = System.nanoTime();
                world.shop()
                        .change(
                                "webhooks/burst",
                                "{\"count\":" + count
                                        + ",\"kind\":\"orders\",\"over_ms\":3600000,\"duplicates\":0.1,\"shuffle\":true,\"seed\":7}");
                TidemarkProcess run = world.startSync();
                String backfill = backfill(world, begins.minus(Duration.ofHours(1)), begins.plus(Duration.ofHours(1)));
                int strikes = 0;
                while (strikes < STRIKES || !isSettled(world)) {
                    awaitStrike(world, count / (STRIKES + 2));
                    server[0].kill();
                    if (++strikes == STRIKES / 2) {
                        postgres.pullThePlug();
                        postgres.plugIn();
                    }
                    server[0] = world.start("serve");
                    awaitListening(port);
                }
                awaitSettled(world);
                await("the backfill to end", () -> state(world, backfill).equals("completed"));
                run.await(Duration.ofMinutes(5));

                List<JsonNode> deliveries = world.shop().truth("deliveries");
                List<String> answers = deliveries.stream()
                        .flatMap(delivery ->
                                StreamSupport.stream(delivery.path("attempts").spliterator(), false))
                        .map(attempt -> attempt.path("status").asText())
                        .toList();
                long acknowledgements = answers.stream().filter("200"::equals).count();
                System.out.printf(
                        "%d deliveries, sent %d times, acknowledged %d times, %d strikes, %d s%n",
                        deliveries.size(),
                        answers.size(),
                        acknowledgements,
                        strikes,
                        Duration.ofNanos(System.nanoTime() - started).toSeconds());
                Set<String> acknowledged = deliveries.stream()
                        .filter(delivery -> StreamSupport.stream(
                                        delivery.path("attempts").spliterator(), false)
                                .anyMatch(attempt -> attempt.path("status").asInt() == 200))
                        .map(delivery -> delivery.path("delivery_id").asText())
                        .collect(Collectors.toCollection(TreeSet::new));
                Set<String> kept = new TreeSet<>(world.sql()
                        .rows("select delivery_id from webhook_delivery where state in ('processed', 'dead_letter')"));
                assertThat(deliveries).as("deliveries").hasSizeGreaterThanOrEqualTo(count);
                assertThat(acknowledged)
                        .as("the vendor tries again, so each is acknowledged in the end")
                        .hasSameSizeAs(deliveries);
                assertThat(acknowledged.stream()
                                .filter(id -> !kept.contains(id))
                                .toList())
                        .as("ACK: acknowledged, and not in the inbox with an end")
                        .isEmpty();
                assertThat(kept).as("DUP: each is kept once").hasSameSizeAs(deliveries);
                assertThat(answers).as("copies were sent, too").hasSizeGreaterThan(count + count / 12);
                assertThat(world.sql()
                                .rows("select topic, error from webhook_delivery where state = 'dead_letter' limit 5"))
                        .isEmpty();
                OrderSyncStoriesTest.assertHolds(
                        world, List.of(Oracle.LOST, Oracle.DUP, Oracle.STALE, Oracle.LIE, Oracle.TERMINAL));
                server[0].kill();
                OrderSyncStoriesTest.completed(world, world.syncInProcessOfItsOwn());
                OrderSyncStoriesTest.assertHolds(
                        world,
                        List.of(Oracle.LOST, Oracle.DUP, Oracle.STALE, Oracle.LIE, Oracle.EXPLAIN, Oracle.TERMINAL));
            }
        }
    }

    /** Has the server read some of the shop's past, and gives the backfill's id. */
    private static String backfill(World world, Instant from, Instant to) {
        Outcome asked = world.start(
                        "backfill",
                        "--store",
                        World.STORE,
                        "--stream",
                        World.STREAM,
                        "--from",
                        from.toString(),
                        "--to",
                        to.toString(),
                        "--window",
                        "PT15M",
                        "--no-wait",
                        "-o",
                        "json")
                .await(Duration.ofMinutes(5));
        assertThat(asked.exitCode()).as("%s", asked).isZero();
        return world.sql().value("select backfill_id from backfill where state <> 'planned'");
    }

    private static String state(World world, String backfill) {
        return world.sql().value("select state from backfill where backfill_id = cast(? as uuid)", backfill);
    }

    /** Waits until so many more deliveries are settled, or after a minute some: what waits to be sent again may be all there is. */
    private static void awaitStrike(World world, int more) {
        long settled = settled(world);
        long latest = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        await("deliveries to be settled", () -> {
            long now = settled(world);
            return now > settled + more || System.nanoTime() > latest && now > settled || isSettled(world);
        });
    }

    /** Tells the processes to come where to listen, and what deliveries are signed with. */
    private static int served(World world) {
        List<Integer> ports = IntStream.range(0, 2).mapToObj(each -> freePort()).toList();
        world.set("TIDEMARK_API_PORT", String.valueOf(ports.get(0)))
                .set("TIDEMARK_MANAGEMENT_PORT", String.valueOf(ports.get(1)))
                .set("TIDEMARK_HAWTIO_PORT", "0")
                .set("TIDEMARK_STORES_ACME_SHOPIFY_WEBHOOK_SECRET", "shpss_simulator");
        return ports.get(0);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deliverTo(World world, int port) {
        world.shop().change("webhooks", "{\"url\":\"http://127.0.0.1:" + port + "\",\"topics\":[\"all\"]}");
    }

    private static void awaitListening(int port) {
        await("somebody to listen on port " + port, () -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Waits until nothing is on its way any more and nothing that arrived is still to be processed. */
    private static void awaitSettled(World world) {
        await("every delivery to have come to its end", () -> isSettled(world));
    }

    private static boolean isSettled(World world) {
        return world.sql()
                        .value("select count(*) from webhook_delivery where state = 'processing'")
                        .equals("0")
                && world.shop().deliveries("waiting") == 0;
    }

    private static long settled(World world) {
        return Long.parseLong(world.sql().value("select count(*) from webhook_delivery where state <> 'processing'"));
    }

    private static void await(String what, Callable<Boolean> comes) {
        Awaitility.await(what)
                .atMost(Duration.ofMinutes(10))
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions()
                .until(comes);
    }

    private static List<String> differences(World world, String stream, String notTold) {
        return new StreamTruth(world, stream)
                .differences().stream()
                        // A young shop has no refunds.
                        .filter(difference -> !difference.contains("the truth is empty"))
                        .filter(difference ->
                                !Pattern.compile(notTold).matcher(difference).find())
                        .limit(10)
                        .toList();
    }
}
