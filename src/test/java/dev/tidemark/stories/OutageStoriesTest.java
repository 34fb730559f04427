package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A server whose database goes away says so once, and once more when it is back. */
@ExtendWith(Services.Provider.class)
class OutageStoriesTest {

    @Tag("long")
    @Test
    void a_database_that_goes_away_and_comes_back_is_told_in_two_lines(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            try (TidemarkProcess served = world.ports().start("serve")) {
                await(served, "the server", () -> served.errors().contains("tidemark: serving"));
                world.databaseWire().cut();
                await(served, "the outage to be told", () -> served.errors().contains("The database is away"));
                // Ticks go on while nothing is there.
                await(
                        served,
                        "ticks",
                        () -> served.errors().contains("The database is away")
                                && world.databaseWire().refused() >= 3);
                world.databaseWire().mend();
                await(served, "the end to be told", () -> served.errors().contains("The database is back after"));

                List<String> loud = served.errors()
                        .lines()
                        .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                        .filter(line -> line.contains("d.t.") || line.contains("o.a.c."))
                        .toList();
                assertThat(loud).as(served.errors()).hasSizeLessThanOrEqualTo(2);
                assertThat(served.errors()).doesNotContain("\tat ");
            }
        }
    }

    private static void await(TidemarkProcess served, String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(condition.call())
                        .as("%s: %s", what, served.errors())
                        .isTrue());
    }
}
