package dev.tidemark.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.erasure.Erasure;
import dev.tidemark.fixture.AtOnce;
import dev.tidemark.fixture.ObjectStorage;
import dev.tidemark.settings.SettingsReader;
import dev.tidemark.stream.StreamCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A delivery that is being processed while its person is erased does not bring the person back. */
class ErasedDeliveriesTest {
    private static final String V1 = "2026-06-01T10:00:00Z";
    private static final String ADDRESS = "erased@example.com";
    private static final String BODY = "{\"id\":88,\"email\":\"" + ADDRESS
            + "\",\"first_name\":\"Erased\",\"created_at\":\"" + V1 + "\",\"updated_at\":\"" + V1 + "\"}";
    private static final String LEFT =
            "select (select count(*) from customer where email is not null or first_name is not null)"
                    + " + (select count(*) from webhook_delivery where position('" + ADDRESS
                    + "' in encode(payload, 'escape')) > 0)";

    private static DeliveredShop shop;
    private static ObjectStorage storage;
    private static Erasure erasure;

    @BeforeAll
    static void start() throws Exception {
        shop = new DeliveredShop();
        storage = ObjectStorage.start();
        erasure = new Erasure(
                shop.database.dataSource(),
                storage.client(),
                SettingsReader.read(
                        Map.of(
                                "tidemark.stores.acme.shopify.domain", "acme.myshopify.com",
                                "tidemark.stores.acme.shopify.token", "shpat_1",
                                "tidemark.s3.bucket", storage.bucket()),
                        Map.of()),
                StreamCatalog.load());
    }

    @AfterAll
    static void stop() {
        storage.close();
        shop.close();
    }

    @BeforeEach
    void clear() {
        shop.clear();
        shop.database.sql().update("delete from erasure_person");
        shop.database.sql().update("delete from erasure_request");
    }

    @Test
    void the_erasure_waits_for_who_is_about_to_write() throws Exception {
        String id = shop.deliver("customers/update", V1, BODY);
        Map<String, Object> claimed = shop.claim().get(0);
        Future<Void> worker;
        Future<String> erased;
        try (Connection holder = shop.database.dataSource().getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("select delivery_id from webhook_delivery for update");
            // It has asked whom not to keep, and waits for the row that its statement locks first.
            worker = CompletableFuture.runAsync(() -> shop.process(claimed), AtOnce.THREADS);
            awaitWaiting(1, worker);
            erased = CompletableFuture.supplyAsync(ErasedDeliveriesTest::eraseCustomer, AtOnce.THREADS);
            awaitWaiting(2, erased);
            holder.rollback();
            holder.setAutoCommit(true);
        }
        worker.get();
        assertThat(erased.get()).contains("\"done\"");
        shop.process();

        assertThat(shop.outcome(id)).isIn("written", "unchanged");
        assertThat(shop.value(LEFT)).isEqualTo("0");
    }

    @Test
    void who_claimed_before_the_erasure_and_writes_after_it_is_refused() {
        String id = shop.deliver("customers/update", V1, BODY);
        Map<String, Object> claimed = shop.claim().get(0);

        assertThat(eraseCustomer()).contains("\"done\"");
        shop.process(claimed);
        assertThat(shop.outcome(id)).as("the claim is worth nothing any more").isEqualTo("processing");

        shop.process();
        assertThat(shop.outcome(id)).isEqualTo("written");
        assertThat(shop.value("select attempts::text from webhook_delivery"))
                .as("the claim that was taken away does not count")
                .isEqualTo("1");
        assertThat(shop.value(LEFT)).isEqualTo("0");
    }

    private static String eraseCustomer() {
        try {
            Object request = erasure.begin(
                            Map.of("store", "acme", "kind", "person", "customer", "88", "actor", "cli/test"))
                    .get("request_id");
            return erasure.carryOut(Map.of("store", "acme", "request_id", request));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until so many sessions wait for a row, or until the one that should has ended without. */
    private static void awaitWaiting(int sessions, Future<?> last) {
        Awaitility.await(sessions + " sessions that wait for the delivery")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> last.isDone()
                        || shop.value("select (count(*) >= " + sessions
                                        + ")::text from pg_stat_activity where wait_event_type = 'Lock'")
                                .equals("true"));
    }
}
