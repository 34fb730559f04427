package dev.tidemark.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.settings.Settings;
import dev.tidemark.settings.SettingsReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final Instant NOW = Instant.parse("2026-11-21T06:00:00.5Z");
    private final Settings.Sync sync = SettingsReader.read(
                    Map.of("tidemark.sync.overlap", "2h", "tidemark.sync.lag", "1h", "tidemark.sync.floor", "128d"),
                    Map.of())
            .sync();

    @Test
    void a_window_starts_the_overlap_before_the_watermark_on_a_whole_second() {
        Window window = Window.since(Optional.of(Instant.parse("2026-11-20T06:00:00.9Z")), NOW, sync);

        assertThat(window.from()).isEqualTo("2026-11-20T04:00:00Z");
        assertThat(window.to()).isEqualTo(NOW);
        assertThat(window.gap()).isEmpty();
    }

    @Test
    void the_first_window_starts_at_the_floor_and_says_what_it_leaves_out() {
        Window window = Window.since(Optional.empty(), NOW, sync);

        assertThat(window.from()).isEqualTo("2026-07-16T06:00:00Z");
        assertThat(window.gap()).contains(new Window.Gap(Optional.empty(), window.from(), "first_run"));
    }

    @Test
    void a_watermark_older_than_the_floor_leaves_a_gap_from_the_mark_to_the_floor() {
        Instant mark = NOW.minus(Duration.ofDays(200));
        Window window = Window.since(Optional.of(mark), NOW, sync);

        assertThat(window.gap()).contains(new Window.Gap(Optional.of(mark), window.from(), "older_than_floor"));
    }

    @Test
    void an_overlap_that_alone_reaches_behind_the_floor_leaves_no_gap() {
        Instant mark = NOW.minus(sync.floor()).plus(Duration.ofMinutes(30));
        Window window = Window.since(Optional.of(mark), NOW, sync);

        assertThat(window.gap()).isEmpty();
        assertThat(window.from()).isEqualTo("2026-07-16T06:00:00Z");
    }

    @Test
    void what_a_source_hides_begins_inside_the_window_or_not_at_all() {
        Window window = Window.since(Optional.empty(), NOW, sync);

        assertThat(window.unseenBefore(NOW, Duration.ofDays(60))).contains(Instant.parse("2026-09-22T06:00:00Z"));
        assertThat(window.unseenBefore(NOW, Duration.ofDays(128))).isEmpty();
    }
}
