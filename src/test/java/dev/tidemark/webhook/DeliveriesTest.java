package dev.tidemark.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What deliveries do to the tables, and what becomes of those that cannot be processed. */
class DeliveriesTest {
    private static final String V1 = "2026-06-01T10:00:00Z";
    private static final String V2 = "2026-06-01T10:00:01Z";
    private static final String V3 = "2026-06-01T10:00:02Z";

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
    }

    // Records

    @Test
    void an_order_arrives_with_its_lines() {
        String id = shop.deliver("orders/create", V1, order("2026-06-01T06:00:00-04:00", "10.00"));
        shop.process();

        assertThat(shop.outcome(id)).isEqualTo("written");
        assertThat(
                        shop.value(
                                "select row(order_id, name, email, customer_id, updated_at, currency, presentment_currency,"
                                        + " financial_status, fulfillment_status, total, presentment_total, test)::text from order_header"))
                .isEqualTo(
                        "(7001,#1001,a@example.com,88,\"2026-06-01 10:00:00+00\",USD,EUR,PARTIALLY_REFUNDED,UNFULFILLED,"
                                + "10.00,9.10,f)");
        assertThat(shop.value(
                        "select row(line_item_id, order_id, order_updated_at, product_id, variant_id, sku, variant_title,"
                                + " quantity, current_quantity, currency, unit_price, total, presentment_total)::text"
                                + " from order_line_item"))
                .as("the line costs three times four less what was taken off")
                .isEqualTo("(9001,7001,\"2026-06-01 10:00:00+00\",501,601,T-1,,3,2,USD,4.00,10.50,9.45)");
        assertThat(shop.value("select stream || ' ' || day from webhook_day")).isEqualTo("shopify-orders 2026-06-01");
    }

    @Test
    void what_a_delivery_does_not_tell_stays_as_it_is_stored() {
        shop.database
                .sql()
                .execute(
                        "insert into order_header (store_id, order_id, name, email, financial_status, updated_at, run_number)"
                                + " values ('acme', 7001, 'old', 'kept@example.com', 'PAID', '2026-05-01T00:00:00Z', 1)");
        shop.deliver("orders/updated", V1, order(V1, "10.00").replace("\"email\":\"a@example.com\",\n", ""));
        shop.process();

        assertThat(shop.value("select email || ' ' || name || ' ' || financial_status from order_header"))
                .isEqualTo("kept@example.com #1001 PARTIALLY_REFUNDED");
    }

    @Test
    void what_a_delivery_tells_to_be_nothing_becomes_nothing() {
        shop.deliver("orders/create", V1, order(V1, "10.00"));
        shop.deliver("orders/updated", V2, order(V2, "10.00").replace("\"email\":\"a@example.com\"", "\"email\":null"));
        shop.process();

        assertThat(shop.value("select coalesce(email, 'none') from order_header"))
                .isEqualTo("none");
    }

    @Test
    void a_line_that_the_order_does_not_have_any_more_is_removed() {
        shop.deliver("orders/create", V1, order(V1, "10.00"));
        shop.deliver(
                "orders/updated",
                V2,
                order(V2, "10.00").replace("\"id\":9001,\"product_id\"", "\"id\":9002,\"product_id\""));
        shop.process();

        assertThat(shop.value(
                        "select string_agg(line_item_id || ' ' || coalesce(removed_at::text, '-'), ', ' order by line_item_id)"
                                + " from order_line_item"))
                .isEqualTo("9001 2026-06-01 10:00:01+00, 9002 -");
    }

    @Test
    void a_refund_arrives_with_its_lines() {
        shop.deliver("refunds/create", V1, """
                {"id":31,"order_id":7001,"created_at":"%s","note":"broken","refund_line_items":[
                  {"id":41,"line_item_id":9001,"quantity":1,"restock_type":"no_restock","subtotal":4.0,
                   "subtotal_set":{"shop_money":{"amount":"4.00","currency_code":"USD"},"presentment_money":{"amount":"3.60","currency_code":"EUR"}},
                   "total_tax_set":{"shop_money":{"amount":"0.30","currency_code":"USD"},"presentment_money":{"amount":"0.27","currency_code":"EUR"}}},
                  {"id":null,"line_item_id":null,"quantity":1,"restock_type":"no_restock"}]}
                """.formatted(V1));
        shop.process();

        assertThat(shop.value(
                        "select row(shopify_refund_id, order_id, note, created_at, updated_at)::text from refund"))
                .isEqualTo("(31,7001,broken,\"2026-06-01 10:00:00+00\",\"2026-06-01 10:00:00+00\")");
        assertThat(shop.value(
                        "select string_agg(concat_ws(' ', line_item_id, restock_type, total_tax), ', ' order by line_item_id)"
                                + " from refund_line_item"))
                .as("what one line does not tell is taken from none of them")
                .isEqualTo("9001 NO_RESTOCK, NO_RESTOCK");
    }

    @Test
    void a_product_arrives_with_its_variants_and_keeps_what_only_a_run_reads() {
        shop.database
                .sql()
                .execute(
                        "insert into product (store_id, product_id, title, total_inventory, run_number) values ('acme', 501, 'x', 17, 1)");
        shop.deliver("products/update", V1, """
                {"id":501,"title":"Tea","handle":"tea","status":"active","vendor":"V","product_type":"T","tags":"a, b",
                 "published_at":null,"created_at":"%s","updated_at":"%s","variants":[
                   {"id":601,"title":"Green","sku":"T-1","barcode":null,"price":"4.00","compare_at_price":null,"position":1,
                    "inventory_item_id":701,"inventory_quantity":5,"created_at":"%s","updated_at":"%s"}]}
                """.formatted(V1, V1, V1, V1));
        shop.process();

        assertThat(shop.value("select row(title, status, tags, total_inventory)::text from product"))
                .isEqualTo("(Tea,ACTIVE,\"[\"\"a\"\", \"\"b\"\"]\",17)");
        assertThat(
                        shop.value(
                                "select row(variant_id, product_id, price, inventory_item_id, inventory_quantity)::text from product_variant"))
                .isEqualTo("(601,501,4.00,701,5)");
    }

    @Test
    void a_customer_keeps_what_newer_versions_of_the_vendor_do_not_tell() {
        shop.deliver("customers/create", V1, """
                {"id":88,"email":"a@example.com","first_name":"A","last_name":"B","state":"enabled","tags":"x","orders_count":3,
                 "total_spent":"12.50","tax_exempt":false,"created_at":"%s","updated_at":"%s","default_address":{"country_code":"US"}}
                """.formatted(V1, V1));
        shop.deliver("customers/update", V2, """
                {"id":88,"email":"b@example.com","state":"disabled","created_at":"%s","updated_at":"%s","default_address":null}
                """.formatted(V1, V2));
        shop.process();

        assertThat(
                        shop.value(
                                "select row(email, first_name, state, tags, number_of_orders, amount_spent, country)::text from customer"))
                .isEqualTo("(b@example.com,A,DISABLED,\"[\"\"x\"\"]\",3,12.50,)");
    }

    @Test
    void a_level_is_told_alone_and_ends_with_its_connection() {
        shop.database
                .sql()
                .execute(
                        "insert into inventory_item (store_id, inventory_item_id, updated_at, run_number) values ('acme', 701, '2026-05-01T00:00:00Z', 1)");
        shop.database
                .sql()
                .execute(
                        "insert into inventory_level (store_id, inventory_item_id, location_id, item_updated_at, available, on_hand, updated_at, run_number)"
                                + " values ('acme', 701, 801, '2026-05-01T00:00:00Z', 1, 9, '2026-05-01T00:00:00Z', 1)");
        String newer = shop.deliver("inventory_levels/update", V2, level(5, V2));
        String older = shop.deliver("inventory_levels/update", V3, level(4, V1));
        shop.process();

        assertThat(List.of(shop.outcome(newer), shop.outcome(older))).containsExactly("written", "stale");
        assertThat(shop.value("select row(available, on_hand, item_updated_at)::text from inventory_level"))
                .isEqualTo("(5,9,\"2026-05-01 00:00:00+00\")");

        shop.deliver("inventory_levels/disconnect", V3, "{\"inventory_item_id\":701,\"location_id\":801}");
        shop.deliver(
                "inventory_items/update",
                V3,
                "{\"id\":701,\"sku\":\"T\",\"cost\":\"1.20\",\"tracked\":true,\"updated_at\":\"" + V3 + "\"}");
        shop.process();
        assertThat(shop.value("select removed_at::text from inventory_level")).isEqualTo("2026-06-01 10:00:02+00");
        assertThat(shop.value("select unit_cost::text from inventory_item")).isEqualTo("1.20");
    }

    @Test
    void a_level_of_an_item_that_is_not_known_yet_is_kept() {
        String id = shop.deliver("inventory_levels/connect", V1, level(5, V1));
        shop.process();

        assertThat(shop.outcome(id)).isEqualTo("written");
        assertThat(shop.value("select row(available, item_updated_at)::text from inventory_level"))
                .isEqualTo("(5,)");
    }

    @Test
    void the_subscription_app_tells_its_records_under_their_names() {
        shop.deliver("recharge", "subscription/updated", null, """
                {"subscription":{"id":51,"customer_id":61,"address_id":71,"status":"active","price":"9.90","quantity":2,
                 "external_product_id":{"ecommerce":"501"},"created_at":"2026-06-01T10:00:00+00:00","updated_at":"2026-06-01T10:00:00+00:00"}}
                """);
        shop.deliver("recharge", "charge/paid", null, """
                {"charge":{"id":52,"customer":{"id":61},"status":"success","total_price":"19.80","currency":"USD",
                 "updated_at":"2026-06-01T10:00:00+00:00","line_items":[{"purchase_item_id":51,"quantity":2},{"purchase_item_id":53,"quantity":1}]}}
                """);
        String deleted = shop.deliver("recharge", "subscription/deleted", null, "{\"subscription\":{\"id\":51}}");
        shop.process();

        assertThat(shop.value("select row(customer_id, status, price, external_product_id)::text from subscription"))
                .isEqualTo("(61,active,9.90,501)");
        assertThat(shop.value("select customer_id || ' ' || total_price from charge"))
                .isEqualTo("61 19.80");
        assertThat(
                        shop.value(
                                "select string_agg(line_index || ' ' || quantity, ', ' order by line_index) from charge_line_item"))
                .isEqualTo("0 2, 1 1");
        assertThat(shop.outcome(deleted)).isEqualTo("deleted");
        assertThat(shop.value("select (deleted_at is not null)::text from subscription"))
                .isEqualTo("true");
    }

    // What counts

    /** Four deliveries of one order, of which two are equally new. */
    private static List<String[]> history() {
        return List.of(
                new String[] {V1, order(V1, "1.00")},
                new String[] {"2026-06-01T10:00:01.100Z", order(V2, "2.00")},
                new String[] {"2026-06-01T10:00:01.900Z", order(V2, "3.00")},
                new String[] {"2026-06-01T10:00:01.500Z", order(V2, "4.00")});
    }

    static Stream<List<Integer>> orders_of_four() {
        return permutations(new ArrayList<>(), List.of(0, 1, 2, 3));
    }

    private static Stream<List<Integer>> permutations(List<Integer> chosen, List<Integer> left) {
        if (left.isEmpty()) {
            return Stream.of(chosen);
        }
        return left.stream().flatMap(next -> {
            List<Integer> longer = new ArrayList<>(chosen);
            longer.add(next);
            return permutations(
                    longer, left.stream().filter(each -> !each.equals(next)).toList());
        });
    }

    @ParameterizedTest
    @MethodSource("orders_of_four")
    void in_any_order_of_arrival_the_last_thing_that_happened_counts(List<Integer> arrival) {
        arrival.forEach(index -> {
            shop.deliver("orders/updated", history().get(index)[0], history().get(index)[1]);
            shop.process();
        });

        assertThat(shop.value("select total::text from order_header")).isEqualTo("3.00");
        assertThat(shop.value("select count(*)::text from order_line_item where order_updated_at = '" + V2 + "'"))
                .isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void of_two_that_happened_at_once_the_same_one_counts_whichever_came_first(boolean swapped) {
        List<String> bodies = List.of(order(V1, "1.00"), order(V1, "2.00"));
        List<String> ids = IntStream.of(swapped ? 1 : 0, swapped ? 0 : 1)
                .mapToObj(index -> {
                    String id = shop.deliver("orders/updated", V1, bodies.get(index));
                    // The digest of the bytes alone, which is what the intake keeps.
                    shop.database
                            .sql()
                            .update(
                                    "update webhook_delivery set payload_sha256 = sha256(payload) where delivery_id = ?",
                                    id);
                    shop.process();
                    return id;
                })
                .toList();

        assertThat(ids).hasSize(2);
        assertThat(
                        shop.value(
                                "select (payload like '%' || '\"total_price\":\"' || total || '%')::text from (select convert_from(payload, 'UTF8') as payload"
                                        + " from webhook_delivery order by payload_sha256 desc limit 1) d cross join order_header"))
                .isEqualTo("true");
    }

    @ParameterizedTest
    @CsvSource({"2026-06-01T10:00:00.4Z, 5.00", "2026-06-01T10:00:00.6Z, 9.00"})
    void of_one_version_a_run_that_read_after_the_event_counts(String triggeredAt, String expected) {
        shop.database
                .sql()
                .execute(
                        "insert into sync_run (run_id, store_id, stream, job_type, status, initiator, requested_at, give_up_at, source_started_at)"
                                + " values (gen_random_uuid(), 'acme', 'shopify-orders', 'DAILY_SYNC_EXECUTE', 'completed', 'cron', now(), now(),"
                                + " '2026-06-01T10:00:00.5Z')");
        shop.database
                .sql()
                .execute("insert into order_header (store_id, order_id, total, updated_at, run_number)"
                        + " select 'acme', 7001, 5.00, '" + V1 + "', run_number from sync_run");
        shop.deliver("orders/updated", triggeredAt, order(V1, "9.00"));
        shop.process();

        assertThat(shop.value("select total::text from order_header")).isEqualTo(expected);
    }

    @Test
    void a_delivery_that_changes_nothing_writes_nothing() {
        shop.deliver("orders/create", V1, order(V1, "1.00"));
        shop.process();
        String before = shop.value("select xmin::text from order_header");
        String again = shop.deliver("orders/paid", V2, order(V1, "1.00"));
        shop.process();

        assertThat(shop.outcome(again)).isEqualTo("unchanged");
        assertThat(shop.value("select xmin::text from order_header")).isEqualTo(before);
    }

    // Deletions

    @Test
    void a_deleted_order_is_not_brought_back_by_what_was_sent_before() {
        String deleted = shop.deliver("orders/delete", V2, "{\"id\":7001}");
        shop.process();
        String late = shop.deliver("orders/create", V1, order(V1, "1.00"));
        shop.process();

        assertThat(List.of(shop.outcome(deleted), shop.outcome(late))).containsExactly("deleted", "stale");
        assertThat(shop.value("select deleted_at::text from order_header")).isEqualTo("2026-06-01 10:00:01+00");
    }

    @Test
    void a_deletion_is_older_than_a_later_version() {
        shop.deliver("customers/delete", V2, "{\"id\":88,\"tax_exemptions\":[]}");
        shop.deliver("customers/update", V3, "{\"id\":88,\"email\":\"a@example.com\",\"updated_at\":\"" + V3 + "\"}");
        shop.process();
        String late = shop.deliver("customers/delete", V1, "{\"id\":88,\"tax_exemptions\":[]}");
        shop.process();

        assertThat(shop.outcome(late)).isEqualTo("stale");
        assertThat(shop.value("select (deleted_at is null)::text from customer"))
                .isEqualTo("true");
    }

    @Test
    void the_body_of_an_order_sent_again_as_a_deletion_deletes_nothing() {
        shop.deliver("orders/create", V1, order(V1, "1.00"));
        String forged = shop.deliver("orders/delete", V2, order(V1, "1.00"));
        shop.process();

        assertThat(shop.outcome(forged)).isEqualTo("dead_letter");
        assertThat(shop.value("select (deleted_at is null)::text from order_header"))
                .isEqualTo("true");
    }

    // What fails

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"id\":7001 | malformed",
                "[] | malformed",
                "{\"id\":7001,\"updated_at\":\"2026-06-01T10:00:00Z\"} {} | malformed",
                "{\"id\":7001,\"id\":7002,\"updated_at\":\"2026-06-01T10:00:00Z\"} | malformed",
                "{\"id\":7001} | time",
                "{\"id\":7001,\"updated_at\":\"2026-06-01T10:00:00\"} | time",
                "{\"id\":7001,\"updated_at\":\"infinity\"} | time",
                "{\"id\":7001,\"updated_at\":\"2026-06-09T10:00:00Z\"} | time",
                "{\"id\":\"seven\",\"updated_at\":\"2026-06-01T10:00:00Z\"} | number",
                "{\"updated_at\":\"2026-06-01T10:00:00Z\"} | no_id",
                "{\"id\":7001,\"updated_at\":\"2026-06-01T10:00:00Z\",\"name\":\"a\\u0000b\"} | nul",
                "{\"id\":7001,\"updated_at\":\"2026-06-01T10:00:00Z\",\"name\":\"a\\ud800b\"} | surrogate",
                "{\"id\":7001,\"updated_at\":\"2026-06-01T10:00:00Z\",\"name\":7} | type",
                "{\"id\":7001,\"updated_at\":\"2026-06-01T10:00:00Z\",\"total_price_set\":{\"shop_money\":{\"amount\":\"ten\"}}} | money",
                "{\"id\":7001,\"updated_at\":\"2026-06-01T10:00:00Z\",\"line_items\":[7]} | type"
            })
    void a_poison_delivery_goes_to_the_dead_letters_with_its_reason_and_the_queue_goes_on(String body, String reason) {
        String poison = shop.deliver("orders/updated", V1, body);
        String behind = shop.deliver("orders/updated", V2, order(V2, "2.00"));
        shop.process();

        assertThat(shop.outcome(poison)).isEqualTo("dead_letter");
        assertThat(shop.outcome(behind)).isEqualTo("written");
        assertThat(
                        shop.value(
                                "select kind || ' ' || reason_code || ' ' || delivery_id || ' ' || convert_from(raw, 'UTF8') from dead_letter"))
                .isEqualTo("webhook " + reason + " " + poison + " " + body);
        assertThat(shop.value("select total::text from order_header")).isEqualTo("2.00");
    }

    @Test
    void a_letter_whose_record_is_known_is_resolved_by_a_later_version() {
        shop.deliver("orders/updated", V1, "{\"id\":7001,\"updated_at\":\"" + V1 + "\",\"name\":7}");
        shop.process();
        assertThat(shop.value("select stream || ' ' || record_key || ' ' || state from dead_letter"))
                .isEqualTo("shopify-orders order_header:7001 open");
        shop.deliver("orders/updated", V2, order(V2, "2.00"));
        shop.process();

        assertThat(shop.value("select state from dead_letter")).isEqualTo("resolved");
    }

    @Test
    void a_letter_that_names_no_record_holds_no_watermark() {
        shop.deliver("orders/updated", V1, "{\"id\":");
        shop.process();

        assertThat(shop.value("select stream || ' ' || (record_key like 'delivery:%') from dead_letter"))
                .isEqualTo("shopify-webhooks true");
    }

    @Test
    void a_dead_delivery_that_is_tried_again_and_succeeds_settles_its_letter() {
        shop.database.sql().execute("alter table order_header add constraint small check (total < 5)");
        String id = shop.deliver("orders/updated", V1, order(V1, "9.00"));
        shop.process();
        assertThat(shop.value("select reason_code || ' ' || state from dead_letter"))
                .isEqualTo("refused open");

        shop.database.sql().execute("alter table order_header drop constraint small");
        shop.database.sql().execute("update webhook_delivery set state = 'processing', attempts = 0, due_at = now()");
        shop.process();

        assertThat(shop.outcome(id)).isEqualTo("written");
        assertThat(shop.value("select state || ' ' || settled_by from dead_letter"))
                .isEqualTo("retried delivery");
    }

    @Test
    void what_fails_for_another_reason_is_tried_again_and_given_up_in_the_end() throws Exception {
        shop.camel.getRouteController().stopRoute("webhook-write-shopify-orders");
        try {
            String id = shop.deliver("orders/updated", V1, order(V1, "9.00"));
            shop.process();
            assertThat(shop.value("select state || ' ' || (attempts between 1 and 3) from webhook_delivery"))
                    .isIn("processing true", "dead_letter true");
            for (int time = 0; time < 3; time++) {
                shop.passTime();
                shop.process();
            }
            assertThat(shop.outcome(id)).isEqualTo("dead_letter");
            assertThat(shop.value("select reason_code || ' ' || attempts from dead_letter"))
                    .isEqualTo("exhausted 3");
        } finally {
            shop.camel.getRouteController().startRoute("webhook-write-shopify-orders");
        }
    }

    @Test
    void a_delivery_that_kills_its_process_each_time_is_given_up() {
        String id = shop.deliver("orders/updated", V1, order(V1, "9.00"));
        for (int death = 0; death < 3; death++) {
            assertThat(shop.claim()).hasSize(1);
            shop.database.sql().execute("update webhook_delivery set claimed_until = now() - interval '1 second'");
        }
        shop.process();

        assertThat(shop.outcome(id)).isEqualTo("dead_letter");
        assertThat(shop.value("select reason_code from dead_letter")).isEqualTo("abandoned");
    }

    @Test
    void the_pauses_grow_and_are_not_all_alike() {
        assertThat(IntStream.rangeClosed(1, 30)
                        .mapToObj(attempt -> Deliveries.pause(java.time.Duration.ofSeconds(2), attempt)
                                .toMillis()))
                .allMatch(millis -> millis >= 1_000 && millis <= 900_000);
        assertThat(IntStream.range(0, 50)
                        .mapToObj(each -> Deliveries.pause(java.time.Duration.ofSeconds(2), 4))
                        .distinct()
                        .count())
                .isGreaterThan(10);
    }

    // Claims

    @Test
    void of_one_record_one_delivery_is_worked_on_at_a_time_and_the_oldest_first() {
        String third = shop.deliver("orders/updated", V3, order(V3, "3.00"));
        String first = shop.deliver("orders/create", V1, order(V1, "1.00"));
        String second = shop.deliver("orders/paid", V2, order(V2, "2.00"));
        String other = shop.deliver("customers/delete", V3, "{\"id\":88}");

        List<Map<String, Object>> claimed = shop.claim();
        assertThat(claimed).extracting(row -> row.get("delivery_id")).containsExactlyInAnyOrder(first, other);
        assertThat(shop.claim()).as("the others wait").isEmpty();
        claimed.forEach(shop::process);
        assertThat(shop.claim()).extracting(row -> row.get("delivery_id")).containsExactly(second);
        shop.database
                .sql()
                .execute(
                        "update webhook_delivery set claimed_until = now() - interval '1 s' where claimed_until is not null");
        shop.process();
        assertThat(shop.outcome(third)).isEqualTo("written");
    }

    @Test
    void many_of_one_record_hold_up_neither_the_others_nor_themselves_when_their_process_dies() {
        int more = 300;
        String first = shop.deliver("orders/create", V1, order(V1, "1.00"));
        for (int each = 0; each < more; each++) {
            shop.deliver("orders/updated", V2, order(V2, each + ".00"));
        }
        String other = shop.deliver("customers/delete", V3, "{\"id\":88}");
        // What happened first arrived last, and the others before that of another record.
        shop.database
                .sql()
                .update(
                        "update webhook_delivery set due_at = now() - interval '1 minute' where delivery_id not in (?, ?)",
                        first,
                        other);

        assertThat(shop.claim()).extracting(row -> row.get("delivery_id")).containsExactly(first);
        assertThat(shop.claim()).extracting(row -> row.get("delivery_id")).containsExactly(other);
        shop.database
                .sql()
                .execute("update webhook_delivery set claimed_until = now() - interval '1 s'"
                        + " where claimed_until is not null");
        shop.process();

        assertThat(shop.outcome(first)).isEqualTo("written");
        assertThat(shop.value("select count(*)::text from webhook_delivery where state = 'processing'"))
                .isEqualTo("0");
    }

    @Test
    void one_that_waits_to_be_tried_again_lets_the_later_ones_pass() {
        String waiting = shop.deliver("orders/create", V1, order(V1, "1.00"));
        shop.database.sql().execute("update webhook_delivery set due_at = now() + interval '1 hour'");
        String later = shop.deliver("orders/updated", V2, order(V2, "2.00"));
        shop.process();
        assertThat(shop.outcome(later)).isEqualTo("written");
        shop.passTime();
        shop.process();

        assertThat(shop.outcome(waiting)).isEqualTo("stale");
        assertThat(shop.value("select total::text from order_header")).isEqualTo("2.00");
    }

    @Test
    void a_claim_that_was_overtaken_writes_nothing() {
        String id = shop.deliver("orders/updated", V1, order(V1, "1.00"));
        Map<String, Object> frozen = shop.claim().get(0);
        shop.database.sql().execute("update webhook_delivery set claimed_until = now() - interval '1 second'");
        Map<String, Object> taken = shop.claim().get(0);

        shop.process(frozen);
        assertThat(shop.value("select count(*)::text from order_header")).isEqualTo("0");
        assertThat(shop.outcome(id)).isEqualTo("processing");
        shop.process(taken);
        assertThat(shop.outcome(id)).isEqualTo("written");
    }

    @Test
    void who_was_overtaken_gives_nothing_up() {
        shop.deliver("orders/updated", V1, "{");
        Map<String, Object> frozen = shop.claim().get(0);
        shop.database.sql().execute("update webhook_delivery set claimed_until = now() - interval '1 second'");
        shop.claim();
        shop.process(frozen);

        assertThat(shop.value("select state from webhook_delivery")).isEqualTo("processing");
        assertThat(shop.value("select count(*)::text from dead_letter")).isEqualTo("0");
    }

    // The store

    @ParameterizedTest
    @CsvSource({
        "completed, polling, run_woken, polling, true",
        "failed, polling, run_failed, failed, false",
        "canceled, polling, run_failed, failed, false",
        "expired, polling, run_failed, failed, false",
        "failed, upserting, run_went_on, upserting, false",
        "running, polling, run_went_on, polling, false"
    })
    void the_end_of_a_bulk_operation_reaches_the_run_that_waits_for_it(
            String status, String before, String outcome, String after, boolean due) {
        shop.database
                .sql()
                .execute(
                        "insert into sync_run (run_id, store_id, stream, job_type, status, initiator, requested_at, due_at, give_up_at, operation_id)"
                                + " values ('00000000-0000-7000-8000-000000000001', 'acme', 'shopify-orders', 'DAILY_SYNC_EXECUTE', '"
                                + before
                                + "', 'cron', now(), now() + interval '16 s', now() + interval '1 day', 'gid://shopify/BulkOperation/5')");
        shop.database
                .sql()
                .execute("insert into sync_lease (store_id, stream, job_type, run_id, epoch, owner, busy, expires_at)"
                        + " values ('acme', 'shopify-orders', 'DAILY_SYNC_EXECUTE', '00000000-0000-7000-8000-000000000001',"
                        + " nextval('sync_epoch'), 'test', true, now() + interval '1 hour')");
        String epoch = shop.value("select epoch::text from sync_lease");
        String id = shop.deliver("bulk_operations/finish", V1, operation(status));
        shop.process();

        assertThat(shop.outcome(id)).isEqualTo(outcome);
        assertThat(shop.value("select status from sync_run")).isEqualTo(after);
        assertThat(shop.value("select (due_at <= now())::text from sync_run")).isEqualTo(String.valueOf(due));
        assertThat(shop.value("select (epoch > " + epoch + ")::text from sync_lease"))
                .as("a step that is under way can change nothing more")
                .isEqualTo(String.valueOf(after.equals("failed")));
        if (after.equals("failed")) {
            assertThat(shop.value("select held_reason || failures::text from sync_run"))
                    .contains(
                            status.toUpperCase(java.util.Locale.ROOT), "operation_" + status, "internal_server_error");
        }
    }

    @Test
    void the_end_of_an_operation_that_nobody_knows_is_recorded() {
        String id = shop.deliver("bulk_operations/finish", V1, operation("completed"));
        shop.process();

        assertThat(shop.outcome(id)).isEqualTo("unknown_operation");
    }

    @Test
    void an_uninstalled_app_suspends_the_source() {
        String other = shop.deliver("app/uninstalled", V1, "{\"id\":1,\"myshopify_domain\":\"other.myshopify.com\"}");
        shop.process();
        assertThat(shop.outcome(other)).isEqualTo("dead_letter");
        assertThat(shop.value("select count(*)::text from store_suspension")).isEqualTo("0");

        String id = shop.deliver("app/uninstalled", V1, "{\"id\":1,\"myshopify_domain\":\"acme.myshopify.com\"}");
        shop.process();
        assertThat(shop.outcome(id)).isEqualTo("suspended");
        assertThat(shop.value("select store_id || ' ' || source from store_suspension"))
                .isEqualTo("acme shopify");
    }

    @Test
    void what_people_ask_about_their_data_waits_until_somebody_takes_it() throws Exception {
        String id = shop.deliver("customers/redact", V1, "{\"shop_id\":1,\"customer\":{\"id\":88}}");
        shop.process();
        assertThat(shop.value("select state || ' ' || attempts || ' ' || (due_at > now()) from webhook_delivery"))
                .isEqualTo("processing 0 true");

        List<Object> taken = new ArrayList<>();
        shop.addRoute(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:erasure-request")
                        .routeId("erasure-request")
                        .process(exchange -> taken.add(
                                exchange.getMessage().getBody(Map.class).get("delivery_id")));
            }
        });
        shop.passTime();
        shop.process();
        assertThat(taken).containsExactly(id);
        assertThat(shop.outcome(id)).isEqualTo("handed_over");
    }

    @Test
    void an_unknown_topic_is_kept_and_ignored() {
        String id = shop.deliver("themes/publish", V1, "{\"id\":1}");
        String foreign = shop.deliver("recharge", "app/uninstalled", null, "{}");
        shop.process();

        assertThat(List.of(shop.outcome(id), shop.outcome(foreign))).containsOnly("ignored_topic");
    }

    private static String operation(String status) {
        return "{\"admin_graphql_api_id\":\"gid://shopify/BulkOperation/5\",\"completed_at\":null,"
                + "\"created_at\":\"2025-04-22T08:18:27+01:00\",\"error_code\":\"internal_server_error\",\"status\":\""
                + status
                + "\",\"type\":\"query\"}";
    }

    private static String level(int available, String updatedAt) {
        return "{\"inventory_item_id\":701,\"location_id\":801,\"available\":" + available + ",\"updated_at\":\""
                + updatedAt + "\"}";
    }

    private static String order(String updatedAt, String total) {
        return """
                {"id":7001,"admin_graphql_api_id":"gid://shopify/Order/7001","name":"#1001","email":"a@example.com",
                 "created_at":"2026-05-31T20:00:00-04:00","updated_at":"%s","processed_at":"2026-05-31T20:00:00-04:00",
                 "cancelled_at":null,"closed_at":null,"test":false,"currency":"USD","presentment_currency":"EUR",
                 "financial_status":"partially_refunded","fulfillment_status":null,"customer":{"id":88,"email":"a@example.com"},
                 "total_price":"%s",
                 "total_price_set":{"shop_money":{"amount":"%s","currency_code":"USD"},"presentment_money":{"amount":"9.10","currency_code":"EUR"}},
                 "line_items":[
                   {"id":9001,"product_id":501,"variant_id":601,"title":"Tea","variant_title":null,"sku":"T-1","quantity":3,"current_quantity":2,
                    "price":"4.00","price_set":{"shop_money":{"amount":"4.00","currency_code":"USD"},"presentment_money":{"amount":"3.60","currency_code":"EUR"}},
                    "total_discount_set":{"shop_money":{"amount":"1.50","currency_code":"USD"},"presentment_money":{"amount":"1.35","currency_code":"EUR"}}}]}
                """.formatted(updatedAt, total, total);
    }
}
