package dev.tidemark.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vendor's search syntax and its traps. */
class SearchFilterTest {
    private static final SearchFilter.Fields<Instant> FIELDS = new SearchFilter.Fields<Instant>()
            .time("updated_at", Instant::toEpochMilli)
            .number("id", Instant::getEpochSecond)
            .text("status", instant -> "open");

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = '|',
            value = {
                "updated_at:>='2026-03-01T10:00:00Z' | true",
                "updated_at:>='2026-03-01T10:00:01Z' | false",
                "updated_at:>'2026-03-01T10:00:00Z' | true",
                "updated_at:<'2026-03-01T10:00:01Z' | true",
                "updated_at:<='2026-03-01T10:00:00Z' | false",
                "updated_at:'2026-03-01T10:00:00Z' | true",
                "updated_at:>=\"2026-03-01T05:00:00-05:00\" | true",
                "updated_at:>='2026-03-01T10:00:00Z' AND updated_at:<'2026-03-02T00:00:00Z' | true",
                "updated_at:>='2026-03-01T10:00:00Z' updated_at:<'2026-03-01T10:00:00Z' | false",
                "status:closed OR status:open | true",
                "-status:open | false",
                "NOT status:closed | true",
                "(status:closed OR id:>1) AND status:open | true",
                "unknown_field:>7 | true",
                "id:abc | false",
                "~~ | true",
            })
    void a_query_means(String query, boolean found) {
        assertThat(filter(query, false).matches(Instant.parse("2026-03-01T10:00:00.400Z")))
                .isEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = '|',
            value = {"false | true", "true | false"})
    void from_2026_10_a_second_is_left_out_whole(boolean wholeSeconds, boolean found) {
        assertThat(filter("updated_at:>'2026-03-01T10:00:00Z'", wholeSeconds)
                        .matches(Instant.parse("2026-03-01T10:00:00.400Z")))
                .isEqualTo(found);
    }

    @ParameterizedTest
    // Unquoted, the time part is lost and the day begins in the shop's zone, five hours after UTC's.
    @CsvSource({"2026-03-01T04:59:59Z, false", "2026-03-01T05:00:00Z, true"})
    void an_unquoted_time_means_the_shops_day(Instant updated, boolean found) {
        assertThat(filter("updated_at:>=2026-03-01T23:00:00Z", false).matches(updated))
                .isEqualTo(found);
    }

    private static SearchFilter<Instant> filter(String query, boolean wholeSeconds) {
        return new SearchFilter<>(query, FIELDS, ZoneId.of("America/New_York"), wholeSeconds);
    }
}
