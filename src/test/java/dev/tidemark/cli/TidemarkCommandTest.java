package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.run.DependencyDown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person sees who types something wrong, and what a script sees: one message, the documented exit code. */
class TidemarkCommandTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "serve",
                "sync",
                "runs list",
                "runs show",
                "runs watch",
                "watermark list",
                "watermark history",
                "migrate",
                "doctor",
                "simulator"
            })
    void every_command_explains_itself_with_an_example(String command) {
        String[] args = (command + " --help").split(" ");

        CommandLineTrial.Result result = new CommandLineTrial(directory).run(args);

        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains("Usage: tidemark " + command)
                .containsPattern("(?m)^Examples?:$")
                .contains("--config");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void the_version_is_told() {
        assertThat(new CommandLineTrial(directory).run("--version").out()).startsWith("tidemark ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "synk",
                "runs",
                "watermark",
                "sync --store acme",
                "sync --nonsense",
                "runs show not-a-uuid",
                "simulator --port x",
                "runs list -o yaml"
            })
    void wrong_arguments_are_a_usage_error_in_few_lines(String arguments) {
        CommandLineTrial.Result result = CommandLineTrial.withStoreAcme(directory)
                .run(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .startsWith("tidemark: ")
                .contains("--help")
                .doesNotContain("Exception")
                .doesNotContain("\tat ");
        assertThat(result.err().lines().count()).isLessThanOrEqualTo(4);
    }

    @Test
    void all_errors_of_the_configuration_are_told_at_once() {
        CommandLineTrial.Result result = CommandLineTrial.withStoreAcme(directory)
                .environment("TIDEMARK_API_PRT", "1")
                .environment("TIDEMARK_SYNC_FLOOR", "soon")
                .run("migrate");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("TIDEMARK_API_PRT")
                .contains("tidemark.sync.floor")
                .doesNotContain("\tat ");
    }

    @Test
    void a_command_that_needs_a_database_says_how_to_name_one() {
        CommandLineTrial.Result result = new CommandLineTrial(directory).run("runs", "list");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("tidemark.database.url").contains("TIDEMARK_DATABASE_URL");
    }

    @Test
    void a_configuration_file_that_is_not_there_is_a_usage_error() {
        CommandLineTrial.Result result =
                new CommandLineTrial(directory).run("migrate", "--config", "absent.properties");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("absent.properties").contains("no such file");
    }

    @Test
    void the_file_in_the_working_directory_is_read_and_the_environment_wins() throws IOException {
        Files.writeString(
                directory.resolve("tidemark.properties"),
                "tidemark.database.url=jdbc:postgresql://127.0.0.1:1/of_the_file\ntidemark.api.port=70000\n");

        assertThat(new CommandLineTrial(directory).run("migrate").err()).contains("tidemark.api.port");
        assertThat(new CommandLineTrial(directory)
                        .environment("TIDEMARK_API_PORT", "8080")
                        .run("migrate")
                        .exitCode())
                .as("the port of the file is overridden; the database of the file is not there")
                .isEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"migrate", "doctor"})
    void an_unreachable_database_is_exit_code_8_and_one_message(String command) {
        CommandLineTrial.Result result = new CommandLineTrial(directory)
                .environment("TIDEMARK_DATABASE_URL", "jdbc:postgresql://127.0.0.1:1/none")
                .run(command);

        assertThat(result.exitCode()).isEqualTo(8);
        assertThat(result.out() + result.err()).contains("127.0.0.1:1").doesNotContain("\tat ");
    }

    @Test
    void an_application_that_cannot_reach_object_storage_is_exit_code_8() {
        CommandLineTrial.Result result = CommandLineTrial.withStoreAcme(directory)
                .starter((settings, role) -> {
                    throw new DependencyDown("Object storage at http://127.0.0.1:9 does not answer", null);
                })
                .run("sync", "--store", "acme", "--stream", "shopify-orders", "--wait");

        assertThat(result.exitCode()).isEqualTo(8);
        assertThat(result.err())
                .isEqualToNormalizingNewlines("tidemark: Object storage at http://127.0.0.1:9 does not answer\n");
    }

    @Test
    void an_unknown_store_is_a_usage_error_that_names_the_known_ones() {
        CommandLineTrial.Result result = CommandLineTrial.withStoreAcme(directory)
                .run("sync", "--store", "acne", "--stream", "shopify-orders", "--wait");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("'acne'").contains("acme");
    }

    @Test
    void an_unknown_stream_is_a_usage_error_that_names_the_declared_ones() {
        CommandLineTrial.Result result = CommandLineTrial.withStoreAcme(directory)
                .run("sync", "--store", "acme", "--stream", "shopify-ordres", "--wait");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("'shopify-ordres'").contains("shopify-orders");
    }

    @Test
    void the_stack_trace_is_shown_to_whoever_asks_for_it() {
        CommandLineTrial.Result result =
                CommandLineTrial.withStoreAcme(directory).run("migrate", "--verbose");

        assertThat(result.err()).contains("\tat ");
    }
}
