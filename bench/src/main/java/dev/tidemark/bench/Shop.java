package dev.tidemark.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The simulated shop and the S3 server beside it, as processes of their own. */
final class Shop implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String API_VERSION = "2026-07";
    /** An order and its line items, on average. */
    private static final double LINES_OF_AN_ORDER = 4.0;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final JsonNode where;

    private Shop(Process process, JsonNode where) {
        this.process = process;
        this.where = where;
    }

    /** How many orders of the simulated shop make about so many lines. */
    static long orders(long lines) {
        return Math.max(1, Math.round(lines / LINES_OF_AN_ORDER));
    }

    /** Starts the simulator and waits until it says where it is. */
    static Shop start(ProcessBuilder simulator, Path log) throws IOException {
        Process process = simulator.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream()));
        String line = out.readLine();
        if (line == null) {
            throw new IllegalStateException("The simulator did not start; see " + log);
        }
        return new Shop(process, JSON.readTree(line));
    }

    String url() {
        return where.path("url").asText();
    }

    String domain() {
        return where.path("domain").asText();
    }

    String token() {
        return where.path("token").asText();
    }

    /** What its deliveries are signed with. */
    String webhookSecret() {
        return where.path("webhook_secret").asText();
    }

    String s3Endpoint() {
        return where.path("s3_endpoint").asText();
    }

    String rechargeUrl() {
        return where.path("recharge_url").asText();
    }

    String rechargeToken() {
        return where.path("recharge_token").asText();
    }

    /** Fetches what the shop answers to the query without a window, as the vendor's clients do: run, poll, download. */
    void download(String bulkQuery, Path target) throws IOException, InterruptedException {
        JsonNode started = graphql("mutation($query: String!) { "
                        + "bulkOperationRunQuery(query: $query, groupObjects: true) "
                        + "{ bulkOperation { id } userErrors { message } } }", Map.of("query", bulkQuery))
                .path("data").path("bulkOperationRunQuery");
        String id = started.path("bulkOperation").path("id").asText();
        if (id.isEmpty()) {
            throw new IllegalStateException("The shop refused the stream's query: " + started);
        }
        JsonNode operation;
        do {
            TimeUnit.MILLISECONDS.sleep(200);
            operation = graphql("query($id: ID!) { bulkOperation(id: $id) { status url } }", Map.of("id", id))
                    .path("data").path("bulkOperation");
        } while (operation.path("status").asText().matches("CREATED|RUNNING"));
        HttpRequest request = HttpRequest.newBuilder(URI.create(operation.path("url").asText())).build();
        Path unfinished = target.resolveSibling(target.getFileName() + ".part");
        HttpResponse<Path> file = http.send(request, HttpResponse.BodyHandlers.ofFile(unfinished));
        if (file.statusCode() != 200) {
            throw new IllegalStateException(
                    "The shop answered " + file.statusCode() + " to the download of its own file");
        }
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Points that an app may still spend on queries. */
    double availablePoints() throws IOException, InterruptedException {
        return graphql("{ shop { name } }", Map.of())
                .path("extensions").path("cost").path("throttleStatus").path("currentlyAvailable").asDouble();
    }

    /** Gives the first orders a new version now, which searches see at once. */
    void editOrders(int orders) throws IOException, InterruptedException {
        HttpRequest truth = HttpRequest.newBuilder(URI.create(url() + "/_truth/orders?limit=" + orders)).build();
        List<String> edits = new ArrayList<>();
        for (String line : http.send(truth, HttpResponse.BodyHandlers.ofString()).body().split("\n")) {
            edits.add("{\"action\":\"update\",\"visible_delay_ms\":0,\"order_id\":%s}"
                    .formatted(JSON.readTree(line).path("order_id").asText()));
        }
        control("orders", edits.toString());
    }

    /** Tells the simulator how to behave, or what happens in the shop. @return what it answers */
    JsonNode control(String path, String body) throws IOException, InterruptedException {
        return post("/_control/" + path, body);
    }

    /** @return the whole answer: data, and what the query has cost */
    private JsonNode graphql(String document, Map<String, String> variables) throws IOException, InterruptedException {
        String body = JSON.writeValueAsString(Map.of("query", document, "variables", variables));
        JsonNode answer = post("/admin/api/" + API_VERSION + "/graphql.json", body,
                "Content-Type", "application/json", "X-Shopify-Access-Token", token());
        if (answer.has("errors")) {
            throw new IllegalStateException("The shop answered " + answer.path("errors"));
        }
        return answer;
    }

    private JsonNode post(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(
                    "The simulator answered " + answer.statusCode() + " to " + path + ": " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    /** The processes by name: the simulator, and the Java below it that is the S3 server. */
    Map<String, Long> processes() {
        Map<String, Long> processes = new TreeMap<>(Map.of("simulator", process.pid()));
        try (Stream<ProcessHandle> below = process.descendants()) {
            below.filter(child -> child.info().command().filter(command -> command.endsWith("java")).isPresent())
                    .forEach(child -> processes.put("S3", child.pid()));
        }
        return processes;
    }

    @Override
    public void close() throws InterruptedException {
        Bench.end(process);
    }
}
