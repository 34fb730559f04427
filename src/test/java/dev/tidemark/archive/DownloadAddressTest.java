package dev.tidemark.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import dev.tidemark.settings.SettingsReader;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DownloadAddressTest {
    private final DownloadAddress addresses = new DownloadAddress(SettingsReader.read(
            Map.of(
                    "tidemark.stores.acme.shopify.domain", "acme.myshopify.com",
                    "tidemark.stores.acme.shopify.token", "secret",
                    "tidemark.outbound.allow", "files.example.com,other.example.com:8443"),
            Map.of()));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://storage.googleapis.com/shopify/x.jsonl?Expires=1&Signature=a%2Fb%2B%3D",
                "https://acme.myshopify.com/x",
                "http://files.example.com/x",
                "https://files.example.com:9000/x",
                "https://other.example.com:8443/x"
            })
    void the_vendors_hosts_the_stores_own_and_listed_ones_may_be_called(String url) {
        assertThat(addresses.of(run(url))).isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/x",
                "http://169.254.169.254/latest/meta-data",
                "http://[::1]/x",
                "http://localhost/x",
                "http://2130706433/x",
                "http://0x7f.1/x",
                "http://017700000001/x",
                "http://[::ffff:127.0.0.1]/x",
                "https://storage.googleapis.com.evil.example/x",
                "https://storage.googleapis.com@evil.example/x",
                "https://evil.example\\@storage.googleapis.com/x",
                "https://evil.example#@storage.googleapis.com",
                "http://storage.googleapis.com/x",
                "https://other.example.com/x",
                "file:///etc/passwd",
                "ftp://files.example.com/x",
                "//files.example.com/x",
                "",
                "not a url",
                "https://files.example.com./x",
                "https://files.example.com/{{tidemark.s3.bucket}}"
            })
    void every_other_address_is_refused_before_anything_is_fetched(String url) {
        assertThatThrownBy(() -> addresses.of(run(url))).isInstanceOf(RunFailed.class);
    }

    private static Run run(String url) {
        return new Run(Map.of("store_id", "acme", "result_url", url));
    }
}
