package dev.tidemark.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.run.Failures.Decision;
import dev.tidemark.settings.Settings;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailuresTest {
    private final Failures failures = new Failures(new Settings.Http(Duration.ofSeconds(1), 5, Duration.ofSeconds(30)));

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void a_passing_refusal_is_tried_again_four_times_and_then_fails(int status) {
        assertThat(failures.judge(run("polling", 0), answer(status, Map.of())).decision())
                .isEqualTo(Decision.RETRY);
        assertThat(failures.judge(run("polling", 3), answer(status, Map.of())).decision())
                .isEqualTo(Decision.RETRY);
        assertThat(failures.judge(run("polling", 4), answer(status, Map.of())).decision())
                .isEqualTo(Decision.FAIL);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 400, 401, 402, 403, 404, 423})
    void a_lasting_refusal_fails_at_once(int status) {
        assertThat(failures.judge(run("polling", 0), answer(status, Map.of())).decision())
                .isEqualTo(Decision.FAIL);
    }

    @Test
    void an_expired_download_address_leads_back_to_the_operation() {
        assertThat(failures.judge(run("downloading", 0), answer(403, Map.of())).nextStatus())
                .contains("polling");
    }

    @Test
    void the_backoff_doubles_and_has_jitter_of_a_quarter() {
        assertThat(failures.judge(run("polling", 0), new IOException("reset")).pause())
                .isBetween(Duration.ofMillis(750), Duration.ofMillis(1_250));
        assertThat(failures.judge(run("polling", 2), new IOException("reset")).pause())
                .isBetween(Duration.ofMillis(3_000), Duration.ofMillis(5_000));
    }

    @ParameterizedTest
    @CsvSource({"2, 2000", "2.0, 2000", "0, 0", "0.25, 250", "999999999, 3600000"})
    void retry_after_in_seconds_is_honoured_up_to_an_hour(String header, long millis) {
        assertThat(failures.judge(run("polling", 0), answer(429, Map.of("Retry-After", header)))
                        .pause()
                        .toMillis())
                .isEqualTo(millis);
    }

    @Test
    void retry_after_as_a_date_is_read_against_the_answers_own_clock() {
        Map<String, String> headers =
                Map.of("retry-after", "Sat, 21 Nov 2026 06:00:30 GMT", "date", "Sat, 21 Nov 2026 06:00:00 GMT");

        assertThat(Failures.retryAfter(headers)).contains(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-5", "", "1e9", "NaN", "Sat, 21 Nov 2020 06:00:00 GMT"})
    void a_retry_after_that_makes_no_sense_leaves_it_to_the_backoff(String header) {
        assertThat(Failures.retryAfter(Map.of("Retry-After", header, "Date", "Sat, 21 Nov 2026 06:00:00 GMT")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"57P01, WAIT", "08006, WAIT", "40P01, WAIT", "53300, WAIT", "42P01, FAIL", "23514, FAIL"})
    void a_database_that_may_come_back_is_waited_for(String state, Decision decision) {
        assertThat(failures.judge(run("upserting", 0), new RuntimeException(new SQLException("x", state)))
                        .decision())
                .isEqualTo(decision);
    }

    @Test
    void a_fenced_run_is_dropped_whatever_wraps_the_fence() {
        assertThat(failures.judge(run("upserting", 0), new RuntimeException(new FencedException("taken over")))
                        .decision())
                .isEqualTo(Decision.DROP);
    }

    @Test
    void waiting_counts_no_attempt_and_the_unexpected_fails() {
        assertThat(failures.judge(run("initiated", 4), new Waiting("slot", Duration.ofSeconds(16)))
                        .decision())
                .isEqualTo(Decision.WAIT);
        assertThat(failures.judge(run("initiated", 0), new IllegalStateException("odd"))
                        .decision())
                .isEqualTo(Decision.FAIL);
    }

    private static Run run(String status, int attempts) {
        Map<String, Object> row = new HashMap<>();
        row.put("run_id", UUID.randomUUID());
        row.put("store_id", "acme");
        row.put("stream", "shopify-orders");
        row.put("status", status);
        row.put("epoch", 1L);
        row.put("attempts", attempts);
        return new Run(row);
    }

    private static HttpOperationFailedException answer(int status, Map<String, String> headers) {
        return new HttpOperationFailedException("http://shop", status, "", null, new HashMap<>(headers), "");
    }
}
