package dev.tidemark.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the simulated vendors' webhooks say agrees with the truth, in the vendors' own forms. */
class WebhookBodiesTest {
    private final ShopClient shop = ShopClient.start(ShopClient.options().orders(200));

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void an_order_is_told_with_its_lines_refunds_and_customer() {
        for (JsonNode truth : shop.truth("orders")) {
            JsonNode body = body("orders/updated", truth.path("order_id").asLong());
            assertThat(body.path("id").isIntegralNumber()).isTrue();
            same(body, truth, "name", "email", "currency", "presentment_currency", "test");
            same(body, truth, Map.of("id", "order_id"));
            assertThat(body.at("/customer/id").asLong())
                    .isEqualTo(truth.path("customer_id").asLong());
            times(body, truth, "created_at", "updated_at", "processed_at", "cancelled_at", "closed_at");
            assertThat(body.path("financial_status").asText().toUpperCase(Locale.ROOT))
                    .isEqualTo(truth.path("financial_status").asText());
            assertThat(
                            body.path("fulfillment_status").isNull()
                                    ? "UNFULFILLED"
                                    : body.path("fulfillment_status").asText().toUpperCase(Locale.ROOT))
                    .isEqualTo(truth.path("fulfillment_status").asText());
            money(body.path("subtotal_price_set"), truth, "subtotal", "presentment_subtotal");
            money(body.path("total_tax_set"), truth, "total_tax", "presentment_total_tax");
            money(body.path("total_price_set"), truth, "total", "presentment_total");
            amount(body.path("total_discounts"), truth.path("total_discounts"));
            amount(body.path("current_total_price"), truth.path("current_total"));
            JsonNode lines = truth.path("line_items");
            assertThat(body.path("line_items")).hasSameSizeAs(lines);
            for (int i = 0; i < lines.size(); i++) {
                line(body.path("line_items").get(i), lines.get(i));
            }
        }
    }

    private static void line(JsonNode body, JsonNode truth) {
        same(body, truth, Map.of("id", "line_item_id"));
        same(body, truth, "product_id", "variant_id", "sku", "title", "variant_title", "quantity", "current_quantity");
        money(body.path("price_set"), truth, "unit_price", "presentment_unit_price");
        for (String currency : List.of("shop_money", "presentment_money")) {
            BigDecimal total = decimal(body.at("/price_set/" + currency + "/amount"))
                    .multiply(decimal(body.path("quantity")))
                    .subtract(decimal(body.at("/total_discount_set/" + currency + "/amount")));
            assertThat(total)
                    .isEqualByComparingTo(
                            decimal(truth.path(currency.equals("shop_money") ? "total" : "presentment_total")));
        }
    }

    @Test
    void a_refund_is_told_with_its_lines_and_what_went_back_can_be_summed_up() {
        List<JsonNode> lines = shop.truth("refund-line-items");
        assertThat(shop.truth("refunds")).isNotEmpty().allSatisfy(truth -> {
            long id = truth.path("refund_id").asLong();
            JsonNode body = body("refunds/create", id);
            same(body, truth, "order_id", "note");
            times(body, truth, "created_at");
            BigDecimal total = BigDecimal.ZERO;
            List<JsonNode> refunded = new ArrayList<>();
            for (JsonNode line : body.path("refund_line_items")) {
                total = total.add(decimal(line.path("subtotal"))).add(decimal(line.path("total_tax")));
                refunded.add(line);
            }
            for (JsonNode adjustment : body.path("order_adjustments")) {
                total = total.subtract(decimal(adjustment.path("amount")))
                        .subtract(decimal(adjustment.path("tax_amount")));
            }
            assertThat(total).isEqualByComparingTo(decimal(truth.path("total_refunded")));
            assertThat(refunded.stream()
                            .map(line -> line.path("line_item_id").asLong())
                            .sorted())
                    .isEqualTo(lines.stream()
                            .filter(line -> line.path("refund_id").asLong() == id)
                            .map(line -> line.path("line_item_id").asLong())
                            .sorted()
                            .toList());
        });
    }

    @Test
    void a_customer_is_told_without_what_other_topics_tell() {
        JsonNode truth = shop.truth("customers").get(5);
        long id = truth.path("customer_id").asLong();
        JsonNode body = body("customers/update", id);
        same(body, truth, "first_name", "last_name", "email", "note", "tax_exempt");
        times(body, truth, "created_at", "updated_at");
        assertThat(body.has("tags") || body.has("orders_count") || body.has("total_spent"))
                .isFalse();
        JsonNode purchases = body("customers/purchasing_summary", id);
        same(purchases, truth, Map.of("numberOfOrders", "number_of_orders"));
        amount(purchases.at("/amountSpent/amount"), truth.path("amount_spent"));
        JsonNode redact = body("customers/redact", id);
        assertThat(redact.at("/customer/email")).isEqualTo(truth.path("email"));
        assertThat(redact.path("orders_to_redact"))
                .extracting(JsonNode::asLong)
                .containsExactlyElementsOf(shop.truth("orders").stream()
                        .filter(order -> order.path("customer_id").asLong() == id)
                        .map(order -> order.path("order_id").asLong())
                        .toList());
    }

    @Test
    void products_items_and_levels_are_told_by_number() {
        JsonNode product = shop.truth("products").get(3);
        JsonNode body = body("products/update", product.path("product_id").asLong());
        same(body, product, "title", "vendor", "product_type");
        times(body, product, "created_at", "updated_at", "published_at");
        assertThat(body.path("variants")).isNotEmpty().allSatisfy(variant -> {
            JsonNode truth = shop.truth("variants?after=" + (variant.path("id").asLong() - 1) + "&limit=1")
                    .get(0);
            same(variant, truth, "title", "sku", "position", "inventory_quantity", "inventory_item_id");
            amount(variant.path("price"), truth.path("price"));
        });
        JsonNode item = shop.truth("inventory-items").get(0);
        long itemId = item.path("inventory_item_id").asLong();
        same(body("inventory_items/update", itemId), item, "sku", "tracked");
        JsonNode level = body("inventory_levels/update", itemId);
        JsonNode truth = shop.truth("inventory-levels").get(0);
        same(level, truth, "inventory_item_id", "location_id", "available");
        times(level, truth, "updated_at");
    }

    @Test
    void a_deleted_record_is_told_by_its_number_alone() {
        long id = shop.control("products", "{\"action\":\"delete\",\"index\":2}")
                .get(0)
                .path("product_id")
                .asLong();
        assertThat(body("products/delete", id)).isEqualTo(ShopClient.json("{\"id\":" + id + "}"));
        assertThat(get("/_truth/webhook-body?topic=products/update&id=" + id)).isEqualTo(404);
    }

    @Test
    void the_subscription_app_tells_a_record_as_it_answers_it() {
        JsonNode truth = shop.truth("recharge/subscriptions").get(0);
        long id = truth.path("subscription_id").asLong();
        JsonNode body = shop.read("/_truth/recharge/webhook-body?topic=subscription/updated&id=" + id)
                .path("subscription");
        assertThat(body.path("id").asLong()).isEqualTo(id);
        assertThat(body.path("updated_at").asText()).endsWith("+00:00");
        times(body, truth, "created_at", "updated_at");
        amount(body.path("price"), truth.path("price"));
        shop.control("recharge/subscriptions", "{\"action\":\"delete\",\"id\":" + id + "}");
        assertThat(shop.read("/_truth/recharge/webhook-body?topic=subscription/deleted&id=" + id))
                .isEqualTo(ShopClient.json("{\"subscription\":{\"id\":" + id + "}}"));
    }

    private JsonNode body(String topic, long id) {
        return shop.read("/_truth/webhook-body?topic=" + topic + "&id=" + id);
    }

    private int get(String path) {
        return shop.get(shop.url() + path).statusCode();
    }

    private static void same(JsonNode body, JsonNode truth, String... names) {
        for (String name : names) {
            assertThat(body.path(name)).as(name).isEqualTo(truth.path(name));
        }
    }

    private static void same(JsonNode body, JsonNode truth, Map<String, String> names) {
        names.forEach((told, known) -> assertThat(body.path(told)).as(told).isEqualTo(truth.path(known)));
    }

    /** Both null, or the same instant, told with an offset. */
    private static void times(JsonNode body, JsonNode truth, String... names) {
        for (String name : names) {
            if (truth.path(name).isNull()) {
                assertThat(body.path(name).isNull()).as(name).isTrue();
            } else {
                assertThat(OffsetDateTime.parse(body.path(name).asText()).toInstant())
                        .as(name)
                        .isEqualTo(
                                OffsetDateTime.parse(truth.path(name).asText()).toInstant());
                assertThat(body.path(name).asText()).doesNotEndWith("Z");
            }
        }
    }

    private static void money(JsonNode set, JsonNode truth, String shop, String presentment) {
        amount(set.at("/shop_money/amount"), truth.path(shop));
        amount(set.at("/presentment_money/amount"), truth.path(presentment));
        assertThat(set.at("/shop_money/currency_code").asText()).isEqualTo("USD");
    }

    private static void amount(JsonNode told, JsonNode known) {
        assertThat(told.isTextual()).as(told.toString()).isTrue();
        assertThat(decimal(told)).isEqualByComparingTo(decimal(known));
    }

    private static BigDecimal decimal(JsonNode value) {
        return new BigDecimal(value.asText());
    }
}
