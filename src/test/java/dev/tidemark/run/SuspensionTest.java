package dev.tidemark.run;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.settings.SettingsReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of the runs of a shop that has uninstalled the app. */
class SuspensionTest {
    @Test
    void a_run_of_a_suspended_source_fails_with_that_word() throws Exception {
        assertThatThrownBy(() -> ledger("shpat_1").refuseGivenUp(run("shpat_1")))
                .isInstanceOfSatisfying(
                        RunFailed.class, failure -> org.assertj.core.api.Assertions.assertThat(failure.code())
                                .isEqualTo("suspended"))
                .hasMessageContaining("uninstalled")
                .hasMessageContaining("new token");
    }

    @Test
    void another_token_ends_the_suspension() throws Exception {
        Run run = run("shpat_1");

        assertThatCode(() -> ledger("shpat_2").refuseGivenUp(run)).doesNotThrowAnyException();
    }

    private static Run run(String uninstalled) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(uninstalled.getBytes(StandardCharsets.UTF_8));
        return new Run(Map.of(
                "store_id", "acme",
                "stream", "shopify-orders",
                "suspended", "The app was uninstalled.",
                "suspended_token", HexFormat.of().formatHex(digest)));
    }

    private static Ledger ledger(String token) {
        return new Ledger(
                SettingsReader.read(
                        Map.of(
                                "tidemark.stores.acme.shopify.domain",
                                "acme.myshopify.com",
                                "tidemark.stores.acme.shopify.token",
                                token),
                        Map.of()),
                List.of("shopify-orders"),
                List.of(),
                Clock.systemUTC());
    }
}
