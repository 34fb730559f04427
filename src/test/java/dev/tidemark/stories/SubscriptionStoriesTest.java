package dev.tidemark.stories;

import static dev.tidemark.stories.OrderSyncStoriesTest.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.run.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The vendors' webhook subscriptions as an operator relies on them: there, again when they were gone, missed when silent. */
@ExtendWith(Services.Provider.class)
class SubscriptionStoriesTest {
    private static final String UPDATED = "orders/updated";

    @Test
    void what_is_missing_is_made_and_made_again_when_the_vendor_took_it_away(Services services) {
        try (World world = serving(services)
                        .withRecharge()
                        .set("TIDEMARK_STORES_ACME_RECHARGE_WEBHOOK_SECRET", "rcsec_simulator");
                Engine engine = world.start(new Engine.Role.Serve())) {
            awaitAllSubscribed(world, 2);
            assertThat(world.sql().value("select count(*) from webhook_topic where problem is not null"))
                    .isEqualTo("0");
            int before = world.shop().subscriptions().size();
            assertThat(world.sql().value("select count(*) from webhook_topic where subscription_id is not null"))
                    .isEqualTo(String.valueOf(before));

            world.shop().unsubscribe(idOf(world, UPDATED));
            assertThat(subscribed(world, UPDATED)).isFalse();
            lookAfter(world, engine);

            assertThat(subscribed(world, UPDATED)).isTrue();
            assertThat(world.shop().subscriptions()).hasSize(before);
            assertThat(world.sql()
                            .value(
                                    "select times_gone || ' ' || (unsubscribed_since is not null) from webhook_topic where topic = ?",
                                    UPDATED))
                    .isEqualTo("1 true");
            assertThat(runs(world)).as("runs that make up for it").isEqualTo(1);
            lookAfter(world, engine);
            assertThat(runs(world)).as("no second one").isEqualTo(1);
            assertThat(engine.request("query-webhook-topics", Collections.singletonMap("store", null), String.class))
                    .contains("\"topic\" : \"orders/updated\"", "\"subscribed\" : true");
        }
    }

    @Test
    void one_store_whose_vendor_is_away_does_not_stop_the_others(Services services) {
        try (World world = serving(services)
                        .set("TIDEMARK_STORES_AAA_SHOPIFY_URL", "http://127.0.0.1:" + freePort())
                        .set("TIDEMARK_STORES_AAA_SHOPIFY_TOKEN", "shpat_1")
                        .set("TIDEMARK_STORES_AAA_SHOPIFY_WEBHOOK_SECRET", "secret");
                Engine engine = world.start(new Engine.Role.Serve())) {
            await("the other store subscribed", () -> subscribed(world, UPDATED));
            await(
                    "the reason on the account's row",
                    () -> world.sql()
                                    .rows(
                                            "select problem from webhook_account where store_id = 'aaa' and problem is not null")
                                    .size()
                            == 1);
            assertThat(
                            world.sql()
                                    .value(
                                            "select due_at < now() + interval '6 minutes' from webhook_account where store_id = 'aaa'"))
                    .as("tried again soon")
                    .isEqualTo("t");
        }
    }

    @Test
    void a_topic_that_falls_silent_compared_with_its_own_past_gets_one_run_and_speaks_again(Services services) {
        try (World world = serving(services);
                Engine engine = world.start(new Engine.Role.Serve())) {
            awaitAllSubscribed(world, 1);
            // One that came twice an hour until seven hours ago, and one that comes every second day.
            deliveries(world, UPDATED, "10 days", "7 hours", "30 minutes");
            deliveries(world, "orders/cancelled", "13 days", "20 hours", "2 days");

            lookAfter(world, engine);

            assertThat(world.sql()
                            .rows("select topic, usual_interval from webhook_topic where silent_since is not null"))
                    .containsExactly(UPDATED + "|00:30:00");
            await("the run that makes up for it", () -> runs(world) == 1 && ended(world));
            assertHolds(world, Oracle.all());
            lookAfter(world, engine);
            assertThat(runs(world)).as("one run for one silence").isEqualTo(1);

            deliveries(world, UPDATED, "1 minute", "0 minutes", "1 minute");
            lookAfter(world, engine);
            assertThat(world.sql().rows("select topic from webhook_topic where silent_since is not null"))
                    .isEmpty();
        }
    }

    @Test
    void a_day_in_which_nothing_was_delivered_is_made_up_for_by_the_daily_run(Services services) {
        try (World world = serving(services);
                Engine engine = world.start(new Engine.Role.Serve())) {
            awaitAllSubscribed(world, 1);
            sync(world, engine);
            world.shop().edit(4);
            await("the deliveries of the day before", () -> world.sql()
                    .value(
                            "select count(distinct record_key) >= 4 from webhook_delivery where state = 'processed' and outcome = 'written'")
                    .equals("t"));
            await("every delivery acknowledged", () -> world.shop().deliveries("waiting") == 0);
            assertThat(world.shop().deliveries("given_up")).isZero();
            assertThat(world.ask(List.of(Oracle.LOST, Oracle.DUP, Oracle.STALE)).areNone())
                    .as("the tables follow the shop without a run")
                    .isTrue();

            world.shop().fault("webhook-dropped");
            world.shop().edit(25);
            world.shop().addLines(5);
            world.shop().removeLines(3);
            world.shop().advanceClock(Duration.ofDays(1));
            assertThat(world.shop().deliveries("dropped")).isGreaterThan(30);
            assertThat(world.ask(List.of(Oracle.LOST)).areNone())
                    .as("the day is missing")
                    .isFalse();

            sync(world, engine);
            // What a delivery wrote leads to the delivery, not to an archived run.
            assertHolds(
                    world,
                    Oracle.all().stream()
                            .filter(oracle -> oracle != Oracle.EXPLAIN)
                            .toList());
        }
    }

    private static World serving(Services services) {
        String port = freePort();
        return World.with(services, shop -> shop)
                .set("TIDEMARK_API_PORT", port)
                .set("TIDEMARK_MANAGEMENT_PORT", freePort())
                .set("TIDEMARK_HAWTIO_PORT", "0")
                .set("TIDEMARK_WEBHOOKS_PUBLIC_URL", "http://127.0.0.1:" + port)
                .set("TIDEMARK_STORES_ACME_SHOPIFY_WEBHOOK_SECRET", "shpss_simulator");
    }

    private static void awaitAllSubscribed(World world, int sources) {
        await("every topic of " + sources + " sources subscribed", () -> world.sql()
                .value(
                        "select count(distinct source) = ? and bool_and(subscription_id is not null) from webhook_topic",
                        sources)
                .equals("t"));
    }

    /** What the tick does, with every account due. */
    private static void lookAfter(World world, Engine engine) {
        world.sql().run("update webhook_account set due_at = now()");
        engine.request("webhook-look-after", Map.of(), Object.class);
    }

    private static void sync(World world, Engine engine) {
        Object started = InProcess.startDaily(engine, World.STORE, World.STREAM).get("outcome");
        assertThat(started).isEqualTo("accepted");
        await("the run to end", () -> ended(world));
    }

    private static boolean ended(World world) {
        return world.sql()
                .value("select bool_and(finished_at is not null) from sync_run")
                .equals("t");
    }

    private static int runs(World world) {
        return Integer.parseInt(world.sql().value("select count(*) from sync_run where stream = ?", World.STREAM));
    }

    private static boolean subscribed(World world, String topic) {
        return world.shop().subscriptions().stream()
                .anyMatch(one -> one.path("topic").asText().equals(topic));
    }

    private static long idOf(World world, String topic) {
        return world.shop().subscriptions().stream()
                .filter(one -> one.path("topic").asText().equals(topic))
                .mapToLong(one -> one.path("id").asLong())
                .findFirst()
                .orElseThrow();
    }

    /** Deliveries that came and were processed, from so long ago until so long ago, one every so often. */
    private static void deliveries(World world, String topic, String from, String to, String every) {
        world.sql()
                .run(
                        "insert into webhook_delivery (store_id, delivery_id, source, topic, received_at, payload, payload_sha256,"
                                + " state, outcome, settled_at) select 'acme', gen_random_uuid()::text, 'shopify', '"
                                + topic
                                + "', at, '', uuid_send(gen_random_uuid()), 'processed', 'written', at from generate_series(now() - interval '"
                                + from + "', now() - interval '" + to + "', interval '" + every + "') at");
    }

    private static String freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return String.valueOf(socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }
}
