package dev.tidemark.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.f4b6a3.uuid.UuidCreator;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The demo's HTTP calls: to Tidemark's REST API as any client makes them, and to the simulated shop's back door. */
final class DemoApi {
    private static final Duration LIMIT = Duration.ofSeconds(100);
    private static final int WAIT_SECONDS = 90;

    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(10))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final DemoPlace place;

    DemoApi(DemoPlace place) {
        this.place = place;
    }

    /**
     * An answer of the API.
     *
     * @param status HTTP status: 200 complete, 207 partial
     * @param run the run's document
     */
    record Answer(int status, RunDocument run) {}

    /** Starts a run and waits for its end. */
    Answer sync() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("run_id", UuidCreator.getTimeOrderedEpoch().toString());
        body.put("initiator", "user");
        body.put("requested_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        body.put("store", DemoPlace.STORE);
        body.put("stream", DemoPlace.STREAM);
        HttpResponse<String> answer = post(body.toString());
        // 202: not yet. The same run_id again is the same run, so asking again only waits on.
        for (int again = 0; answer.statusCode() == 202 && again < 4; again++) {
            answer = post(body.toString());
        }
        if (answer.statusCode() != 200 && answer.statusCode() != 207) {
            throw new CommandFailure(
                    ExitCode.ERROR,
                    "The API answered " + answer.statusCode() + " where 200 or 207 was due: " + answer.body());
        }
        return new Answer(answer.statusCode(), RunDocument.parse(answer.body()));
    }

    private HttpResponse<String> post(String body) {
        return send(HttpRequest.newBuilder(URI.create(place.apiUrl() + "/api/performance-metrics/sync"))
                .header("Authorization", "Bearer " + place.operatorToken())
                .header("Content-Type", "application/json")
                .header("Prefer", "wait=" + WAIT_SECONDS)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** What the shop says under one of its own paths. */
    String askShop(String path) {
        HttpResponse<String> answer =
                send(HttpRequest.newBuilder(URI.create(place.shopUrl() + path)).GET());
        return accepted(path, answer);
    }

    /** Changes the shop. */
    String changeShop(String path, String json) {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(place.shopUrl() + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
        return accepted(path, answer);
    }

    private static String accepted(String path, HttpResponse<String> answer) {
        if (answer.statusCode() / 100 != 2) {
            throw new CommandFailure(
                    ExitCode.ERROR,
                    "The simulated shop answered " + answer.statusCode() + " to " + path + ": " + answer.body());
        }
        return answer.body();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.ERROR, "A call of the demo failed: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.ERROR, "The demo was interrupted.", e);
        }
    }
}
