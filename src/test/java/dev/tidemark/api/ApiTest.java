package dev.tidemark.api;

import static dev.tidemark.api.TestApplication.ADMIN;
import static dev.tidemark.api.TestApplication.OPERATOR;
import static dev.tidemark.api.TestApplication.VIEWER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.api.TestApplication.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The REST API over HTTP: what starts a run, what each end of it answers, and what every mistake is told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiTest {
    private static final String SYNC = "/api/performance-metrics/sync";
    private static final String RUN = "00000000-0000-7000-8000-00000000000";

    private TestApplication application;

    @BeforeAll
    void start() throws Exception {
        application = new TestApplication(Map.of()).start();
        application.database().run("/sql/api/seed_runs.sql");
    }

    @AfterAll
    void stop() throws Exception {
        application.close();
    }

    @AfterEach
    void end_every_run() throws Exception {
        end("failed");
    }

    @Test
    void a_request_without_a_body_starts_a_run_of_the_only_store() throws Exception {
        Answer answer = application.post(null);

        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        JsonNode run = answer.json();
        assertThat(answer.header("Location"))
                .isEqualTo("/api/ingest/runs/" + run.get("run_id").asText());
        assertThat(run.get("store").asText()).isEqualTo("acme");
        assertThat(run.get("stream").asText()).isEqualTo("shopify-orders");
        assertThat(run.get("initiator").asText()).isEqualTo("user");
        assertThat(run.get("status").asText()).isEqualTo("initiated");
        assertThat(UUID.fromString(run.get("run_id").asText()).version()).isEqualTo(7);
        assertThat(application.get(answer.header("Location")).json()).isEqualTo(run);
    }

    @Test
    void everything_the_payload_says_is_kept() throws Exception {
        UUID runId = UUID.randomUUID();
        JsonNode run = application
                .post("{\"run_id\":\"" + runId
                        + "\",\"initiator\":\"cron\",\"requested_at\":\"2026-02-01T07:00:00+01:00\","
                        + "\"store\":\"acme\",\"stream\":\"shopify-orders\"}")
                .json();

        assertThat(run.get("run_id").asText()).isEqualTo(runId.toString());
        assertThat(run.get("initiator").asText()).isEqualTo("cron");
        assertThat(run.get("requested_at").asText()).isEqualTo("2026-02-01T06:00:00Z");
    }

    @Test
    void the_same_run_id_names_the_same_run_and_answers_by_its_state() throws Exception {
        String body = "{\"run_id\":\"" + UUID.randomUUID() + "\"}";
        assertThat(application.post(body).status()).isEqualTo(202);
        assertThat(application.post(body).status()).isEqualTo(202);
        end("completed");
        assertThat(application.post(body).status()).isEqualTo(200);

        assertThat(application.post("{\"run_id\":\"" + RUN + 5 + "\"}").status())
                .isEqualTo(207);
        assertThat(application.post("{\"run_id\":\"" + RUN + 4 + "\"}").status())
                .isEqualTo(502);
    }

    @Test
    void another_active_run_is_a_conflict_that_names_it() throws Exception {
        String active = application.post(null).json().get("run_id").asText();

        Answer answer = application.post(null, "Prefer", "wait=20");
        assertProblem(answer, 409, "run-active");
        assertThat(answer.json().get("run_id").asText()).isEqualTo(active);
        assertThat(answer.header("Location")).isEqualTo("/api/ingest/runs/" + active);
    }

    @Test
    void waiting_answers_when_the_run_ends() throws Exception {
        assertThat(waitFor("completed").status()).isEqualTo(200);
        Answer partial = waitFor("partial");
        assertThat(partial.status()).isEqualTo(207);
        assertThat(partial.json().get("failures")).isNotNull();
        Answer failed = waitFor("failed");
        assertProblem(failed, 502, "run-failed");
        assertThat(failed.json().at("/run/status").asText()).isEqualTo("failed");
        assertThat(failed.json().get("run_id")).isEqualTo(failed.json().at("/run/run_id"));
    }

    @Test
    void a_wait_that_is_over_before_the_run_says_not_yet() throws Exception {
        Answer answer = application.post(null, "Prefer", "respond-async, wait=1");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait=1");
        assertThat(answer.json().get("status").asText()).isEqualTo("initiated");
    }

    @Test
    void when_every_place_is_taken_the_next_is_answered_without_a_wait() throws Exception {
        String body = "{\"run_id\":\"" + UUID.randomUUID() + "\"}";
        application.post(body);
        ExecutorService clients = Executors.newFixedThreadPool(RunWait.PLACES);
        List<Future<Answer>> waiting = Stream.generate(() -> clients.submit(() -> takePlace(body)))
                .limit(RunWait.PLACES)
                .toList();

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Answer next = application.post(body, "Prefer", "wait=0");
            assertThat(next.status()).isEqualTo(202);
            assertThat(next.header("Preference-Applied")).isNull();
        });
        assertThat(application.get("/api/ingest/watermarks").status())
                .as("others are still served")
                .isEqualTo(200);
        end("completed");
        for (Future<Answer> answer : waiting) {
            assertThat(answer.get().status()).isEqualTo(200);
        }
        clients.shutdown();
    }

    @Test
    void bad_bodies_are_told_what_is_wrong() throws Exception {
        assertProblem(application.post("{\"run_id\":"), 400, "bad-request");
        assertProblem(application.post("{} {}"), 400, "bad-request");
        assertProblem(application.post("[]"), 400, "bad-request");
        assertProblem(application.post("\u0000"), 400, "bad-request");
        assertProblem(application.post("{\"run_id\":\"7\"}"), 400, "invalid-parameter");
        assertProblem(application.post("{\"run_id\":7}"), 400, "invalid-parameter");
        assertProblem(application.post("{\"runid\":\"7\"}"), 400, "invalid-parameter");
        assertProblem(application.post("{\"initiator\":\"root\"}"), 400, "invalid-parameter");
        assertProblem(application.post("{\"requested_at\":\"2026-02-30T00:00:00Z\"}"), 400, "invalid-parameter");
        assertProblem(application.post("{\"requested_at\":\"infinity\"}"), 400, "invalid-parameter");
        Answer store = application.post("{\"store\":\"nobody\"}");
        assertProblem(store, 400, "unknown-store");
        assertThat(store.json().get("detail").asText()).contains("configured: acme");
        assertProblem(application.post("{\"stream\":\"no-such\"}"), 400, "unknown-stream");
        assertProblem(application.post("{}", "Content-Type", "text/plain"), 415, "unsupported-media-type");
        assertProblem(
                application.post("a=b", "Content-Type", "application/x-www-form-urlencoded"),
                415,
                "unsupported-media-type");
        assertThat(application.get("/api/ingest/runs").json().get("items"))
                .noneMatch(run -> run.get("finished_at").isNull());
    }

    @Test
    void a_body_over_one_megabyte_is_refused() throws Exception {
        assertProblem(application.post("{\"store\":\"" + "a".repeat(1_100_000) + "\"}"), 413, "body-too-large");
    }

    @Test
    void runs_are_listed_by_pages_and_filters() throws Exception {
        JsonNode page = application.get("/api/ingest/runs?store=beta&limit=1").json();
        assertThat(page.get("items")).hasSize(1);
        assertThat(page.at("/items/0/run_id").asText()).isEqualTo(RUN + 4);
        JsonNode next = application
                .get("/api/ingest/runs?store=beta&limit=1&before="
                        + page.get("next").asText())
                .json();
        assertThat(next.at("/items/0/run_id").asText()).isEqualTo(RUN + 3);
        assertThat(next.get("next").isNull()).isTrue();

        assertProblem(application.get("/api/ingest/runs?limit=1000"), 400, "invalid-parameter");
        assertProblem(application.get("/api/ingest/runs?before=abc"), 400, "invalid-parameter");
        assertProblem(application.get("/api/ingest/runs?store=a&store=b"), 400, "invalid-parameter");

        assertProblem(application.get("/api/ingest/runs?colour=red"), 400, "invalid-parameter");
        assertThat(application
                        .send("GET", "/api/ingest/runs", VIEWER, null, "store", "beta")
                        .json()
                        .get("items")
                        .size())
                .as("a header named like a filter is none")
                .isEqualTo(
                        application.get("/api/ingest/runs").json().get("items").size());
    }

    @Test
    void one_run_and_the_watermarks_are_shown() throws Exception {
        assertThat(application
                        .get("/api/ingest/runs/" + RUN + 5)
                        .json()
                        .at("/counts/set_aside")
                        .asInt())
                .isEqualTo(3);
        assertProblem(application.get("/api/ingest/runs/" + RUN + 9), 404, "not-found");
        assertProblem(application.get("/api/ingest/runs/9"), 400, "invalid-parameter");
        assertProblem(application.get("/api/ingest/runs/%27%20or%201=1"), 400, "invalid-parameter");
        assertThat(application
                        .get("/api/ingest/watermarks")
                        .json()
                        .at("/items/0/value")
                        .asText())
                .isEqualTo("2026-02-01T05:30:00Z");
        assertThat(application.get("/api/ingest/watermarks?store=beta").json().get("items"))
                .hasSize(1);
    }

    @Test
    void unknown_paths_and_methods_are_problems() throws Exception {
        assertProblem(application.get("/"), 404, "not-found");
        assertProblem(application.get("/api/ingest/runs/" + RUN + 1 + "/steps"), 404, "not-found");
        Answer answer = application.send("DELETE", "/api/ingest/runs/" + RUN + 1, ADMIN, null);
        assertProblem(answer, 405, "method-not-allowed");
        assertThat(answer.header("Allow")).isEqualTo("GET");
        assertProblem(application.get(SYNC), 405, "method-not-allowed");
        assertProblem(
                application.send("OPTIONS", SYNC, OPERATOR, null, "Origin", "http://evil.example"),
                405,
                "method-not-allowed");
    }

    @Test
    void the_openapi_document_lists_what_there_is() throws Exception {
        JsonNode document = application.get("/openapi.json").json();

        assertThat(document.get("openapi").asText()).startsWith("3.1");
        assertThat(document.at("/info/title").asText()).isEqualTo("Tidemark");
        assertThat(document.get("paths").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        SYNC,
                        "/api/ingest/runs",
                        "/api/ingest/runs/{run_id}",
                        "/api/ingest/backfills",
                        "/api/ingest/backfills/{backfill_id}",
                        "/api/ingest/backfills/{backfill_id}/pause",
                        "/api/ingest/backfills/{backfill_id}/resume",
                        "/api/ingest/backfills/{backfill_id}/cancel",
                        "/api/ingest/backfills/{backfill_id}/windows/{number}/retry",
                        "/api/ingest/watermarks",
                        "/webhooks/shopify",
                        "/webhooks/recharge");
        assertThat(document.at("/components/schemas/SyncRequest/properties").fieldNames())
                .toIterable()
                .contains("run_id", "initiator", "requested_at", "store", "stream");
    }

    @Test
    void roles_read_start_and_nothing_more() throws Exception {
        assertThat(application.send("GET", "/api/ingest/runs", OPERATOR, null).status())
                .isEqualTo(200);
        assertThat(application.send("GET", "/api/ingest/runs", ADMIN, null).status())
                .isEqualTo(200);
        assertProblem(application.send("POST", SYNC, VIEWER, "{}"), 403, "forbidden");
        assertThat(application.send("POST", SYNC, ADMIN, "{}").status()).isEqualTo(202);
    }

    /** Asks until a place is free: the probe of the test takes one for a moment. */
    private Answer takePlace(String body) throws Exception {
        Answer answer;
        do {
            answer = application.post(body, "Prefer", "wait=25");
        } while (answer.header("Preference-Applied") == null);
        return answer;
    }

    private Answer waitFor(String status) throws Exception {
        CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return application.post(null, "Prefer", "wait=20");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> application
                        .get("/api/ingest/runs?status=initiated")
                        .json()
                        .get("items")
                        .size()
                == 1);
        end(status);
        return answer.get();
    }

    private void end(String status) throws Exception {
        application
                .database()
                .sql()
                .execute(
                        "update sync_run set status = '" + status + "', finished_at = now() where finished_at is null");
    }

    static void assertProblem(Answer answer, int status, String name) throws Exception {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().get("status").asInt()).isEqualTo(status);
        assertThat(answer.json().get("type").asText()).isEqualTo("urn:tidemark:problem:" + name);
        assertThat(answer.json().get("title").asText()).isNotBlank();
        assertThat(answer.json().get("detail").asText()).isNotBlank();
    }
}
