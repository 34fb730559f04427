package dev.tidemark.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** What the contract tests ask a simulated shop over HTTP. */
final class ShopClient implements AutoCloseable {
    static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    static final String ALL_ORDERS = """
            { orders(query: "updated_at:>='2026-01-01T00:00:00Z'") { edges { node {
                id name email updatedAt
                totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
                lineItems { edges { node { id sku quantity originalUnitPriceSet { shopMoney { amount } } } } }
            } } } }""";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OPERATION =
            "id status type errorCode createdAt completedAt objectCount rootObjectCount fileSize url partialDataUrl query";

    private final Simulator shop;
    private final HttpClient http = HttpClient.newHttpClient();
    private String version = "2026-10";

    private ShopClient(Simulator shop) {
        this.shop = shop;
    }

    static SimulatorOptions.Builder options() {
        return SimulatorOptions.builder()
                .orders(40)
                .startsAt(START)
                .bulkTakes(Duration.ofMillis(20), Duration.ofMillis(20));
    }

    static ShopClient start(SimulatorOptions.Builder options) {
        try {
            return new ShopClient(Simulator.start(options.build()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ShopClient withFault(String fault) {
        return start(options().fault(fault));
    }

    ShopClient asking(String apiVersion) {
        version = apiVersion;
        return this;
    }

    String url() {
        return shop.url();
    }

    HttpResponse<String> post(String path, String token, String body) {
        return send(HttpRequest.newBuilder(URI.create(shop.url() + path))
                .header("X-Shopify-Access-Token", token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    HttpResponse<String> post(String path, Map<String, String> headers, String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(shop.url() + path)).POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return send(request.build());
    }

    HttpResponse<String> ask(String query, Map<String, Object> variables) {
        ObjectNode body = JSON.createObjectNode().put("query", query);
        body.set("variables", JSON.valueToTree(variables));
        return post("/admin/api/" + version + "/graphql.json", "shpat_simulator", body.toString());
    }

    JsonNode graphql(String query) {
        return graphql(query, Map.of());
    }

    JsonNode graphql(String query, Map<String, Object> variables) {
        HttpResponse<String> response = ask(query, variables);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response.body());
    }

    /** The payload of bulkOperationRunQuery. */
    JsonNode submit(String query) {
        return submit(query, "");
    }

    JsonNode submit(String query, String moreArguments) {
        return graphql(
                        "mutation($q: String!) { bulkOperationRunQuery(query: $q" + moreArguments
                                + ") { bulkOperation { id status } userErrors { code field message } } }",
                        Map.of("q", query))
                .at("/data/bulkOperationRunQuery");
    }

    JsonNode operation(String id) {
        return graphql(
                        "query($id: ID!) { node(id: $id) { ... on BulkOperation { " + OPERATION + " } } }",
                        Map.of("id", id))
                .at("/data/node");
    }

    /** Submits and waits for the end. */
    JsonNode run(String query) {
        return run(query, "");
    }

    JsonNode run(String query, String moreArguments) {
        JsonNode submitted = submit(query, moreArguments);
        String id = submitted.at("/bulkOperation/id").asText("");
        assertThat(id).as(submitted.toString()).isNotEmpty();
        return awaitEnd(id);
    }

    JsonNode awaitEnd(String id) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> operation(id), node -> !List.of("CREATED", "RUNNING", "CANCELING")
                        .contains(node.path("status").asText()));
    }

    /** The result of an operation as it comes over the wire, uncompressed. */
    byte[] download(JsonNode operation) {
        return get(operation.path("url").asText()).body();
    }

    List<String> lines(JsonNode operation) {
        return new String(download(operation), StandardCharsets.UTF_8).lines().toList();
    }

    HttpResponse<byte[]> get(String url, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    JsonNode control(String path, String body) {
        HttpResponse<String> response = post("/_control/" + path, "", body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response.body());
    }

    JsonNode delete(String path) {
        return json(send(HttpRequest.newBuilder(URI.create(shop.url() + "/_control/" + path))
                        .DELETE()
                        .build())
                .body());
    }

    JsonNode read(String path) {
        return json(new String(get(shop.url() + path).body(), StandardCharsets.UTF_8));
    }

    List<JsonNode> truth(String path) {
        List<JsonNode> records = new ArrayList<>();
        new String(get(shop.url() + "/_truth/" + path).body(), StandardCharsets.UTF_8)
                .lines()
                .forEach(line -> records.add(json(line)));
        return records;
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    @Override
    public void close() {
        shop.close();
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
