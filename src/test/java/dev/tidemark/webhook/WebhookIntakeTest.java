package dev.tidemark.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.api.TestApplication;
import dev.tidemark.fixture.AtOnce;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may deliver, and what is kept of it: on a real port, over a real database. */
class WebhookIntakeTest {
    private static final String SECRET = "hush";
    private static final String FORMER = "hush-before";
    private static final String RECHARGE_SECRET = "rc_secret";
    private static final String BODY =
            "{\"id\":820982911946154508,\"email\":\"jon@example.com\",\"note\":\"caf\\u00e9 ☕\"}";
    private static final String RECHARGE_BODY = "{\"subscription\":{\"id\":51}}";
    private static final int LIMIT = 200_000;

    private static TestApplication application;

    @BeforeAll
    static void start() throws Exception {
        application = new TestApplication(Map.ofEntries(
                        Map.entry("tidemark.stores.acme.shopify.webhook-secret", SECRET),
                        Map.entry("tidemark.stores.acme.shopify.webhook-secret-previous", FORMER),
                        Map.entry("tidemark.stores.acme.recharge.token", "sk_1"),
                        Map.entry("tidemark.stores.acme.recharge.webhook-secret", RECHARGE_SECRET),
                        Map.entry("tidemark.stores.other.shopify.domain", "other.myshopify.com"),
                        Map.entry("tidemark.stores.other.shopify.token", "shpat_2"),
                        Map.entry("tidemark.stores.other.shopify.webhook-secret", "of-the-other"),
                        Map.entry("tidemark.stores.old.recharge.token", "sk_2"),
                        Map.entry("tidemark.stores.old.recharge.webhook-secret", "rc_old"),
                        Map.entry("tidemark.stores.old.recharge.webhook-plain-hash", "true"),
                        Map.entry("tidemark.webhook.max-body-bytes", String.valueOf(LIMIT))))
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        application.close();
    }

    @BeforeEach
    void clear() {
        application.database().sql().execute("delete from webhook_delivery");
    }

    /** A request that a test spoils. */
    private static final class Sent {
        private final String path;
        private byte[] body;
        private final List<String> headers = new ArrayList<>();

        Sent(String path, byte[] body) {
            this.path = path;
            this.body = body;
        }

        Sent with(String name, String value) {
            without(name);
            return adding(name, value);
        }

        Sent adding(String name, String value) {
            headers.addAll(List.of(name, value));
            return this;
        }

        Sent without(String name) {
            for (int index = headers.size() - 2; index >= 0; index -= 2) {
                if (headers.get(index).equalsIgnoreCase(name)) {
                    headers.subList(index, index + 2).clear();
                }
            }
            return this;
        }

        String header(String name) {
            return headers.get(headers.indexOf(name) + 1);
        }

        Sent body(String text) {
            body = text.getBytes(StandardCharsets.UTF_8);
            return this;
        }

        HttpResponse<String> send() throws Exception {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                            "http://127.0.0.1:" + application.settings().api().port() + path))
                    .timeout(Duration.ofSeconds(20))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body));
            if (!headers.isEmpty()) {
                request.headers(headers.toArray(String[]::new));
            }
            return http().send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static HttpClient http() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private static Sent shopify() {
        return new Sent("/webhooks/shopify", BODY.getBytes(StandardCharsets.UTF_8))
                .with("Content-Type", "application/json")
                .with("X-Shopify-Topic", "orders/create")
                .with("X-Shopify-Hmac-Sha256", sign(SECRET, BODY))
                .with("X-Shopify-Shop-Domain", "acme.myshopify.com")
                .with("X-Shopify-API-Version", "2026-07")
                .with("X-Shopify-Webhook-Id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043")
                .with("X-Shopify-Event-Id", "98880550-7158-44d4-b7cd-2c97c8a091b5")
                .with("X-Shopify-Triggered-At", "2026-06-01T10:00:00.123456789Z");
    }

    private static Sent recharge(Instant signedAt) {
        String time = String.valueOf(signedAt.getEpochSecond());
        return new Sent("/webhooks/recharge", RECHARGE_BODY.getBytes(StandardCharsets.UTF_8))
                .with("Content-Type", "application/json")
                .with("X-Recharge-Topic", "subscription/updated")
                .with("X-Recharge-Webhook-Timestamp", time)
                .with(
                        "X-Recharge-Webhook-Signature",
                        "t=" + time + ",v1=" + hex(RECHARGE_SECRET, time + "." + RECHARGE_BODY));
    }

    private static Sent plainHash(String secret, byte[] body) {
        return new Sent("/webhooks/recharge", body)
                .with("X-Recharge-Topic", "subscription/updated")
                .with(
                        "X-Recharge-Hmac-Sha256",
                        HexFormat.of().formatHex(Signatures.sha256(secret.getBytes(StandardCharsets.UTF_8), body)));
    }

    // Signatures

    @Test
    void signatures_that_openssl_made_are_right() {
        byte[] body = RECHARGE_BODY.getBytes(StandardCharsets.UTF_8);
        assertThat(Signatures.isShopifys(
                        SECRET, BODY.getBytes(StandardCharsets.UTF_8), "op5mkKuKGfKhCovSxBPEaELQ8MtF128FkMctsEDpvWk="))
                .isTrue();
        assertThat(Signatures.TimeBound.read(
                                "t=1790000000,v1=3eac747f7a8fcc8928d7aab36692c561f7ee4e8f98f2bd73146f514eaaf14f6c,v2=x")
                        .orElseThrow()
                        .isOf(RECHARGE_SECRET, body))
                .isTrue();
        assertThat(Signatures.isPlainHash(
                        RECHARGE_SECRET, body, "f13e67b3f1583cba690e2c2debf8304c3d4773da6da33facdcc2843f20352ddb"))
                .isTrue();
    }

    // What is taken

    @Test
    void a_delivery_is_acknowledged_when_its_very_bytes_are_kept() throws Exception {
        assertThat(shopify().send().statusCode()).isEqualTo(200);

        Map<String, Object> row = application.database().sql().queryForMap("select * from webhook_delivery");
        assertThat(row)
                .containsEntry("store_id", "acme")
                .containsEntry("delivery_id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043")
                .containsEntry("topic", "orders/create")
                .containsEntry("stream", "shopify-orders")
                .containsEntry("record_key", "order_header:820982911946154508")
                .containsEntry("state", "processing")
                .containsEntry("attempts", 0);
        assertThat(new String((byte[]) row.get("payload"), StandardCharsets.UTF_8))
                .isEqualTo(BODY);
        assertThat(row.get("triggered_at").toString()).contains("00.123457");
        assertThat(row.get("headers").toString())
                .contains("2026-07", "98880550")
                .doesNotContain("Hmac", "hmac");
    }

    static Stream<Arguments> honest() {
        return Stream.of(
                honest("signed with the secret before", sent -> sent.with("X-Shopify-Hmac-Sha256", sign(FORMER, BODY))),
                honest("header names in another case", sent -> sent.without("X-Shopify-Hmac-Sha256")
                        .with("x-sHOPIFY-hmac-SHA256", sign(SECRET, BODY))),
                honest("the newer, shorter header names", sent -> {
                    for (String name : List.of("Topic", "Hmac-Sha256", "Shop-Domain", "Webhook-Id", "Triggered-At")) {
                        String value = sent.header("X-Shopify-" + name);
                        sent.without("X-Shopify-" + name).with("Shopify-" + name, value);
                    }
                }),
                honest("both families alike", sent -> sent.with("Shopify-Hmac-Sha256", sign(SECRET, BODY))),
                honest("the shop's name in capitals", sent -> sent.with("X-Shopify-Shop-Domain", "ACME.myshopify.com")),
                honest("another media type", sent -> sent.with("Content-Type", "text/plain")),
                honest("headers that would steer Camel", sent -> sent.with(
                                "CamelSqlQuery", "delete from webhook_delivery")
                        .with("CamelHttpUri", "http://169.254.169.254/")
                        .with("CAmelSqlParameters", "x")
                        .with("CamelBeanMethodName", "recharge")));
    }

    private static Arguments honest(String what, Consumer<Sent> change) {
        return Arguments.of(what, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("honest")
    void an_honest_delivery_is_taken(String what, Consumer<Sent> change) throws Exception {
        Sent sent = shopify();
        change.accept(sent);

        assertThat(sent.send().statusCode()).isEqualTo(200);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void a_delivery_without_an_id_or_a_time_is_known_by_its_bytes() throws Exception {
        shopify()
                .without("X-Shopify-Webhook-Id")
                .without("X-Shopify-Triggered-At")
                .send();
        shopify()
                .without("X-Shopify-Webhook-Id")
                .without("X-Shopify-Triggered-At")
                .send();

        assertThat(application.database().sql().queryForList("select delivery_id from webhook_delivery", String.class))
                .singleElement()
                .asString()
                .startsWith("sha256:");
    }

    @Test
    void twenty_of_the_same_at_once_are_acknowledged_and_kept_once() {
        List<CompletableFuture<Integer>> answers = IntStream.range(0, 20)
                .mapToObj(each -> CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return shopify().send().statusCode();
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        AtOnce.THREADS))
                .toList();

        assertThat(answers.stream().map(CompletableFuture::join)).containsOnly(200);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void a_delivery_of_the_subscription_app_is_bound_by_its_time() throws Exception {
        assertThat(recharge(Instant.now().minus(Duration.ofHours(47))).send().statusCode())
                .isEqualTo(200);

        assertThat(application
                        .database()
                        .sql()
                        .queryForMap("select source, store_id, stream, record_key from webhook_delivery"))
                .containsEntry("source", "recharge")
                .containsEntry("store_id", "acme")
                .containsEntry("stream", "recharge-subscriptions")
                .containsEntry("record_key", "subscription:51");
    }

    @Test
    void the_older_signature_is_accepted_only_where_it_is_allowed() throws Exception {
        byte[] body = RECHARGE_BODY.getBytes(StandardCharsets.UTF_8);
        assertThat(plainHash(RECHARGE_SECRET, body).send().statusCode()).isEqualTo(401);
        assertThat(plainHash("rc_old", body).send().statusCode()).isEqualTo(200);
        assertThat(application.database().sql().queryForObject("select store_id from webhook_delivery", String.class))
                .isEqualTo("old");
    }

    // What is refused

    static Stream<Arguments> forged() {
        String right = sign(SECRET, BODY);
        byte[] digest = Base64.getDecoder().decode(right);
        return Stream.of(
                forged("no signature", sent -> sent.without("X-Shopify-Hmac-Sha256")),
                forged("an empty signature", sent -> sent.with("X-Shopify-Hmac-Sha256", "")),
                forged(
                        "the signature of another secret",
                        sent -> sent.with("X-Shopify-Hmac-Sha256", sign("guess", BODY))),
                forged(
                        "the signature of an empty secret",
                        sent -> sent.with(
                                "X-Shopify-Hmac-Sha256",
                                HexFormat.of().formatHex(Signatures.sha256(BODY.getBytes(StandardCharsets.UTF_8))))),
                forged("the signature of another body", sent -> sent.with("X-Shopify-Hmac-Sha256", sign(SECRET, "{}"))),
                forged(
                        "the first half of the signature",
                        sent -> sent.with("X-Shopify-Hmac-Sha256", right.substring(0, 22))),
                forged("all but the pad", sent -> sent.with("X-Shopify-Hmac-Sha256", right.replace("=", ""))),
                forged("one pad too many", sent -> sent.with("X-Shopify-Hmac-Sha256", right + "=")),
                forged("the signature twice in one", sent -> sent.with("X-Shopify-Hmac-Sha256", right + right)),
                forged("two signatures with a comma", sent -> sent.with("X-Shopify-Hmac-Sha256", right + "," + right)),
                forged(
                        "hex for base64",
                        sent -> sent.with(
                                "X-Shopify-Hmac-Sha256", HexFormat.of().formatHex(digest))),
                forged(
                        "base64 of hex",
                        sent -> sent.with(
                                "X-Shopify-Hmac-Sha256",
                                Base64.getEncoder()
                                        .encodeToString(
                                                HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII)))),
                forged("base64 for addresses", sent -> sent.with("X-Shopify-Hmac-Sha256", "-_" + right.substring(2))),
                forged(
                        "the signature in small letters",
                        sent -> sent.with("X-Shopify-Hmac-Sha256", right.toLowerCase(java.util.Locale.ROOT))),
                forged("one bit of it turned", sent -> sent.with("X-Shopify-Hmac-Sha256", turned(digest))),
                forged(
                        "the unused bits of its last letter",
                        sent -> sent.with(
                                "X-Shopify-Hmac-Sha256", right.replaceAll(".=$", (char) (right.charAt(42) + 1) + "="))),
                forged(
                        "another algorithm's name before it",
                        sent -> sent.with("X-Shopify-Hmac-Sha256", "sha256=" + right)),
                forged("the signature of the vendor's other product", sent -> sent.without("X-Shopify-Hmac-Sha256")
                        .with("X-Recharge-Hmac-Sha256", right)),
                forged("the header twice", sent -> sent.adding("X-Shopify-Hmac-Sha256", right)),
                forged("the header twice, wrong first", sent -> sent.with("X-Shopify-Hmac-Sha256", "x")
                        .adding("X-Shopify-Hmac-Sha256", right)),
                forged(
                        "both families, one of them wrong",
                        sent -> sent.with("Shopify-Hmac-Sha256", sign("guess", BODY))),
                forged("one byte more", sent -> sent.body(BODY + " ")),
                forged("one byte less", sent -> sent.body(BODY.substring(0, BODY.length() - 1))),
                forged("one letter changed", sent -> sent.body(BODY.replace("jon@", "joe@"))),
                forged("the body written anew", sent -> sent.body(rewritten())),
                forged("the body's lines ended otherwise", sent -> sent.body(BODY.replace(",", ",\r\n"))),
                forged("the body behind a mark of its encoding", sent -> sent.body("\ufeff" + BODY)),
                forged("the body in another encoding", sent -> sent.body = BODY.getBytes(StandardCharsets.UTF_16)),
                forged("an empty body", sent -> sent.body("")),
                forged("the shop of another store", sent -> sent.with("X-Shopify-Shop-Domain", "other.myshopify.com")),
                forged(
                        "another store's signature for this shop",
                        sent -> sent.with("X-Shopify-Hmac-Sha256", sign("of-the-other", BODY))),
                forged("a shop that nobody knows", sent -> sent.with("X-Shopify-Shop-Domain", "evil.example.com")),
                forged("no shop", sent -> sent.without("X-Shopify-Shop-Domain")),
                forged("two shops", sent -> sent.adding("X-Shopify-Shop-Domain", "other.myshopify.com")),
                forged(
                        "two shops in one header",
                        sent -> sent.with("X-Shopify-Shop-Domain", "acme.myshopify.com,other.myshopify.com")),
                forged(
                        "a shop with more behind it",
                        sent -> sent.with("X-Shopify-Shop-Domain", "acme.myshopify.com.evil.example.com")),
                forged(
                        "signature and shop in names that Camel keeps for itself",
                        sent -> sent.without("X-Shopify-Hmac-Sha256").with("CamelXShopifyHmacSha256", right)),
                forged("a form", sent -> sent.with("Content-Type", "application/x-www-form-urlencoded")
                        .body("id=1")
                        .with("X-Shopify-Hmac-Sha256", sign("guess", "id=1"))),
                forged("Camel is told to skip it", sent -> sent.with("X-Shopify-Hmac-Sha256", "x")
                        .with("CamelRejectedDuplicate", "true")
                        .with("CamelFilterMatched", "true")),
                forged("a bearer token instead", sent -> sent.without("X-Shopify-Hmac-Sha256")
                        .with("Authorization", "Bearer " + TestApplication.ADMIN)));
    }

    private static Arguments forged(String what, Consumer<Sent> change) {
        return Arguments.of(what, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forged")
    void a_forgery_is_refused_and_leaves_no_row(String what, Consumer<Sent> change) throws Exception {
        Sent sent = shopify();
        change.accept(sent);
        HttpResponse<String> answer = sent.send();

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).doesNotContain(SECRET + "\"", "of-the-other", sign(SECRET, BODY));
        assertThat(rows()).isZero();
    }

    @Test
    void there_are_at_least_thirty_forgeries() {
        assertThat(forged().count()).isGreaterThanOrEqualTo(30);
    }

    static Stream<Arguments> forged_in_time() {
        Instant now = Instant.now();
        return Stream.of(
                Arguments.of(
                        "signed three days ago", (Consumer<Sent>) sent -> resign(sent, now.minus(Duration.ofDays(3)))),
                Arguments.of(
                        "signed for the future", (Consumer<Sent>) sent -> resign(sent, now.plus(Duration.ofDays(3)))),
                Arguments.of("another time in its header", (Consumer<Sent>)
                        sent -> sent.with("X-Recharge-Webhook-Timestamp", "1790000000")),
                Arguments.of("another time in its signature", (Consumer<Sent>)
                        sent -> sent.without("X-Recharge-Webhook-Timestamp")
                                .with(
                                        "X-Recharge-Webhook-Signature",
                                        sent.header("X-Recharge-Webhook-Signature")
                                                .replaceFirst("t=\\d+", "t=" + (now.getEpochSecond() - 60)))),
                Arguments.of("no time", (Consumer<Sent>) sent -> sent.with(
                        "X-Recharge-Webhook-Signature",
                        sent.header("X-Recharge-Webhook-Signature").replaceFirst("t=\\d+,", ""))),
                Arguments.of("two times", (Consumer<Sent>) sent -> sent.with(
                        "X-Recharge-Webhook-Signature", "t=1," + sent.header("X-Recharge-Webhook-Signature"))),
                Arguments.of("a time that is no number", (Consumer<Sent>) sent -> sent.with(
                        "X-Recharge-Webhook-Signature",
                        sent.header("X-Recharge-Webhook-Signature").replaceFirst("t=", "t=-"))),
                Arguments.of("capitals", (Consumer<Sent>) sent -> sent.with(
                        "X-Recharge-Webhook-Signature",
                        sent.header("X-Recharge-Webhook-Signature")
                                .toUpperCase(java.util.Locale.ROOT)
                                .replace("T=", "t=")
                                .replace("V1=", "v1="))),
                Arguments.of("half a digest", (Consumer<Sent>) sent -> sent.with(
                        "X-Recharge-Webhook-Signature",
                        sent.header("X-Recharge-Webhook-Signature").substring(0, 40))),
                Arguments.of("a later version alone", (Consumer<Sent>) sent -> sent.with(
                        "X-Recharge-Webhook-Signature",
                        sent.header("X-Recharge-Webhook-Signature").replace("v1=", "v2="))),
                Arguments.of("another body", (Consumer<Sent>) sent -> sent.body(RECHARGE_BODY.replace("51", "52"))),
                Arguments.of("the older signature beside a wrong one", (Consumer<Sent>)
                        sent -> sent.with("X-Recharge-Webhook-Signature", "t=1,v1=" + "0".repeat(64))
                                .with(
                                        "X-Recharge-Hmac-Sha256",
                                        HexFormat.of()
                                                .formatHex(Signatures.sha256(
                                                        "rc_old".getBytes(StandardCharsets.UTF_8),
                                                        RECHARGE_BODY.getBytes(StandardCharsets.UTF_8))))),
                Arguments.of(
                        "no signature at all", (Consumer<Sent>) sent -> sent.without("X-Recharge-Webhook-Signature")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forged_in_time")
    void a_forgery_of_the_subscription_app_is_refused_and_leaves_no_row(String what, Consumer<Sent> change)
            throws Exception {
        Sent sent = recharge(Instant.now());
        change.accept(sent);

        assertThat(sent.send().statusCode()).isEqualTo(401);
        assertThat(rows()).isZero();
    }

    @Test
    void what_is_behind_a_document_of_the_older_signature_is_refused() throws Exception {
        byte[] longer = Arrays.copyOf(RECHARGE_BODY.getBytes(StandardCharsets.UTF_8), RECHARGE_BODY.length() + 9);
        longer[RECHARGE_BODY.length()] = (byte) 0x80;

        assertThat(plainHash("rc_old", longer).send().statusCode()).isEqualTo(401);
        assertThat(plainHash("rc_old", (RECHARGE_BODY + "{}").getBytes(StandardCharsets.UTF_8))
                        .send()
                        .statusCode())
                .isEqualTo(401);
        assertThat(plainHash("rc_old", "[]".getBytes(StandardCharsets.UTF_8))
                        .send()
                        .statusCode())
                .isEqualTo(401);
        assertThat(rows()).isZero();
    }

    @Test
    void a_captured_delivery_under_another_id_is_the_same_delivery() throws Exception {
        shopify().send();

        assertThat(shopify().with("X-Shopify-Webhook-Id", "another").send().statusCode())
                .isEqualTo(200);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void a_delivery_without_a_topic_is_refused_though_it_is_rightly_signed() throws Exception {
        assertThat(shopify().without("X-Shopify-Topic").send().statusCode()).isEqualTo(400);
        assertThat(shopify()
                        .with("X-Shopify-Topic", "orders/create; drop")
                        .send()
                        .statusCode())
                .isEqualTo(400);
        assertThat(rows()).isZero();
    }

    @Test
    void a_body_over_the_limit_is_refused_whether_it_tells_its_length_or_not() throws Exception {
        byte[] large = ("{\"a\":\"" + "x".repeat(LIMIT) + "\"}").getBytes(StandardCharsets.UTF_8);
        Sent sent = shopify();
        sent.body = large;
        HttpResponse<String> told = sent.send();
        assertThat(told.statusCode()).isEqualTo(413);
        assertThat(new ObjectMapper().readTree(told.body()).path("detail").asText())
                .contains(String.valueOf(LIMIT));

        HttpRequest streamed = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + application.settings().api().port() + "/webhooks/shopify"))
                .headers(sent.headers.toArray(String[]::new))
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))
                .build();
        assertThat(http().send(streamed, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(413);
        assertThat(rows()).isZero();
    }

    @Test
    void only_these_two_paths_and_only_by_post_need_no_token() throws Exception {
        for (String path : List.of(
                "/webhooks",
                "/webhooks/",
                "/webhooks/shopify/",
                "/webhooks/shopify/x",
                "/webhooks//shopify",
                "/webhooks/%73hopify",
                "/webhooks/../api/ingest/runs",
                "/Webhooks/shopify")) {
            Sent sent = new Sent(path, "{}".getBytes(StandardCharsets.UTF_8));
            assertThat(sent.send().statusCode()).as(path).isEqualTo(401);
        }
        assertThat(application.send("GET", "/webhooks/shopify", null, null).status())
                .isEqualTo(401);
        assertThat(application
                        .send("GET", "/webhooks/shopify", TestApplication.VIEWER, null)
                        .status())
                .isEqualTo(405);
        assertThat(rows()).isZero();
    }

    private static void resign(Sent sent, Instant signedAt) {
        Sent other = recharge(signedAt);
        sent.with("X-Recharge-Webhook-Timestamp", other.header("X-Recharge-Webhook-Timestamp"))
                .with("X-Recharge-Webhook-Signature", other.header("X-Recharge-Webhook-Signature"));
    }

    private static long rows() {
        return application.database().sql().queryForObject("select count(*) from webhook_delivery", Long.class);
    }

    private static String rewritten() {
        try {
            ObjectMapper json = new ObjectMapper();
            return json.writeValueAsString(json.readTree(BODY));
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String turned(byte[] digest) {
        byte[] other = digest.clone();
        other[31] ^= 1;
        return Base64.getEncoder().encodeToString(other);
    }

    /** Written here once more, so that the two have to agree. */
    private static byte[] hmac(String secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String sign(String secret, String body) {
        return Base64.getEncoder().encodeToString(hmac(secret, body));
    }

    private static String hex(String secret, String text) {
        return HexFormat.of().formatHex(hmac(secret, text));
    }
}
