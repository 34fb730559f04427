package dev.tidemark.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Deliveries are not kept for ever, and what comes again after that does no harm. */
class RetentionTest {
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private static final String V1 = NOW.minus(Duration.ofDays(50)).toString();
    private static final String LATER =
            NOW.minus(Duration.ofDays(50)).plusMillis(400).toString();
    private static final String V2 = NOW.minus(Duration.ofDays(49)).toString();
    private static final String RECENTLY = NOW.minus(Duration.ofHours(1)).toString();

    private static DeliveredShop shop;

    @BeforeAll
    static void start() throws Exception {
        shop = new DeliveredShop();
    }

    @AfterAll
    static void stop() {
        shop.close();
    }

    @BeforeEach
    void clear() {
        shop.clear();
        shop.database.sql().update("delete from webhook_forgotten");
    }

    @Test
    void what_was_processed_long_ago_is_removed_in_batches_and_nothing_else() {
        String poison = shop.deliver("customers/update", V1, "{\"id\":1,\"updated_at\":\"never\"}");
        String suspending =
                shop.deliver("app/uninstalled", V1, "{\"id\":1,\"myshopify_domain\":\"acme.myshopify.com\"}");
        shop.deliver("customers/update", V1, customer("a@example.com", V1));
        shop.process();
        String waiting = shop.deliver("customers/update", V2, customer("b@example.com", V2));
        shop.database
                .sql()
                .update(
                        "insert into webhook_delivery (store_id, delivery_id, source, topic, payload, payload_sha256, state, outcome,"
                                + " settled_at) select 'acme', 'many-' || n, 'shopify', 'orders/updated', '', int8send(n), 'processed',"
                                + " 'written', now() from generate_series(1, 4500) n");
        passDays(29);

        shop.forget();
        assertThat(shop.value("select count(*)::text from webhook_delivery")).isEqualTo("4504");

        passDays(2);
        String young = shop.deliver("products/delete", RECENTLY, "{\"id\":2}");
        shop.process(shop.claim().stream()
                .filter(row -> row.get("delivery_id").equals(young))
                .findFirst()
                .orElseThrow());
        shop.forget();
        assertThat(shop.value("select string_agg(delivery_id, ' ' order by delivery_id) from webhook_delivery"))
                .isEqualTo(String.join(
                        " ",
                        Stream.of(poison, suspending, waiting, young).sorted().toList()));
        assertThat(shop.value("select count(*)::text from dead_letter")).isEqualTo("1");
        assertThat(shop.value("select store_id || ' ' || source || ' ' || removed from webhook_forgotten"))
                .isEqualTo("acme shopify 4501");
    }

    @Test
    void a_duplicate_that_comes_after_the_removal_changes_nothing() {
        shop.deliver("customers/update", V1, customer("first@example.com", V1));
        shop.deliver("customers/update", LATER, customer("second@example.com", V1));
        shop.deliver("products/delete", V1, "{\"id\":501}");
        shop.deliver(
                "products/update", V2, "{\"id\":501,\"title\":\"Tea\",\"updated_at\":\"" + V2 + "\",\"variants\":[]}");
        shop.process();
        passDays(31);
        shop.forget();
        assertThat(shop.value("select count(*)::text from webhook_delivery")).isEqualTo("0");

        String first = shop.deliver("customers/update", V1, customer("first@example.com", V1));
        String deletion = shop.deliver("products/delete", V1, "{\"id\":501}");
        shop.process();

        assertThat(shop.outcome(first))
                .as("of an equal version, what happened later counts")
                .isEqualTo("stale");
        assertThat(shop.value("select email from customer")).isEqualTo("second@example.com");
        assertThat(shop.outcome(deletion)).isEqualTo("stale");
        assertThat(shop.value("select (deleted_at is null)::text from product")).isEqualTo("true");
    }

    @Test
    void an_equal_version_that_happened_after_what_was_removed_is_written() {
        shop.deliver("customers/update", V1, customer("first@example.com", V1));
        shop.process();
        passDays(31);
        shop.forget();

        String now = shop.deliver("customers/update", RECENTLY, customer("second@example.com", V1));
        shop.process();

        assertThat(shop.outcome(now)).isEqualTo("written");
        assertThat(shop.value("select email from customer")).isEqualTo("second@example.com");
    }

    /** Lets time pass for every delivery that is there. */
    private static void passDays(int days) {
        shop.database
                .sql()
                .update(
                        "update webhook_delivery set received_at = received_at - make_interval(days => ?),"
                                + " settled_at = settled_at - make_interval(days => ?)",
                        days,
                        days);
    }

    private static String customer(String email, String updatedAt) {
        return "{\"id\":88,\"email\":\"%s\",\"created_at\":\"%s\",\"updated_at\":\"%s\"}"
                .formatted(email, V1, updatedAt);
    }
}
