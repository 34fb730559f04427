package dev.tidemark.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Times are read as java.time reads them, and nothing else is a time. */
class InstantTextTest {

    @Test
    void fifty_thousand_times_are_what_java_time_says() {
        Random random = new Random(4);
        for (int round = 0; round < 50_000; round++) {
            Instant moment = Instant.ofEpochSecond(
                    random.nextLong(-2_000_000_000L, 9_000_000_000L),
                    random.nextInt(3) == 0 ? random.nextInt(1_000_000_000) : 0);
            OffsetDateTime time = moment.atOffset(ZoneOffset.ofTotalSeconds(60 * random.nextInt(-18 * 60, 18 * 60)));
            String text = DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);

            assertThat(micros(text))
                    .as(text)
                    .isEqualTo(ChronoUnit.MICROS.between(Instant.EPOCH, moment.truncatedTo(ChronoUnit.MICROS)));
        }
    }

    @Test
    void anything_else_is_no_time() {
        for (String text : List.of(
                "",
                "tomorrow",
                "infinity",
                "2026-05-02",
                "2026-05-02T00:00:00",
                "2026-05-02 00:00:00Z",
                "2026-02-29T00:00:00Z",
                "2026-13-01T00:00:00Z",
                "2026-00-01T00:00:00Z",
                "2026-05-32T00:00:00Z",
                "2026-05-02T24:00:00Z",
                "2026-05-02T23:60:00Z",
                "2016-12-31T23:59:60Z",
                "2026-05-02T00:00:00.Z",
                "2026-05-02T00:00:00.1234567890Z",
                "2026-05-02T00:00:00+0100",
                "2026-05-02T00:00:00+19:00",
                "2026-05-02T00:00:00Zjunk",
                "2026-05-02T00:00:0xZ",
                "-026-05-02T00:00:00Z",
                "2026-05-02T00:00:00z")) {
            assertThat(micros(text)).as(text).isEqualTo(InstantText.NONE);
        }
    }

    private static long micros(String text) {
        byte[] bytes = (text + "\"".repeat(LineScanner.SLACK)).getBytes(StandardCharsets.UTF_8);
        return InstantText.micros(bytes, 0, text.length());
    }
}
