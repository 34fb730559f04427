package dev.tidemark.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidemark.fixture.Database;
import dev.tidemark.settings.Settings;
import dev.tidemark.settings.SettingsReader;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.Map;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketResponse;

/** The management port: probes that tell the truth, and metrics that come from the ledger. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManagementTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private final Bucket bucket = new Bucket();
    private Database database;
    private Settings settings;
    private Main main;

    @BeforeAll
    void start() throws Exception {
        database = Database.start();
        database.run("/sql/api/seed_runs.sql");
        try (ServerSocket socket = new ServerSocket(0)) {
            settings = SettingsReader.read(
                    Map.of("tidemark.management.port", String.valueOf(socket.getLocalPort())), Map.of());
        }
        main = new Main();
        main.bind("dataSource", database.dataSource());
        main.addInitialProperty("camel.main.routesIncludePattern", "classpath:routes/operations.camel.yaml");
        Management.install(main, settings, database.dataSource(), bucket, Clock.systemUTC());
        main.start();
    }

    @AfterAll
    void stop() throws Exception {
        main.stop();
        database.close();
    }

    @Test
    void metrics_show_what_the_ledger_says() throws Exception {
        await().untilAsserted(() -> assertThat(metrics()).contains("tidemark_database_up 1.0"));

        String acme = "{store=\"acme\",stream=\"shopify-orders\"";
        String beta = "{store=\"beta\",stream=\"shopify-orders\"";
        assertThat(metrics())
                .contains(
                        "tidemark_runs_total{status=\"completed\",store=\"acme\",stream=\"shopify-orders\"} 1.0",
                        "tidemark_runs_total{status=\"partial\",store=\"acme\",stream=\"shopify-orders\"} 1.0",
                        "tidemark_runs_total{status=\"completed\",store=\"beta\",stream=\"shopify-orders\"} 0.0",
                        "tidemark_records_total{outcome=\"written\",store=\"acme\",stream=\"shopify-orders\"} 77.0",
                        "tidemark_records_total{outcome=\"set_aside\",store=\"acme\",stream=\"shopify-orders\"} 3.0",
                        "tidemark_run_duration_seconds_count" + acme + "} 3",
                        "tidemark_run_duration_seconds_sum" + acme + "} 900.0",
                        "tidemark_run_last_duration_seconds" + acme + "} 300.0",
                        "tidemark_watermark_held" + acme + "} 1.0",
                        "tidemark_watermark_held" + beta + "} 1.0",
                        "tidemark_watermark_age_seconds" + acme + "}",
                        "tidemark_dead_letters_open" + acme + "} 3.0",
                        "tidemark_dead_letters_open" + beta + "} 0.0",
                        "tidemark_gaps_open" + acme + "} 1.0",
                        "tidemark_run_active" + acme + "} 0.0",
                        "tidemark_run_active_age_seconds" + acme + "} 0.0",
                        "tidemark_metrics_read_timestamp_seconds ",
                        "# TYPE tidemark_runs_total counter",
                        "camel_exchanges",
                        "jvm_memory_used_bytes")
                .doesNotContain("tidemark_watermark_age_seconds" + beta);
    }

    @Test
    void probes_tell_whether_the_database_and_object_storage_answer() throws Exception {
        assertThat(get("/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/observe/health/ready").statusCode()).isEqualTo(200);

        bucket.isAway = true;
        HttpResponse<String> ready = get("/observe/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("object-storage");
        assertThat(get("/observe/health/live").statusCode()).isEqualTo(200);
        bucket.isAway = false;
        assertThat(get("/observe/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void a_database_that_is_away_is_not_ready_but_alive() throws Exception {
        try (Database lost = Database.startAlone()) {
            DatabaseHealth check = new DatabaseHealth(lost.dataSource());
            assertThat(check.call().getState().name()).isEqualTo("UP");
            lost.crash();
            assertThat(check.call().getState().name()).isEqualTo("DOWN");
            assertThat(check.call().getMessage())
                    .hasValueSatisfying(text -> assertThat(text).contains("database"));
            assertThat(check.isLiveness()).isFalse();
        }
    }

    @Test
    void nothing_else_is_served_there() throws Exception {
        for (String path :
                new String[] {"/", "/observe/info", "/observe/jolokia", "/q/dev", "/api/ingest/runs", "/q/upload/x"}) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    private String metrics() throws Exception {
        return get("/observe/metrics").body();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + settings.managementPort() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static final class Bucket implements S3Client {
        private volatile boolean isAway;

        @Override
        public HeadBucketResponse headBucket(HeadBucketRequest request) {
            if (isAway) {
                throw SdkClientException.create("Connection refused");
            }
            return HeadBucketResponse.builder().build();
        }

        @Override
        public String serviceName() {
            return "s3";
        }

        @Override
        public void close() {}
    }
}
