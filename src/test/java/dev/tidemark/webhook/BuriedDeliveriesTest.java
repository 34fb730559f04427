package dev.tidemark.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator's retry does to a delivery that was given up, and what an erasure leaves of a late one. */
class BuriedDeliveriesTest {
    private static final String V1 = "2026-06-01T10:00:00Z";
    private static final String ORDER = """
            {"id":7001,"name":"#1001","email":"Jon@Example.com","updated_at":"2026-06-01T10:00:00Z","currency":"USD",
             "customer":{"id":88,"first_name":"Jon"},"shipping_address":{"city":"Bern"},
             "total_price_set":{"shop_money":{"amount":"9.00","currency_code":"USD"}},
             "line_items":[{"id":9001,"product_id":501,"quantity":3,"title":"Tea"}]}
            """;

    private static DeliveredShop shop;

    @BeforeAll
    static void start() throws Exception {
        shop = new DeliveredShop();
        shop.addRoute(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:retry").to("sql:classpath:sql/letters/retry_letters.sql?outputType=SelectOne");
            }
        });
    }

    @AfterAll
    static void stop() {
        shop.close();
    }

    @BeforeEach
    void clear() {
        shop.clear();
    }

    @Test
    void a_retried_delivery_is_processed_and_its_letter_settled() {
        shop.database.sql().execute("alter table order_header add constraint small check (total < 5)");
        String id = shop.deliver("orders/updated", V1, ORDER);
        shop.process();
        shop.passTime();
        shop.process();
        shop.passTime();
        shop.process();
        assertThat(shop.outcome(id)).isEqualTo("dead_letter");
        shop.database.sql().execute("alter table order_header drop constraint small");
        Map<String, Object> act = new HashMap<>();
        act.put("token", null);
        act.put("filter", "{\"store\":\"acme\"}");
        act.put("actor", "cli/test");
        act.put("reason", null);
        act.put("act_id", new UUID(1, 1).toString());

        Map<?, ?> answer = shop.camel.createProducerTemplate().requestBody("direct:retry", act, Map.class);
        shop.process();

        assertThat(answer.get("outcome")).isEqualTo("done");
        assertThat(answer.get("settled")).isEqualTo(1L);
        assertThat(shop.outcome(id)).isEqualTo("written");
        assertThat(shop.value("select state from dead_letter")).isEqualTo("retried");
        assertThat(shop.value("select action || ' ' || actor || ' ' || cardinality(letter_ids) from dead_letter_audit"))
                .isEqualTo("retry cli/test 1");
    }

    @Test
    void a_late_delivery_of_an_erased_person_leaves_ids_and_money_only() {
        shop.database
                .sql()
                .execute("insert into erasure_request (store_id, request_id, kind, origin, asked) values"
                        + " ('acme', '00000000-0000-0001-0000-000000000001', 'person', 'cli/test', '{}');"
                        + " insert into erasure_person (store_id, kind, value, request_id) values"
                        + " ('acme', 'customer', '88', '00000000-0000-0001-0000-000000000001')");
        String other =
                shop.deliver("orders/updated", V1, ORDER.replace("7001", "7002").replace(":88,", ":89,"));
        String late = shop.deliver("orders/updated", V1, ORDER);
        shop.process();

        assertThat(shop.outcome(late)).isEqualTo("written");
        assertThat(shop.value(
                        "select row(name, email, customer_id, total)::text from order_header where order_id = 7001"))
                .isEqualTo("(#1001,,88,9.00)");
        assertThat(shop.value("select quantity::text from order_line_item where order_id = 7001"))
                .isEqualTo("3");
        assertThat(payload(late))
                .doesNotContainIgnoringCase("jon")
                .doesNotContain("Bern")
                .contains("Tea");
        assertThat(shop.outcome(other)).isEqualTo("written");
        assertThat(payload(other)).as("another customer's stays").contains("Jon@Example.com");
    }

    private static String payload(String id) {
        return shop.value(
                "select convert_from(payload, 'UTF8') from webhook_delivery where delivery_id = '" + id + "'");
    }
}
