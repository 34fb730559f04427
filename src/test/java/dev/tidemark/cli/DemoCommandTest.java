package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.Tidemark;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first thing a newcomer types. The story checks its own numbers; its exit code says whether they were right. */
class DemoCommandTest {
    @TempDir
    Path directory;

    @Test
    void the_demo_tells_the_whole_story_and_ends_with_0() {
        CommandLineTrial.Result result =
                new CommandLineTrial(directory).starter(Tidemark::start).run("demo", "--once", "--orders", "200");

        assertThat(result.exitCode()).as("%s%n%s", result.out(), result.err()).isZero();
        assertThat(result.out())
                .contains("HTTP 207")
                .contains("37 of the 40 orders are there")
                .contains("HELD at")
                .contains("40 of the 40 orders are there")
                .contains("no difference");
    }
}
