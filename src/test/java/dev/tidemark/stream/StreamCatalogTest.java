package dev.tidemark.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalog knows what is declared, and refuses what cannot work, with every reason at once. */
class StreamCatalogTest {
    @TempDir
    Path folder;

    @Test
    void the_packed_declarations_are_valid() {
        StreamDeclaration orders = StreamCatalog.load().find("shopify-orders").orElseThrow();

        assertThat(orders.source()).isEqualTo("shopify");
        assertThat(orders.groupObjects()).isTrue();
        assertThat(orders.requiredScopes()).containsExactly("read_orders");
        assertThat(orders.root().keyOf(7)).isEqualTo("order_header:7");
        assertThat(orders.child().orElseThrow().table()).isEqualTo("order_line_item");
    }

    @Test
    void the_window_is_quoted_and_in_utc() {
        StreamDeclaration orders = StreamCatalog.load().find("shopify-orders").orElseThrow();

        assertThat(orders.bulkQuery(Optional.of(Instant.parse("2026-01-01T00:00:00Z")), Optional.empty()))
                .contains("orders(query: \"updated_at:>='2026-01-01T00:00:00Z'\") {");
        assertThat(orders.bulkQuery(Optional.empty(), Optional.empty())).contains("  orders {");
    }

    @Test
    void a_window_between_two_seconds_is_widened_to_whole_ones() {
        StreamDeclaration orders = StreamCatalog.load().find("shopify-orders").orElseThrow();

        assertThat(orders.bulkQuery(
                        Optional.of(Instant.parse("2026-01-01T00:00:00.75Z")),
                        Optional.of(Instant.parse("2026-02-01T00:00:00.25Z"))))
                .contains("updated_at:>='2026-01-01T00:00:00Z' AND updated_at:<'2026-02-01T00:00:01Z'");
    }

    @Test
    void declarations_are_found_in_a_jar() throws IOException {
        Path jar = folder.resolve("app.jar");
        try (FileSystem zip = FileSystems.newFileSystem(jar, Map.of("create", "true"))) {
            Files.createDirectory(zip.getPath("streams"));
            Files.copy(Path.of("streams/shopify-orders.yaml"), zip.getPath("streams/shopify-orders.yaml"));
        }
        try (FileSystem zip = FileSystems.newFileSystem(jar)) {
            assertThat(StreamCatalog.read(zip.getPath("streams")).streams()).hasSize(1);
        }
    }

    @Test
    void every_fault_is_reported_at_once() throws IOException {
        String good = Files.readString(Path.of("streams/shopify-orders.yaml"));
        Files.writeString(
                folder.resolve("shopify-orders.yaml"),
                good.replace("source: shopify", "source: shopware")
                        .replace("version: updated_at", "version: name")
                        .replace("          email\n", "")
                        .replace("orders{{window}}", "orders(sortKey: ID)"));

        assertThatThrownBy(() -> StreamCatalog.read(folder))
                .isInstanceOfSatisfying(InvalidStreams.class, invalid -> assertThat(invalid.errors())
                        .anyMatch(error -> error.contains("must begin with the source"))
                        .anyMatch(error -> error.contains("'shopware' is none of"))
                        .anyMatch(error -> error.contains("version must be a column of type instant"))
                        .anyMatch(error -> error.contains("does not select 'email'"))
                        .anyMatch(error -> error.contains("must have {{window}}"))
                        .anyMatch(error -> error.contains("must not sort")));
    }

    @Test
    void unknown_keys_and_types_are_refused() throws IOException {
        String good = Files.readString(Path.of("streams/shopify-orders.yaml"));
        Files.writeString(
                folder.resolve("shopify-orders.yaml"),
                good.replace("fetch: bulk", "fetch: bulk\nretries: 3")
                        .replace("test: {type: boolean", "test: {type: flag"));

        assertThatThrownBy(() -> StreamCatalog.read(folder))
                .isInstanceOfSatisfying(InvalidStreams.class, invalid -> assertThat(invalid.errors())
                        .isEqualTo(List.of(
                                "shopify-orders.yaml: the stream has an unknown key 'retries'",
                                "shopify-orders.yaml: root column test has the type 'flag', which is none of "
                                        + "[gid, id, text, instant, money, date, currency, integer, boolean, json]")));
    }
}
