package dev.tidemark.stories;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The simulated shop as a story sees it: it changes orders, plants faults and answers with the truth. */
final class Shop {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;

    Shop(String url) {
        this.url = url;
    }

    /** Lets a fault loose, as written for {@code ./tidemark simulator --fault}. */
    void fault(String fault) {
        send("POST", "/_control/faults", "[\"" + fault + "\"]");
    }

    /** Takes every fault away. */
    void mend() {
        send("DELETE", "/_control/faults", "");
    }

    /** Makes orders with one to four lines, placed and last changed in the three days before a moment. */
    void create(int orders, Instant before) {
        changes(IntStream.range(0, orders).mapToObj(index -> {
            Instant placed = before.minus(Duration.ofHours(1 + index * 72L / orders));
            String lines = IntStream.rangeClosed(0, index % 4)
                    .mapToObj(line -> "{\"variant\":" + (index + 3 * line) % 17 + ",\"quantity\":" + (1 + line) + "}")
                    .collect(Collectors.joining(","));
            return "{\"action\":\"create\",\"created_at\":\"" + placed + "\",\"updated_at\":\"" + placed
                    + "\",\"lines\":[" + lines + "]}";
        }));
    }

    /** Gives so many orders, spread evenly, a new version now. */
    void edit(int orders) {
        changes(someOrders(orders).map(id -> "{\"action\":\"update\",\"order_id\":" + id + "}"));
    }

    /** Gives the last orders a new version that searches see at once, whatever the lag. */
    void editVisibly(int orders) {
        List<String> ids = lines("/_truth/orders").stream()
                .map(order -> order.path("order_id").asText())
                .toList();
        changes(ids.stream()
                .skip(ids.size() - orders)
                .map(id -> "{\"action\":\"update\",\"visible_delay_ms\":0,\"order_id\":" + id + "}"));
    }

    /** Gives so many orders another line. */
    void addLines(int orders) {
        changes(someOrders(orders).map(id -> "{\"action\":\"add-line\",\"order_id\":" + id + "}"));
    }

    /** Takes the last line of so many orders away. */
    void removeLines(int orders) {
        changes(someOrders(orders).map(id -> "{\"action\":\"remove-line\",\"order_id\":" + id + "}"));
    }

    /**
     * When the next scan is half done, gives so many orders behind it a new version of one second later, and as many before
     * it one of three seconds later.
     */
    void editDuringScan(int orders) {
        List<String> ids = lines("/_truth/orders").stream()
                .map(order -> order.path("order_id").asText())
                .toList();
        Instant now = Instant.parse(
                json(send("GET", "/_control/clock", "")).path("now").asText());
        String changes = Stream.concat(
                        ids.stream().limit(orders).map(id -> edition(id, now.plusSeconds(1))),
                        ids.stream().skip(ids.size() - orders).map(id -> edition(id, now.plusSeconds(3))))
                .collect(Collectors.joining(",", "[", "]"));
        send("POST", "/_control/during-scan", "{\"at_percent\":50,\"change\":" + changes + "}");
    }

    private static String edition(String orderId, Instant updatedAt) {
        return "{\"action\":\"update\",\"order_id\":" + orderId + ",\"updated_at\":\"" + updatedAt + "\"}";
    }

    private Stream<String> someOrders(int count) {
        List<String> ids = lines("/_truth/orders").stream()
                .map(order -> order.path("order_id").asText())
                .toList();
        return IntStream.range(0, count).mapToObj(index -> ids.get(index * ids.size() / count));
    }

    private void changes(Stream<String> changes) {
        send("POST", "/_control/orders", changes.collect(Collectors.joining(",", "[", "]")));
    }

    void advanceClock(Duration by) {
        send("POST", "/_control/clock", "{\"advance_ms\":" + by.toMillis() + "}");
    }

    void stopClock() {
        send("POST", "/_control/clock", "{\"running\":false}");
    }

    /** Bulk operations that were ever submitted with the story's token, faults' own not counted. */
    int operations() {
        return (int) StreamSupport.stream(
                        json(send("GET", "/_control/operations", "")).spliterator(), false)
                .filter(operation -> !operation.path("who").asText().equals("foreign"))
                .count();
    }

    /** Replaces the truth that the oracles read by the source's of now. */
    void loadTruth(Sql sql) {
        String now = json(send("GET", "/_truth/summary", "")).path("now").asText();
        List<JsonNode> orders = lines("/_truth/orders?deleted=true");
        sql.run("truncate truth.order_version, truth.line_version");
        sql.work(connection -> {
            try (PreparedStatement note = connection.prepareStatement(
                    "select truth.note_version(?, cast(? as jsonb), cast(? as timestamptz))")) {
                for (JsonNode order : orders) {
                    int number = 0;
                    for (JsonNode version : lines("/_truth/versions?order_id="
                            + order.path("order_id").asText())) {
                        note.setInt(1, ++number);
                        note.setString(2, version.toString());
                        note.setString(3, now);
                        note.addBatch();
                    }
                }
                return note.executeBatch();
            }
        });
    }

    /** What is really so: each record of a kind, {@code recharge/charges} for one, as stored now. */
    List<JsonNode> truth(String kind) {
        return lines("/_truth/" + kind);
    }

    /** Changes records of a kind, by JSON as the reference page of the simulator describes it. */
    void change(String kind, String changes) {
        send("POST", "/_control/" + kind, changes);
    }

    /** The last requests for data, oldest first. */
    List<JsonNode> requests() {
        return StreamSupport.stream(json(send("GET", "/_control/requests", "")).spliterator(), false)
                .toList();
    }

    /** The webhook subscriptions that there are, each with id, source, topic and address. */
    List<JsonNode> subscriptions() {
        return StreamSupport.stream(
                        json(send("GET", "/_control/webhooks/subscriptions", ""))
                                .spliterator(),
                        false)
                .toList();
    }

    /** Takes a subscription away, as the vendor does when nobody takes its deliveries. */
    void unsubscribe(long id) {
        send("DELETE", "/_control/webhooks/subscriptions?id=" + id, "");
    }

    /** How many deliveries are in a state: waiting, delivered, given_up or dropped. */
    int deliveries(String state) {
        return json(send("GET", "/_control/webhooks", "")).path(state).asInt();
    }

    private List<JsonNode> lines(String path) {
        return send("GET", path, "").lines().map(Shop::json).toList();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The simulated shop said: " + text, e);
        }
    }

    private String send(String method, String path, String body) {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(url + path))
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(
                        method + " " + path + " " + body + " answered " + answer.statusCode() + ": " + answer.body());
            }
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while asking " + path, e);
        }
    }
}
