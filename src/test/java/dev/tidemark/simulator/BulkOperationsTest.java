package dev.tidemark.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of bulk operations: states and their shapes, user errors word for word, slots. */
class BulkOperationsTest {
    private ShopClient shop = ShopClient.start(ShopClient.options());

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void a_completed_operation_tells_exact_counts() {
        JsonNode operation = shop.run(ShopClient.ALL_ORDERS);
        assertThat(operation.path("status").asText()).isEqualTo("COMPLETED");
        assertThat(operation.path("completedAt").isNull()).isFalse();
        assertThat(operation.path("partialDataUrl").isNull()).isTrue();
        assertThat(operation.path("rootObjectCount").asText()).isEqualTo("40");
        byte[] file = shop.download(operation);
        assertThat(operation.path("fileSize").asText()).isEqualTo(Integer.toString(file.length));
        assertThat(operation.path("objectCount").asText())
                .isEqualTo(Integer.toString(shop.lines(operation).size()));
        assertThat(operation.path("query").asText()).isEqualTo(ShopClient.ALL_ORDERS);
    }

    @Test
    void an_empty_result_has_no_url() {
        JsonNode operation = shop.run(ShopClient.ALL_ORDERS.replace("2026-01-01", "2099-01-01"));
        assertThat(operation.path("status").asText()).isEqualTo("COMPLETED");
        assertThat(operation.path("url").isNull()).isTrue();
        assertThat(operation.path("fileSize").isNull()).isTrue();
        assertThat(operation.path("objectCount").asText()).isEqualTo("0");
    }

    @Test
    void created_and_running_have_no_result_yet() {
        restart(ShopClient.options().bulkTakes(Duration.ofSeconds(30), Duration.ofSeconds(30)));
        JsonNode submitted = shop.submit(ShopClient.ALL_ORDERS);
        assertThat(submitted.at("/bulkOperation/status").asText()).isEqualTo("CREATED");
        JsonNode operation = shop.operation(submitted.at("/bulkOperation/id").asText());
        assertThat(operation.path("objectCount").asText()).isEqualTo("0");
        assertThat(operation.path("url").isNull()).isTrue();
        assertThat(operation.path("completedAt").isNull()).isTrue();
    }

    @Test
    void every_version_has_its_slots() {
        restart(ShopClient.options().bulkTakes(Duration.ofSeconds(30), Duration.ofSeconds(30)));
        String first = shop.asking("2025-10")
                .submit(ShopClient.ALL_ORDERS)
                .at("/bulkOperation/id")
                .asText();
        JsonNode second = shop.submit(ShopClient.ALL_ORDERS);
        assertThat(second.path("bulkOperation").isNull()).isTrue();
        assertThat(second.at("/userErrors/0/code").asText()).isEqualTo("OPERATION_IN_PROGRESS");
        assertThat(second.at("/userErrors/0/message").asText())
                .isEqualTo("A bulk query operation for this app and shop is already in progress: " + first + ".");
        shop.asking("2026-10");
        for (int i = 1; i < 5; i++) {
            assertThat(shop.submit(ShopClient.ALL_ORDERS).path("userErrors")).isEmpty();
        }
        assertThat(shop.submit(ShopClient.ALL_ORDERS)
                        .at("/userErrors/0/message")
                        .asText()
                        .split(","))
                .hasSize(5);
    }

    @Test
    void a_canceled_operation_passes_through_canceling_and_has_no_url() {
        restart(ShopClient.options().bulkTakes(Duration.ofMillis(1), Duration.ofSeconds(30)));
        String id = shop.submit(ShopClient.ALL_ORDERS).at("/bulkOperation/id").asText();
        JsonNode canceling = cancel(id);
        assertThat(canceling.at("/bulkOperation/status").asText()).isEqualTo("CANCELING");
        JsonNode canceled = shop.awaitEnd(id);
        assertThat(canceled.path("status").asText()).isEqualTo("CANCELED");
        assertThat(canceled.path("url").isNull()).isTrue();
        assertThat(canceled.path("completedAt").isNull()).isTrue();
    }

    @Test
    void what_is_over_cannot_be_canceled() {
        String id = shop.run(ShopClient.ALL_ORDERS).path("id").asText();
        assertThat(cancel(id).at("/userErrors/0/message").asText())
                .isEqualTo("A bulk operation cannot be canceled when it is completed");
        assertThat(cancel("gid://shopify/BulkOperation/1")
                        .at("/userErrors/0/message")
                        .asText())
                .isEqualTo("Bulk operation does not exist");
    }

    @Test
    void operations_are_listed_newest_first_and_can_be_searched() {
        String older = shop.run(ShopClient.ALL_ORDERS).path("id").asText();
        String newer = shop.run(ShopClient.ALL_ORDERS).path("id").asText();
        JsonNode all = shop.graphql("{ bulkOperations(first: 10) { nodes { id query } } }")
                .at("/data/bulkOperations/nodes");
        assertThat(all.findValuesAsText("id")).containsExactly(newer, older);
        JsonNode running = shop.graphql("{ bulkOperations(first: 10, query: \"status:RUNNING\") { nodes { id } } }");
        assertThat(running.at("/data/bulkOperations/nodes")).isEmpty();
        JsonNode bad = shop.graphql("{ bulkOperations(first: 10, query: \"created_at:>soon\") { nodes { id } } }");
        assertThat(bad.at("/errors/0/message").asText()).isEqualTo("Invalid timestamp for query filter `created_at`.");
        assertThat(shop.graphql("{ currentBulkOperation(type: QUERY) { id } }")
                        .at("/data/currentBulkOperation/id")
                        .asText())
                .isEqualTo(newer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{ shop { id } } | Bulk queries must contain at least one connection.",
                "{ node(id: \"gid://shopify/Order/1\") { id } } | Bulk queries cannot contain a top level `node` field.",
                "{ orders { nodes { id } } } | All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: 'orders { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: 'orders'.",
                "{ orders { edges { node { id | Invalid bulk query: syntax error, unexpected end of file",
                "{ orders { edges { node { name lineItems { edges { node { id } } } } } } } | The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': orders.",
                "{ orders { edges { node { id lineItems { edges { node { id product { variants { edges { node { id } } } } } } } } } } } | Bulk queries cannot contain connections with a nesting depth greater than 2.",
                "mutation { bulkOperationCancel(id: \"1\") { userErrors { message } } } | Invalid operation type. Only `query` operations are supported.",
                "{ a: orders { edges { node { id } } } b: orders { edges { node { id } } } c: orders { edges { node { id } } } d: orders { edges { node { id } } } e: orders { edges { node { id } } } f: orders { edges { node { id } } } } | Bulk queries cannot contain more than 5 connections.",
                "{ orders { edges { node { id colour } } } } | Invalid bulk query: Field 'colour' doesn't exist on type 'Order'",
            })
    void a_query_that_breaks_a_rule_is_refused_in_the_vendors_words(String query, String message) {
        JsonNode refused = shop.submit(query);
        assertThat(refused.path("bulkOperation").isNull()).isTrue();
        assertThat(refused.at("/userErrors/0/code").asText()).isEqualTo("INVALID");
        assertThat(refused.at("/userErrors/0/field/0").asText()).isEqualTo("query");
        assertThat(refused.at("/userErrors/0/message").asText()).isEqualTo(message);
    }

    @Test
    void a_query_of_too_many_bytes_is_refused() {
        String query = ShopClient.ALL_ORDERS + " ".repeat(65_536 - ShopClient.ALL_ORDERS.length());
        assertThat(shop.submit(query).at("/userErrors/0/message").asText())
                .isEqualTo("Query is too large (65536 bytes; maximum is 65535 bytes)");
    }

    private JsonNode cancel(String id) {
        return shop.graphql(
                        "mutation($id: ID!) { bulkOperationCancel(id: $id)"
                                + " { bulkOperation { id status } userErrors { field message } } }",
                        Map.of("id", id))
                .at("/data/bulkOperationCancel");
    }

    private void restart(SimulatorOptions.Builder options) {
        shop.close();
        shop = ShopClient.start(options);
    }
}
