package dev.tidemark.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The Admin API as a client meets it: tokens, versions, errors, costs, searches and pages. */
class AdminApiTest {
    private final ShopClient shop = ShopClient.start(ShopClient.options());

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void only_the_shops_token_is_accepted() {
        HttpResponse<String> refused =
                shop.post("/admin/api/2026-10/graphql.json", "shpat_other", "{\"query\":\"{shop{id}}\"}");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.body()).contains("Invalid API key or access token");
    }

    @Test
    void the_shop_and_the_scopes_are_told() {
        JsonNode answer = shop.graphql("{ shop { myshopifyDomain currencyCode ianaTimezone }"
                + " currentAppInstallation { accessScopes { handle } } }");
        assertThat(answer.at("/data/shop/myshopifyDomain").asText()).isEqualTo("tidemark-demo.myshopify.com");
        assertThat(answer.at("/data/currentAppInstallation/accessScopes").findValuesAsText("handle"))
                .contains("read_orders", "read_all_orders");
        assertThat(answer.at("/extensions/cost/throttleStatus/maximumAvailable").asInt())
                .isEqualTo(2_000);
    }

    @Test
    void a_sunset_version_falls_forward_and_the_header_says_so() {
        assertThat(servedVersion("2025-01")).isEqualTo("2026-01");
        assertThat(servedVersion("2024-04")).isEqualTo("2024-04");
        assertThat(servedVersion("2026-07")).isEqualTo("2026-07");
        assertThat(shop.asking("2099-01").ask("{shop{id}}", Map.of()).statusCode())
                .isEqualTo(404);
    }

    @Test
    void a_shop_of_one_version_answers_everything_by_it() {
        try (ShopClient old = ShopClient.start(ShopClient.options().apiVersions("2025-10"))) {
            assertThat(old.asking("2026-10")
                            .ask("{ shop { id } }", Map.of())
                            .headers()
                            .firstValue("X-Shopify-API-Version"))
                    .hasValue("2025-10");
        }
    }

    @Test
    void an_old_version_lacks_the_new_fields() {
        JsonNode error = shop.asking("2025-10")
                .graphql("{ bulkOperations(first: 1) { nodes { id } } }")
                .at("/errors/0");
        assertThat(error.path("message").asText())
                .isEqualTo("Field 'bulkOperations' doesn't exist on type 'QueryRoot'");
        assertThat(error.at("/extensions/code").asText()).isEqualTo("undefinedField");
    }

    @Test
    void a_cancel_error_has_no_code() {
        JsonNode answer = shop.graphql(
                "mutation { bulkOperationCancel(id: \"gid://shopify/BulkOperation/1\")" + " { userErrors { code } } }");
        assertThat(answer.at("/errors/0/message").asText()).isEqualTo("Field 'code' doesn't exist on type 'UserError'");
    }

    @Test
    void an_unknown_search_field_matches_everything_with_a_warning() {
        JsonNode answer =
                shop.graphql("{ orders(first: 250, query: \"changed_at:>='2026-11-01T00:00:00Z'\") { nodes { id } } }");
        assertThat(answer.at("/data/orders/nodes")).hasSize(40);
        assertThat(answer.at("/extensions/search/0/warnings/0/code").asText()).isEqualTo("invalid_field");
    }

    @Test
    void an_unreadable_search_value_matches_nothing_with_a_warning() {
        JsonNode answer = shop.graphql("{ orders(first: 250, query: \"updated_at:>=soon\") { nodes { id } } }");
        assertThat(answer.at("/data/orders/nodes")).isEmpty();
        assertThat(answer.at("/extensions/search/0/warnings/0/code").asText()).isEqualTo("invalid_value");
    }

    @Test
    void pages_by_update_time_show_every_order_once() {
        StringBuilder ids = new StringBuilder();
        String cursor = null;
        String before = "";
        for (boolean more = true; more; ) {
            JsonNode page = shop.graphql(
                            "query($after: String) { orders(first: 7, after: $after, sortKey: UPDATED_AT)"
                                    + " { edges { node { id updatedAt } } pageInfo { hasNextPage endCursor } } }",
                            cursor == null ? Map.of() : Map.of("after", cursor))
                    .at("/data/orders");
            for (JsonNode edge : page.path("edges")) {
                assertThat(edge.at("/node/updatedAt").asText()).isGreaterThanOrEqualTo(before);
                before = edge.at("/node/updatedAt").asText();
                ids.append(edge.at("/node/id").asText()).append('\n');
            }
            more = page.at("/pageInfo/hasNextPage").asBoolean();
            cursor = page.at("/pageInfo/endCursor").asText();
        }
        assertThat(ids.toString().lines().distinct()).hasSize(40);
    }

    @Test
    void a_page_needs_first_or_last() {
        JsonNode error = shop.graphql("{ bulkOperations { nodes { id } } }").at("/errors/0");
        assertThat(error.path("message").asText()).isEqualTo("you must provide one of first or last");
        assertThat(error.at("/extensions/code").asText()).isEqualTo("BAD_REQUEST");
    }

    @Test
    void an_order_is_found_by_its_id_with_its_lines() {
        JsonNode truth = shop.truth("orders?limit=1").get(0);
        JsonNode node = shop.graphql("{ node(id: \"gid://shopify/Order/"
                        + truth.path("order_id").asLong() + "\") { ... on Order"
                        + " { name lineItems(first: 50) { nodes { id quantity } } } } }")
                .at("/data/node");
        assertThat(node.path("name").asText()).isEqualTo(truth.path("name").asText());
        assertThat(node.at("/lineItems/nodes")).hasSize(truth.path("line_items").size());
    }

    @Test
    void an_empty_bucket_throttles_and_says_how_to_wait() {
        JsonNode answer = null;
        for (int i = 0; i < 40; i++) {
            answer = shop.graphql("{ orders(first: 250) { nodes { id name customer { id } } } }");
            if (answer.has("errors")) {
                break;
            }
        }
        assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo("THROTTLED");
        assertThat(answer.has("data")).isFalse();
        assertThat(answer.at("/extensions/cost/requestedQueryCost").asInt()).isPositive();
        assertThat(answer.at("/extensions/cost/actualQueryCost").isNull()).isTrue();
    }

    @Test
    void a_query_may_not_cost_more_than_the_maximum() {
        JsonNode answer =
                shop.graphql("{ orders(first: 250) { nodes { id lineItems(first: 250) { nodes { id } } } } }");
        assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo("MAX_COST_EXCEEDED");
    }

    @Test
    void an_unknown_fault_is_refused_with_the_known_ones() {
        assertThatThrownBy(() -> ShopClient.options().fault("gremlins").build())
                .hasMessageContaining("gremlins")
                .hasMessageContaining("http-503");
    }

    private String servedVersion(String requested) {
        return shop.asking(requested)
                .ask("{ shop { id } }", Map.of())
                .headers()
                .firstValue("X-Shopify-API-Version")
                .orElse("");
    }
}
