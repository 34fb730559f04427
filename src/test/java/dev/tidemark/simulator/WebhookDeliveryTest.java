package dev.tidemark.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The simulated vendors deliver what is subscribed to, signed, again while nobody takes it, and keep the truth about it. */
class WebhookDeliveryTest {
    private static final String MINUTES_ARE_MILLISECONDS = "{\"speed\":60000}";

    private final WebhookReceiver receiver = new WebhookReceiver();
    private final ShopClient shop = ShopClient.start(ShopClient.options());

    @AfterEach
    void close() {
        shop.close();
        receiver.close();
    }

    @Test
    void what_is_subscribed_to_is_delivered_signed_and_nothing_else() throws Exception {
        subscribe("ORDERS_UPDATED");
        long id = touch("orders").path("order_id").asLong();
        touch("customers");
        WebhookReceiver.Received one = only();
        assertThat(one.header("X-Shopify-Topic")).isEqualTo("orders/updated");
        assertThat(one.header("X-Shopify-Shop-Domain")).isEqualTo("tidemark-demo.myshopify.com");
        assertThat(one.header("X-Shopify-API-Version")).isEqualTo("2026-10");
        assertThat(one.header("X-Shopify-Hmac-Sha256"))
                .isEqualTo(Base64.getEncoder().encodeToString(hmac("shpss_simulator", one.body())));
        assertThat(Instant.parse(one.header("X-Shopify-Triggered-At"))).isAfterOrEqualTo(ShopClient.START);
        assertThat(ShopClient.json(new String(one.body(), StandardCharsets.UTF_8)))
                .isEqualTo(shop.read("/_truth/webhook-body?topic=orders/updated&id=" + id));
        JsonNode truth = delivery("delivered");
        assertThat(truth.path("delivery_id").asText()).isEqualTo(one.header("X-Shopify-Webhook-Id"));
        assertThat(truth.path("record").asText()).isEqualTo("orders:" + id);
        assertThat(truth.at("/attempts/0/status").asInt()).isEqualTo(200);
    }

    @Test
    void what_nobody_takes_is_sent_again_eight_times_and_then_its_subscription_is_gone() {
        shop.control("webhooks", MINUTES_ARE_MILLISECONDS);
        subscribe("ORDERS_UPDATED");
        receiver.answering(request -> 500);
        touch("orders");
        JsonNode truth = delivery("given_up");
        assertThat(truth.path("attempts")).hasSize(9);
        assertThat(receiver.received()).hasSize(9).allSatisfy(again -> {
            assertThat(again.header("X-Shopify-Webhook-Id"))
                    .isEqualTo(truth.path("delivery_id").asText());
            assertThat(again.body()).isEqualTo(receiver.received().get(0).body());
        });
        assertThat(subscriptions()).isEmpty();
        assertThat(shop.read("/_control/webhooks").path("subscriptions_removed").asInt())
                .isEqualTo(1);
    }

    @Test
    void a_delivery_that_is_taken_late_keeps_its_subscription() {
        shop.control("webhooks", MINUTES_ARE_MILLISECONDS);
        subscribe("ORDERS_UPDATED");
        receiver.answering(request -> receiver.received().size() < 4 ? 302 : 204);
        touch("orders");
        assertThat(delivery("delivered").path("attempts"))
                .extracting(attempt -> attempt.path("status").asInt())
                .containsExactly(302, 302, 302, 204);
        assertThat(subscriptions()).hasSize(1);
    }

    @Test
    void an_answer_after_the_time_limit_counts_as_none() {
        shop.control("webhooks", "{\"speed\":60000,\"timeout_ms\":150}");
        subscribe("ORDERS_UPDATED");
        receiver.answering(request -> receiver.received().size() < 2 ? 0 : 200);
        touch("orders");
        assertThat(delivery("delivered").path("attempts"))
                .extracting(attempt -> attempt.path("status").asInt())
                .containsExactly(0, 200);
    }

    @Test
    void faults_drop_duplicate_and_delay() {
        subscribe("ORDERS_UPDATED");
        shop.control("faults", "{\"name\":\"webhook-dropped\",\"times\":1}");
        touch("orders");
        assertThat(delivery("dropped").path("attempts")).isEmpty();
        shop.control("faults", "{\"name\":\"webhook-duplicated\",\"times\":1}");
        touch("orders");
        await(() -> receiver.received().size() == 2);
        assertThat(receiver.received().get(0).header("X-Shopify-Webhook-Id"))
                .isEqualTo(receiver.received().get(1).header("X-Shopify-Webhook-Id"));
        shop.control("faults", "{\"name\":\"webhook-delayed\",\"arg\":\"300\",\"times\":1}");
        touch("orders");
        touch("orders");
        await(() -> receiver.received().size() == 4);
        List<JsonNode> truth = shop.truth("deliveries");
        assertThat(receiver.received().get(3).header("X-Shopify-Webhook-Id"))
                .isEqualTo(truth.get(2).path("delivery_id").asText());
        assertThat(shop.read("/_control/webhooks").path("dropped").asInt()).isEqualTo(1);
    }

    @Test
    void the_end_of_a_bulk_operation_is_told() {
        subscribe("BULK_OPERATIONS_FINISH");
        JsonNode done = shop.run(ShopClient.ALL_ORDERS);
        JsonNode body = ShopClient.json(new String(only().body(), StandardCharsets.UTF_8));
        assertThat(body.path("admin_graphql_api_id")).isEqualTo(done.path("id"));
        assertThat(body.path("status").asText()).isEqualTo("completed");
        assertThat(body.path("error_code").isNull()).isTrue();
        shop.control("faults", "\"bulk-failed:TIMEOUT\"");
        shop.run(ShopClient.ALL_ORDERS);
        await(() -> receiver.received().size() == 2);
        assertThat(new String(receiver.received().get(1).body(), StandardCharsets.UTF_8))
                .contains("\"error_code\":\"timeout\",\"status\":\"failed\"");
    }

    @Test
    void subscriptions_are_made_moved_and_deleted_as_the_vendor_does() {
        JsonNode made = subscribe("ORDERS_UPDATED").path("webhookSubscription");
        assertThat(made.path("uri").asText()).isEqualTo(receiver.url() + "/webhooks/shopify");
        JsonNode again = subscribe("ORDERS_UPDATED");
        assertThat(again.path("webhookSubscription").isNull()).isTrue();
        assertThat(again.at("/userErrors/0/message").asText())
                .isEqualTo("Address for this topic has already been taken");
        assertThat(create("ORDERS_UPDATED", "http://example.com/x")
                        .at("/userErrors/0/message")
                        .asText())
                .isEqualTo("Address protocol http:// is not supported");
        subscribe("ORDERS_DELETE");
        String id = made.path("id").asText();
        assertThat(shop.graphql(
                                "mutation($id: ID!) { webhookSubscriptionUpdate(id: $id, webhookSubscription:"
                                        + " {callbackUrl: \"https://example.com/y\"}) { webhookSubscription { callbackUrl }"
                                        + " userErrors { message } } }",
                                Map.of("id", id))
                        .at("/data/webhookSubscriptionUpdate/webhookSubscription/callbackUrl")
                        .asText())
                .isEqualTo("https://example.com/y");
        assertThat(shop.graphql("{ webhookSubscriptions(first: 10, topics: [ORDERS_DELETE]) { nodes { topic } } }")
                        .at("/data/webhookSubscriptions/nodes"))
                .hasSize(1);
        String delete = "mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId"
                + " userErrors { field message } } }";
        assertThat(shop.graphql(delete, Map.of("id", id))
                        .at("/data/webhookSubscriptionDelete/deletedWebhookSubscriptionId")
                        .asText())
                .isEqualTo(id);
        assertThat(shop.graphql(delete, Map.of("id", id))
                        .at("/data/webhookSubscriptionDelete/userErrors/0/message")
                        .asText())
                .isEqualTo("Webhook subscription does not exist");
    }

    @Test
    void the_subscription_app_signs_in_both_of_its_ways() throws Exception {
        String address = receiver.url() + "/webhooks/recharge";
        assertThat(recharge("{\"address\":\"" + address + "\",\"topics\":[\"subscription/updated\"]}"))
                .isEqualTo(201);
        assertThat(recharge("{\"address\":\"" + address + "\",\"topics\":[\"weather/changed\"]}"))
                .isEqualTo(422);
        shop.control("recharge/subscriptions", "{\"action\":\"update\",\"index\":0}");
        WebhookReceiver.Received one = only();
        String time = one.header("X-Recharge-Webhook-Timestamp");
        assertThat(Long.parseLong(time))
                .isBetween(Instant.now().getEpochSecond() - 60, Instant.now().getEpochSecond());
        byte[] signed = (time + "." + new String(one.body(), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        assertThat(one.header("X-Recharge-Webhook-Signature"))
                .isEqualTo("t=" + time + ",v1=" + HexFormat.of().formatHex(hmac("rcsec_simulator", signed)));
        assertThat(new String(one.body(), StandardCharsets.UTF_8)).startsWith("{\"subscription\":{\"id\":");
    }

    @Test
    void a_burst_tells_of_many_changes_at_once_out_of_order_and_some_twice() {
        shop.control("webhooks", "{\"url\":\"" + receiver.url() + "\",\"topics\":[\"orders/updated\"]}");
        JsonNode burst = shop.control(
                "webhooks/burst", "{\"count\":500,\"duplicates\":0.1,\"shuffle\":true,\"seed\":7,\"over_ms\":3600000}");
        assertThat(burst.path("deliveries").asInt()).isEqualTo(500);
        assertThat(burst.path("sent").asInt()).isBetween(520, 580);
        await(() -> shop.read("/_control/webhooks").path("waiting").asInt() == 0
                && receiver.received().size() == burst.path("sent").asInt());
        assertThat(shop.read("/_control/webhooks").path("delivered").asInt()).isEqualTo(500);
        List<Instant> times = receiver.received().stream()
                .map(one -> Instant.parse(one.header("X-Shopify-Triggered-At")))
                .toList();
        assertThat(times).isNotEqualTo(times.stream().sorted().toList());
        assertThat(Duration.between(
                        times.stream().min(Instant::compareTo).orElseThrow(),
                        times.stream().max(Instant::compareTo).orElseThrow()))
                .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
    }

    private JsonNode subscribe(String topic) {
        return create(topic, receiver.url() + "/webhooks/shopify");
    }

    private JsonNode create(String topic, String uri) {
        return shop.graphql(
                        "mutation($t: WebhookSubscriptionTopic!, $s: WebhookSubscriptionInput!) {"
                                + " webhookSubscriptionCreate(topic: $t, webhookSubscription: $s) {"
                                + " webhookSubscription { id uri } userErrors { field message } } }",
                        Map.of("t", topic, "s", Map.of("uri", uri, "format", "JSON")))
                .at("/data/webhookSubscriptionCreate");
    }

    private JsonNode subscriptions() {
        return shop.graphql("{ webhookSubscriptions(first: 250) { nodes { id } } }")
                .at("/data/webhookSubscriptions/nodes");
    }

    private int recharge(String body) {
        return shop.post(
                        "/recharge/webhooks",
                        Map.of("X-Recharge-Access-Token", "rc_simulator", "X-Recharge-Version", "2021-11"),
                        body)
                .statusCode();
    }

    private JsonNode touch(String kind) {
        return shop.control(kind, "{\"action\":\"update\",\"index\":3}").get(0);
    }

    private WebhookReceiver.Received only() {
        await(() -> receiver.received().size() == 1);
        return receiver.received().get(0);
    }

    private JsonNode delivery(String state) {
        await(() -> shop.truth("deliveries?state=" + state).size() == 1);
        return shop.truth("deliveries?state=" + state).get(0);
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(condition);
    }

    private static byte[] hmac(String secret, byte[] body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return mac.doFinal(body);
    }
}
