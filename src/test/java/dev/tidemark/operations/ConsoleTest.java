package dev.tidemark.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.settings.Settings;
import dev.tidemark.settings.SettingsReader;
import java.net.CookieManager;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hawtio over HTTP: who gets in, and that a route can be stopped and started there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleTest {
    private static final String ADMIN = "admin-token-3";

    private final HttpClient http = HttpClient.newHttpClient();
    private Main main;
    private Settings settings;
    private Console console;

    @BeforeAll
    void start() throws Exception {
        settings = settings(Map.of());
        main = new Main();
        main.configure().addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:sync-advance").routeId("sync-advance").log("advanced");
            }
        });
        main.start();
        console = Console.start(settings).orElseThrow();
    }

    @AfterAll
    void stop() {
        console.close();
        main.stop();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/jolokia",
                "/jolokia/",
                "/jolokia/version",
                "/jolokia/read/java.lang:type=Memory",
                "/jolokia/list",
                "/proxy/x",
                "/"
            })
    void without_login_nothing_is_answered(String path) throws Exception {
        HttpResponse<String> answer = get(path, null, null);

        assertThat(answer.statusCode()).isIn(302, 401, 403);
        assertThat(answer.body()).doesNotContain("HeapMemoryUsage", "agentId");
    }

    @ParameterizedTest
    @CsvSource({
        "admin,wrong",
        "admin,operator-token-2",
        "operator,operator-token-2",
        "viewer,viewer-token-1",
        "operator,admin-token-3",
        "root,admin-token-3",
        "public,admin-token-3",
        "token,admin-token-3"
    })
    void nobody_but_the_admin_gets_in(String user, String password) throws Exception {
        assertThat(get("/jolokia/version", user, password).statusCode()).isIn(401, 403);
        assertThat(login(HttpClient.newHttpClient(), user, password)).isIn(401, 403);
    }

    @Test
    void the_admin_stops_and_starts_a_route() throws Exception {
        JsonNode routes = json(get("/jolokia/search/org.apache.camel:type=routes,*", "admin", ADMIN));
        String route = routes.at("/value/0").asText();
        assertThat(route).as("%s", routes).contains("sync-advance");

        assertThat(operate(route, "stop()").path("status").asInt()).isEqualTo(200);
        assertThat(main.getCamelContext().getRouteController().getRouteStatus("sync-advance"))
                .isEqualTo(ServiceStatus.Stopped);
        assertThat(operate(route, "start()").path("status").asInt()).isEqualTo(200);
        assertThat(main.getCamelContext().getRouteController().getRouteStatus("sync-advance"))
                .isEqualTo(ServiceStatus.Started);
    }

    @Test
    void the_login_page_opens_a_session() throws Exception {
        HttpClient browser =
                HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

        assertThat(login(browser, "admin", ADMIN)).isEqualTo(200);
        assertThat(browser.send(request("/jolokia/version").build(), HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
        assertThat(browser.send(request("/").build(), HttpResponse.BodyHandlers.ofString())
                        .body())
                .contains("<html");
    }

    @Test
    void pages_of_other_origins_and_dangerous_operations_are_refused() throws Exception {
        HttpResponse<String> foreign = http.send(
                request("/jolokia/version")
                        .header("Authorization", basic("admin", ADMIN))
                        .header("Origin", "http://evil.example")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(foreign.statusCode()).isEqualTo(403);
        assertThat(get("/jolokia/version", "admin", ADMIN).headers().firstValue("Access-Control-Allow-Origin"))
                .isEmpty();
        JsonNode dump = json(
                get("/jolokia/exec/com.sun.management:type=HotSpotDiagnostic/dumpHeap/!/tmp!/x/true", "admin", ADMIN));
        assertThat(dump.path("status").asInt()).isEqualTo(403);
    }

    @Test
    void it_listens_on_loopback_alone() throws Exception {
        try (ServerSocket other = new ServerSocket()) {
            other.bind(new java.net.InetSocketAddress("127.0.0.2", settings.hawtioPort()));
            assertThat(other.isBound()).isTrue();
        }
    }

    @Test
    void without_a_port_or_an_admin_token_there_is_no_console() throws Exception {
        assertThat(Console.start(settings(Map.of("tidemark.hawtio.port", "0")))).isEmpty();
        assertThat(Console.start(settings(Map.of("tidemark.api.token.admin", ""))))
                .isEmpty();
    }

    private JsonNode operate(String route, String operation) throws Exception {
        String body =
                new ObjectMapper().writeValueAsString(Map.of("type", "exec", "mbean", route, "operation", operation));
        return json(http.send(
                request("/jolokia/")
                        .header("Authorization", basic("admin", ADMIN))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString()));
    }

    private int login(HttpClient browser, String user, String password) throws Exception {
        String body = new ObjectMapper().writeValueAsString(Map.of("username", user, "password", password));
        return browser.send(
                        request("/auth/login")
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    private HttpResponse<String> get(String path, String user, String password) throws Exception {
        HttpRequest.Builder request = request(path);
        if (user != null) {
            request.header("Authorization", basic(user, password));
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + settings.hawtioPort() + "/hawtio" + path));
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return new ObjectMapper().readTree(answer.body());
    }

    private static Settings settings(Map<String, String> properties) throws Exception {
        Map<String, String> all = new HashMap<>(Map.of(
                "tidemark.api.token.viewer", "viewer-token-1",
                "tidemark.api.token.operator", "operator-token-2",
                "tidemark.api.token.admin", ADMIN));
        try (ServerSocket socket = new ServerSocket(0)) {
            all.put("tidemark.hawtio.port", String.valueOf(socket.getLocalPort()));
        }
        all.putAll(properties);
        return SettingsReader.read(all, Map.of());
    }
}
