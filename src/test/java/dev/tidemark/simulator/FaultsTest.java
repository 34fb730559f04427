package dev.tidemark.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every fault does what its table says, and stops when it is used up or removed. */
class FaultsTest {

    @ParameterizedTest
    @ValueSource(ints = {401, 402, 403, 404, 423, 429, 500, 502, 503, 504})
    void an_http_fault_strikes_so_many_times_and_then_no_more(int status) {
        try (ShopClient shop = ShopClient.withFault("http-" + status + ":2")) {
            assertThat(shopStatus(shop)).isEqualTo(status);
            assertThat(shopStatus(shop)).isEqualTo(status);
            assertThat(shopStatus(shop)).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"http-429, 2.0", "http-429:1:7, 7", "http-429:1:soon, soon", "http-503:1:1, 1"})
    void retry_after_takes_any_form(String fault, String header) {
        try (ShopClient shop = ShopClient.withFault(fault)) {
            assertThat(shop.ask("{shop{id}}", Map.of()).headers().firstValue("Retry-After"))
                    .hasValue(header);
        }
    }

    @Test
    void retry_after_may_be_a_date_or_absent() {
        try (ShopClient shop =
                ShopClient.start(ShopClient.options().fault("http-429:1:date").fault("http-429:1:none"))) {
            assertThat(shop.ask("{shop{id}}", Map.of())
                            .headers()
                            .firstValue("Retry-After")
                            .orElse(""))
                    .matches("Sat, 21 Nov 2026 12:00:\\d\\d GMT");
            assertThat(shop.ask("{shop{id}}", Map.of()).headers().firstValue("Retry-After"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "throttled:1, THROTTLED",
        "graphql-error:1, INTERNAL_SERVER_ERROR",
        "graphql-error:1:SHOP_INACTIVE, SHOP_INACTIVE",
        "access-denied:1, ACCESS_DENIED",
        "missing-scope:read_orders, ACCESS_DENIED"
    })
    void an_error_may_come_with_200(String fault, String code) {
        try (ShopClient shop = ShopClient.withFault(fault)) {
            JsonNode answer = shop.graphql("{ orders(first: 1) { nodes { id } } }");
            assertThat(answer.at("/errors/0/extensions/code").asText()).isEqualTo(code);
            assertThat(answer.path("data").isObject()).isFalse();
        }
    }

    @Test
    void answers_may_be_pages_nothing_or_elsewhere() {
        try (ShopClient shop = ShopClient.start(ShopClient.options()
                .fault("html-200:1")
                .fault("empty-200:1")
                .fault("redirect:http://127.0.0.1:9/x:1")
                .fault("hang-up:1"))) {
            assertThatThrownBy(() -> shopStatus(shop)).hasRootCauseInstanceOf(java.io.EOFException.class);
            assertThat(shop.ask("{shop{id}}", Map.of()).body()).contains("<html>");
            assertThat(shop.ask("{shop{id}}", Map.of()).body()).isEmpty();
            assertThat(shopStatus(shop)).isEqualTo(302);
        }
    }

    @Test
    void the_shop_may_deceive_silently() {
        try (ShopClient shop = ShopClient.start(ShopClient.options()
                .orders(400)
                .fault("shop-alias:other.myshopify.com")
                .fault("missing-scope")
                .fault("search-warning")
                .fault("fall-forward"))) {
            assertThat(shop.graphql("{ shop { myshopifyDomain } }")
                            .at("/data/shop/myshopifyDomain")
                            .asText())
                    .isEqualTo("other.myshopify.com");
            assertThat(shop.run(ShopClient.ALL_ORDERS).path("rootObjectCount").asInt())
                    .isBetween(150, 250);
            assertThat(shop.graphql("{ orders(first: 1) { nodes { id } } }")
                            .at("/extensions/search/0/warnings/0/field")
                            .asText())
                    .isEqualTo("updated_at");
            assertThat(shop.asking("2026-01")
                            .ask("{shop{id}}", Map.of())
                            .headers()
                            .firstValue("X-Shopify-API-Version"))
                    .hasValue("2026-04");
        }
    }

    @Test
    void pages_may_lead_nowhere() {
        try (ShopClient shop =
                ShopClient.start(ShopClient.options().fault("cursor-loop:1").fault("page-without-cursor:1"))) {
            JsonNode answer =
                    shop.graphql("{ a: orders(first: 5) { pageInfo { hasNextPage startCursor endCursor } } }");
            assertThat(answer.at("/data/a/pageInfo/hasNextPage").asBoolean()).isTrue();
            assertThat(answer.at("/data/a/pageInfo/endCursor").isNull()).isTrue();
        }
    }

    @Test
    void a_submit_may_be_accepted_and_its_answer_lost() {
        try (ShopClient shop = ShopClient.withFault("submit-lost:1")) {
            assertThatThrownBy(() -> shop.submit(ShopClient.ALL_ORDERS))
                    .isInstanceOf(java.io.UncheckedIOException.class);
            assertThat(shop.read("/_control/operations")).hasSize(1);
            assertThat(shop.submit(ShopClient.ALL_ORDERS).path("userErrors")).isEmpty();
        }
    }

    @Test
    void foreign_operations_hold_slots_until_the_fault_ends() {
        try (ShopClient shop = ShopClient.withFault("slot-busy")) {
            assertThat(shop.submit(ShopClient.ALL_ORDERS)
                            .at("/userErrors/0/code")
                            .asText())
                    .isEqualTo("OPERATION_IN_PROGRESS");
            shop.delete("faults?name=slot-busy");
            assertThat(shop.run(ShopClient.ALL_ORDERS).path("status").asText()).isEqualTo("COMPLETED");
        }
        try (ShopClient shop = ShopClient.withFault("slot-busy:5:1")) {
            assertThat(shop.submit(ShopClient.ALL_ORDERS).path("userErrors")).hasSize(1);
            assertThat(shop.submit(ShopClient.ALL_ORDERS).path("userErrors")).isEmpty();
        }
        try (ShopClient shop = ShopClient.withFault("limit-reached:1")) {
            assertThat(shop.submit(ShopClient.ALL_ORDERS)
                            .at("/userErrors/0/code")
                            .asText())
                    .isEqualTo("LIMIT_REACHED");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bulk-failed, FAILED, false, false", "bulk-failed:TIMEOUT, FAILED, false, false",
        "bulk-failed-partial, FAILED, false, true", "bulk-canceled, CANCELED, false, false",
        "bulk-canceled-with-url, CANCELED, true, false", "bulk-expired, EXPIRED, false, false",
        "completed-without-url, COMPLETED, false, false"
    })
    void an_operation_may_end_otherwise(String fault, String status, boolean url, boolean partialUrl) {
        try (ShopClient shop = ShopClient.withFault(fault)) {
            JsonNode operation = shop.run(ShopClient.ALL_ORDERS);
            assertThat(operation.path("status").asText()).isEqualTo(status);
            assertThat(operation.path("url").isTextual()).isEqualTo(url);
            assertThat(operation.path("partialDataUrl").isTextual()).isEqualTo(partialUrl);
            assertThat(operation.path("objectCount").asInt()).isPositive();
            assertThat(operation.path("errorCode").isTextual()).isEqualTo(status.equals("FAILED"));
        }
    }

    @Test
    void an_operation_may_never_end() {
        try (ShopClient shop = ShopClient.withFault("never-completes")) {
            String id =
                    shop.submit(ShopClient.ALL_ORDERS).at("/bulkOperation/id").asText();
            org.awaitility.Awaitility.await()
                    .until(() -> shop.operation(id).path("objectCount").asInt() > 40);
            assertThat(shop.operation(id).path("status").asText()).isEqualTo("RUNNING");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "count-mismatch, objectCount, 1",
        "count-mismatch:-3, objectCount, -3",
        "root-count-mismatch, rootObjectCount, 1",
        "size-mismatch:10, fileSize, 10"
    })
    void counts_may_lie(String fault, String field, long offBy) {
        try (ShopClient shop = ShopClient.withFault(fault);
                ShopClient honest = ShopClient.start(ShopClient.options())) {
            assertThat(shop.run(ShopClient.ALL_ORDERS).path(field).asLong())
                    .isEqualTo(honest.run(ShopClient.ALL_ORDERS).path(field).asLong() + offBy);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "download-403, 403",
        "download-404, 404",
        "download-429, 429",
        "download-500, 500",
        "download-503, 503",
        "download-expired, 400",
        "download-redirect, 302",
        "download-html, 200"
    })
    void a_download_may_be_refused(String fault, int status) {
        try (ShopClient shop = ShopClient.withFault(fault)) {
            var response = shop.get(shop.run(ShopClient.ALL_ORDERS).path("url").asText());
            assertThat(response.statusCode()).isEqualTo(status);
            assertThat(new String(response.body(), StandardCharsets.UTF_8)).doesNotContain("gid:");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"download-truncated", "download-truncated:100", "download-reset:90%:1"})
    void a_download_may_break(String fault) {
        try (ShopClient shop = ShopClient.withFault(fault)) {
            JsonNode operation = shop.run(ShopClient.ALL_ORDERS);
            assertThatThrownBy(() -> shop.download(operation)).isInstanceOf(java.io.UncheckedIOException.class);
        }
    }

    @Test
    void a_download_may_be_short_without_a_trace_chunked_slow_or_bad_gzip() throws Exception {
        try (ShopClient shop = ShopClient.start(ShopClient.options())) {
            JsonNode operation = shop.run(ShopClient.ALL_ORDERS);
            int size = shop.download(operation).length;
            shop.control("faults", "[\"download-short:10%:1\"]");
            assertThat(shop.download(operation)).hasSize(size / 10);
            shop.control("faults", "[\"download-chunked:1\"]");
            assertThat(shop.download(operation)).hasSize(size);
            shop.control("faults", "{\"name\":\"download-slow\",\"arg\":\"" + size * 4 + "\",\"times\":1}");
            long began = System.nanoTime();
            assertThat(shop.download(operation)).hasSize(size);
            assertThat(System.nanoTime() - began).isGreaterThan(200_000_000L);
            shop.control("faults", "[\"gzip-corrupt:1\"]");
            byte[] corrupt = shop.download(operation);
            assertThatThrownBy(() -> new GZIPInputStream(new ByteArrayInputStream(corrupt)).readAllBytes())
                    .isInstanceOf(java.io.IOException.class);
            shop.control("faults", "[\"gzip-truncated:1\"]");
            byte[] half = shop.download(operation);
            assertThatThrownBy(() -> new GZIPInputStream(new ByteArrayInputStream(half)).readAllBytes())
                    .isInstanceOf(java.io.EOFException.class);
            shop.control("faults", "[\"gzip-bomb:8:1\"]");
            byte[] bomb = shop.download(operation);
            assertThat(bomb.length).isLessThan(200_000);
            assertThat(new GZIPInputStream(new ByteArrayInputStream(bomb)).readAllBytes())
                    .hasSize(8 * 1024 * 1024);
        }
    }

    @Test
    void the_url_may_lead_elsewhere() {
        try (ShopClient shop = ShopClient.withFault("url-elsewhere:http://127.0.0.1:9/secret")) {
            assertThat(shop.run(ShopClient.ALL_ORDERS).path("url").asText()).isEqualTo("http://127.0.0.1:9/secret");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {
                "DEEP_NESTING",
                "NUL",
                "BAD_UTF8",
                "LONE_SURROGATE",
                "HUGE_NUMBER",
                "HUGE_EXPONENT",
                "BAD_MONEY",
                "MONEY_AS_NUMBER",
                "DUPLICATE_KEYS",
                "MISSING_ID",
                "NULL_UPDATED_AT",
                "MISSING_UPDATED_AT",
                "FUTURE_UPDATED_AT",
                "INFINITE_UPDATED_AT",
                "NO_OFFSET_UPDATED_AT",
                "ODD_OFFSET_UPDATED_AT",
                "NANOSECOND_UPDATED_AT",
                "LEAP_SECOND_UPDATED_AT",
                "EXTRA_FIELD"
            })
    void bad_records_are_as_many_as_asked_and_the_same_each_time(Fault fault) {
        try (ShopClient shop = ShopClient.start(ShopClient.options())) {
            List<String> clean = rawLines(shop);
            shop.control("faults", "[\"" + fault.label() + ":3\"]");
            List<String> bad = rawLines(shop);
            assertThat(bad).hasSameSizeAs(clean);
            assertThat(bad.stream().filter(line -> !clean.contains(line))).hasSize(3);
            assertThat(rawLines(shop)).isEqualTo(bad);
            assertThat(shop.read("/_control/faults").at("/0/orders")).hasSize(3);
            shop.delete("faults");
            assertThat(rawLines(shop)).isEqualTo(clean);
        }
    }

    @ParameterizedTest
    @CsvSource({"duplicate-older:2, 2, 2", "duplicate-newer:2, 2, 2", "orphan-children:4, 4, 0", "unknown-type:3, 3, 3"
    })
    void further_lines_are_counted(String fault, int moreLines, int moreRoots) {
        try (ShopClient shop = ShopClient.withFault(fault);
                ShopClient honest = ShopClient.start(ShopClient.options())) {
            JsonNode operation = shop.run(ShopClient.ALL_ORDERS);
            int usual = honest.run(ShopClient.ALL_ORDERS).path("objectCount").asInt();
            assertThat(operation.path("objectCount").asInt()).isEqualTo(usual + moreLines);
            assertThat(operation.path("rootObjectCount").asInt()).isEqualTo(40 + moreRoots);
            assertThat(shop.lines(operation)).hasSize(usual + moreLines);
        }
    }

    @Test
    void whole_files_may_be_odd() {
        try (ShopClient shop = ShopClient.start(ShopClient.options()
                .fault("crlf:1")
                .fault("missing-final-newline:1")
                .fault("malformed-line:first:1")
                .fault("shuffle-children:1"))) {
            JsonNode operation = shop.run(ShopClient.ALL_ORDERS);
            String text = new String(shop.download(operation), StandardCharsets.UTF_8);
            assertThat(text).contains("}\r\n{").endsWith("}");
            assertThat(operation.path("fileSize").asInt()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
            List<String> lines = text.lines().toList();
            assertThat(lines.stream().filter(line -> !line.endsWith("}"))).hasSize(1);
            assertThat(BulkFileTest.childrenBeforeTheirParent(
                            lines.stream().filter(line -> line.endsWith("}")).toList()))
                    .isPositive();
        }
    }

    @Test
    void a_line_may_be_long() {
        try (ShopClient shop = ShopClient.withFault("long-line:5")) {
            assertThat(shop.lines(shop.run(ShopClient.ALL_ORDERS)).stream()
                            .mapToInt(String::length)
                            .max()
                            .orElse(0))
                    .isGreaterThan(5 * 1024 * 1024);
        }
    }

    @Test
    void the_reference_page_lists_every_fault() throws Exception {
        assertThat(Files.readString(Path.of("docs/reference/simulator.md"))).contains(Fault.table());
    }

    private static List<String> rawLines(ShopClient shop) {
        return new String(shop.download(shop.run(ShopClient.ALL_ORDERS)), StandardCharsets.ISO_8859_1)
                .lines()
                .toList();
    }

    private static int shopStatus(ShopClient shop) {
        return shop.ask("{ shop { id } }", Map.of()).statusCode();
    }
}
