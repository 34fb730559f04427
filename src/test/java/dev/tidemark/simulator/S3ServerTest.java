package dev.tidemark.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** The S3 server of the demo keeps what it is given, and goes away when told. */
class S3ServerTest {
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void it_keeps_objects_until_it_is_closed() throws Exception {
        String bucket;
        try (S3Server s3 = S3Server.start(0)) {
            bucket = s3.endpoint() + "/archive-bucket";
            assertThat(send("PUT", bucket, "").statusCode()).isEqualTo(200);
            assertThat(send("PUT", bucket + "/a/b.jsonl", "{}\n").statusCode()).isEqualTo(200);
            assertThat(send("GET", bucket + "/a/b.jsonl", "").body()).isEqualTo("{}\n");
        }
        String gone = bucket;
        assertThatThrownBy(() -> send("GET", gone, "")).isInstanceOf(java.net.ConnectException.class);
    }

    private HttpResponse<String> send(String method, String url, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
