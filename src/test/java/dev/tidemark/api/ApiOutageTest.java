package dev.tidemark.api;

import static dev.tidemark.api.ApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.api.TestApplication.Answer;
import dev.tidemark.fixture.Database;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What clients are told while the database is away, and what an operator is told when the port is taken. */
class ApiOutageTest {
    @Test
    void every_request_says_that_the_database_is_away() throws Exception {
        try (TestApplication application = new TestApplication(
                        Map.of("tidemark.stores.acme.shopify.webhook-secret", "hush"), Database::startAlone)
                .start()) {
            application.database().crash();

            Answer list = application.get("/api/ingest/runs");
            assertProblem(list, 503, "dependency-down");
            assertThat(list.header("Retry-After")).isEqualTo("5");
            assertProblem(application.get("/api/ingest/watermarks"), 503, "dependency-down");
            assertProblem(application.post("{}"), 503, "dependency-down");
            Answer delivery = application.send(
                    "POST",
                    "/webhooks/shopify",
                    null,
                    "{}",
                    "X-Shopify-Topic",
                    "orders/create",
                    "X-Shopify-Shop-Domain",
                    "acme.myshopify.com",
                    "X-Shopify-Hmac-Sha256",
                    // HMAC-SHA256 of {} with the secret.
                    "UFwgrGBPZilFtmKh8TqcovA78LGYb1BdWu9I4Q2oyRg=");
            assertProblem(delivery, 503, "dependency-down");
            assertThat(delivery.header("Retry-After")).isEqualTo("5");
            assertThat(application
                            .send("GET", "/api/ingest/runs", "wrong", null)
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    void a_taken_port_stops_the_start_with_its_name() throws Exception {
        try (TestApplication first = new TestApplication(Map.of()).start()) {
            String port = String.valueOf(first.settings().api().port());

            assertThatThrownBy(() -> new TestApplication(Map.of("tidemark.api.port", port)))
                    .hasMessageContaining("tidemark.api.port")
                    .hasMessageContaining(port);
        }
    }
}
