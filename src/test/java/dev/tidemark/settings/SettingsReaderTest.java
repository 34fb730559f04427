package dev.tidemark.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsReaderTest {

    @Test
    void the_environment_alone_is_enough() {
        Settings settings = SettingsReader.read(
                Map.of(),
                Map.of(
                        "TIDEMARK_DATABASE_URL", "jdbc:postgresql://localhost/t",
                        "TIDEMARK_STORES_ACME_SHOPIFY_URL", "http://127.0.0.1:9001/",
                        "TIDEMARK_STORES_ACME_SHOPIFY_TOKEN", "secret",
                        "TIDEMARK_STORES_ACME_SHOPIFY_WEBHOOK_SECRET", "hook",
                        "TIDEMARK_OUTBOUND_ALLOW", "127.0.0.1, localhost:8080",
                        "TIDEMARK_SHOPIFY_BULK_POLL_INTERVAL", "200ms",
                        "PATH", "/bin"));

        Settings.ShopifyStore shop = settings.stores().get("acme").shopify().orElseThrow();
        assertThat(shop.url()).hasToString("http://127.0.0.1:9001");
        assertThat(shop.webhookSecrets()).containsExactly("hook");
        assertThat(settings.shopify().pollInterval()).isEqualTo(Duration.ofMillis(200));
        assertThat(settings.outboundAllow()).containsExactlyInAnyOrder("127.0.0.1", "localhost:8080");
    }

    @Test
    void the_environment_wins_over_the_file() {
        Settings settings = SettingsReader.read(
                Map.of("tidemark.api.port", "1", "tidemark.s3.bucket", "file"), Map.of("TIDEMARK_API_PORT", "2"));

        assertThat(settings.api().port()).isEqualTo(2);
        assertThat(settings.s3().bucket()).isEqualTo("file");
    }

    @Test
    void every_error_is_told_at_once_and_a_typing_error_gets_a_hint() {
        assertThatThrownBy(() -> SettingsReader.read(
                        Map.of(
                                "tidemark.database.ulr", "x",
                                "tidemark.api.port", "eighty",
                                "tidemark.sync.floor", "128 days",
                                "tidemark.shopify.api-version", "2026-7",
                                "tidemark.sync.schedule", "at six"),
                        Map.of("TIDEMARK_STORES_ACME_SHOPIFY_URL", "http://10.0.0.1", "TIDEMARK_NONSENSE", "1")))
                .isInstanceOfSatisfying(InvalidSettings.class, invalid -> assertThat(invalid.errors())
                        .hasSize(8)
                        .anyMatch(error -> error.contains("did you mean tidemark.database.url?"))
                        .anyMatch(error -> error.contains("TIDEMARK_NONSENSE"))
                        .anyMatch(error -> error.contains("needs tidemark.stores.acme.shopify.token"))
                        .anyMatch(error -> error.contains("tidemark.outbound.allow")));
    }

    @Test
    void an_overlap_shorter_than_the_lag_is_refused() {
        assertThatThrownBy(() -> SettingsReader.read(
                        Map.of("tidemark.sync.overlap", "5m", "tidemark.sync.lag", "10m"), Map.of()))
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("make the overlap at least the lag");
    }

    @Test
    void the_one_that_is_not_set_follows_the_other() {
        assertThat(SettingsReader.read(Map.of("tidemark.sync.overlap", "5m"), Map.of())
                        .sync()
                        .lag())
                .isEqualTo(Duration.ofMinutes(5));
        assertThat(SettingsReader.read(Map.of("tidemark.sync.lag", "3h"), Map.of())
                        .sync()
                        .overlap())
                .isEqualTo(Duration.ofHours(3));
        assertThat(SettingsReader.read(Map.of(), Map.of()).sync().lag()).isEqualTo(Duration.ofMinutes(30));
    }
}
