package dev.tidemark.api;

import static dev.tidemark.api.ApiTest.assertProblem;
import static dev.tidemark.api.TestApplication.ADMIN;
import static dev.tidemark.api.TestApplication.OPERATOR;
import static dev.tidemark.api.TestApplication.VIEWER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.api.TestApplication.Answer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.builder.AdviceWith;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody gets past the token check, by whatever path, spelling or header. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiSecurityTest {
    private static final String SYNC = "/api/performance-metrics/sync";

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

    /** CVE-2026-40022: sub-paths of a protected path were open; here every path is, known or not, in any spelling. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api",
                "/api/",
                "/api/ingest",
                "/api/ingest/runs",
                "/api/ingest/runs/",
                "/api/ingest/runs/1",
                "/api/ingest/runs/00000000-0000-7000-8000-000000000001",
                "/api/ingest/runs/x/y/z",
                "/api/ingest/watermarks",
                "/api/ingest/watermarks/",
                SYNC,
                SYNC + "/",
                SYNC + "/x",
                "/openapi.json",
                "/openapi.json/",
                "/openapi.yaml",
                "/no/such/path",
                "//api/ingest/runs",
                "///api//ingest//runs",
                "/api/../api/ingest/runs",
                "/%61pi/ingest/runs",
                "/api/ingest%2Fruns",
                "/api/ingest/runs;a=b",
                "/api/ingest/runs%00",
                "/api/ingest/runs?x=/openapi.json",
                "/API/INGEST/RUNS",
                "/api/./ingest/runs",
                "/api/ingest/%2e%2e/ingest/runs",
                "/\\api\\ingest\\runs",
                "/api/ingest/runs%3Ba",
                "/api/ingest/runs#",
                "/observe/health",
                "/hawtio/jolokia",
                "http://127.0.0.1/api/ingest/runs",
                "http://evil.example/api/ingest/runs",
                "*",
                "api/ingest/runs",
                "?",
                "/api/ingest/runs%",
                "/api/ingest/\u00e9"
            })
    void no_path_is_open_without_a_token(String path) throws Exception {
        for (String method : new String[] {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"}) {
            String answer = raw(
                    method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
            assertThat(answer).as("%s %s", method, path).matches("(?s)HTTP/1\\.1 (401|400) .*");
        }
        assertThat(runs()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Bearer x",
                "Basic dmlld2VyOnZpZXdlci10b2tlbi0x",
                VIEWER,
                "Token " + VIEWER,
                "Bearer " + VIEWER + "x",
                "Bearer viewer-token-",
                "Bearer VIEWER-TOKEN-1",
                "Bearer " + VIEWER + "," + ADMIN,
                "Bearer null"
            })
    void no_other_credential_is_accepted(String authorization) throws Exception {
        Answer answer = application.send("GET", "/api/ingest/runs", null, null, "Authorization", authorization);

        assertProblem(answer, 401, "unauthorized");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"tidemark\"");
        assertThat(answer.body()).doesNotContain(VIEWER);
    }

    @Test
    void two_authorization_headers_are_none() throws Exception {
        assertThat(raw(
                        "GET /api/ingest/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\nAuthorization: Bearer "
                                + VIEWER + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 401 ");
    }

    @Test
    void without_configured_tokens_nobody_gets_in() throws Exception {
        try (TestApplication closed = new TestApplication(Map.of(
                        "tidemark.api.token.viewer",
                        "",
                        "tidemark.api.token.operator",
                        "",
                        "tidemark.api.token.admin",
                        ""))
                .start()) {
            assertThat(closed.send("GET", "/api/ingest/runs", null, null).status())
                    .isEqualTo(401);
            assertThat(closed.send("GET", "/api/ingest/runs", null, null, "Authorization", "Bearer ")
                            .status())
                    .isEqualTo(401);
            assertThat(closed.send("POST", SYNC, VIEWER, "{}").status()).isEqualTo(401);
        }
    }

    /** CVE-2025-27636, CVE-2025-29891: Camel's own headers in another case steered components from outside. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CAmelHttpUri",
                "CamelHttpUri",
                "camelhttppath",
                "CAMELHTTPRAWQUERY",
                "CamelSqlQuery",
                "camelsqlquery",
                "CamelBeanMethodName",
                "CAmelBeanMethodName",
                "CamelVariable.run_id",
                "org.apache.camel.x",
                "run_id",
                "CamelHttpResponseCode"
            })
    void headers_that_steer_camel_are_not_taken_from_outside(String header) throws Exception {
        String plain = application.get("/api/ingest/runs?limit=2").body();
        String value = "delete from sync_run";

        assertThat(application
                        .send("GET", "/api/ingest/runs?limit=2", VIEWER, null, header, value)
                        .body())
                .isEqualTo(plain);
        Answer byQuery = application.get("/api/ingest/runs?limit=2&" + header + "=delete%20from%20sync_run");
        assertProblem(byQuery, 400, "invalid-parameter");
        Answer run = application.send(
                "GET",
                "/api/ingest/runs/00000000-0000-7000-8000-000000000001?" + header + "=x",
                VIEWER,
                null,
                header,
                "y");
        assertThat(run.json().get("run_id").asText()).isEqualTo("00000000-0000-7000-8000-000000000001");
        assertThat(run.response().headers().map().keySet())
                .as("no header of the request or of Camel comes back")
                .allMatch(name -> java.util.Set.of(
                                "cache-control",
                                "content-type",
                                "transfer-encoding",
                                "content-length",
                                "x-content-type-options")
                        .contains(name.toLowerCase(java.util.Locale.ROOT)));
        assertThat(runs()).isEqualTo(5);
    }

    @Test
    void nothing_from_outside_reaches_the_engine_but_the_request_itself() throws Exception {
        AdviceWith.adviceWith(application.main().getCamelContext(), "sync-start", route -> route.interceptFrom()
                .process(exchange ->
                        assertThat(exchange.getMessage().getHeaders()).isEmpty()));
        Answer answer = application.send(
                "POST",
                SYNC + "?CAmelHttpUri=http://evil.example&store=beta",
                OPERATOR,
                "{}",
                "CAmelHttpUri",
                "http://evil.example",
                "X-Any",
                "1");

        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        assertThat(answer.json().get("store").asText()).isEqualTo("acme");
        application.database().sql().execute("delete from sync_run where run_number > 5");
    }

    @Test
    void other_origins_get_no_permission() throws Exception {
        Answer answer = application.send("GET", "/api/ingest/runs", VIEWER, null, "Origin", "http://evil.example");

        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    private int runs() throws Exception {
        return application.get("/api/ingest/runs").json().get("items").size();
    }

    private String raw(String request) throws IOException {
        try (Socket socket =
                new Socket("127.0.0.1", application.settings().api().port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
