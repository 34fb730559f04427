package dev.tidemark.stories;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tidemark as an operator runs it: a process of its own, told everything by its environment. */
final class TidemarkProcess implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MAIN_CLASS = "dev.tidemark.Tidemark";

    private final Process process;
    private final Path output;
    private final Path errors;

    private TidemarkProcess(Process process, Path output, Path errors) {
        this.process = process;
        this.output = output;
        this.errors = errors;
    }

    /**
     * Starts the program.
     *
     * @param overlay class path entries that come before the program's own; empty for the program as it is
     * @param environment every {@code TIDEMARK_*} variable it gets; those of this process are not passed on
     */
    static TidemarkProcess start(
            Path directory, List<Path> overlay, Map<String, String> environment, String... arguments) {
        try {
            Path output = Files.createTempFile(directory, "tidemark-", ".out");
            Path errors = Files.createTempFile(directory, "tidemark-", ".err");
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xshare:auto",
                    "-XX:+CrashOnOutOfMemoryError",
                    "-XX:+SuppressFatalErrorMessage",
                    "-cp",
                    classPath(overlay),
                    MAIN_CLASS));
            command.addAll(List.of(arguments));
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("TIDEMARK_"));
            builder.environment().putAll(environment);
            return new TidemarkProcess(builder.start(), output, errors);
        } catch (IOException e) {
            throw new UncheckedIOException("Starting Tidemark failed", e);
        }
    }

    /** The program's own class path: its classes and what they run with, none of the tests'. */
    private static String classPath(List<Path> overlay) {
        Stream<String> own = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("test-classes/"));
        return Stream.concat(overlay.stream().map(Path::toString), own).collect(Collectors.joining(File.pathSeparator));
    }

    /** Waits until the program ends by itself; fails with what it said when it does not within the limit. */
    Outcome await(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                dumpThreads();
                kill();
                throw new AssertionError("Tidemark did not end within " + limit + ":\n" + outcome());
            }
            return outcome();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for Tidemark", e);
        }
    }

    /** {@code kill -9}; returns when the process is gone. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Freezes the process where it is, as a machine that swaps or a paused container would. */
    void freeze() {
        signal("STOP");
    }

    void thaw() {
        signal("CONT");
    }

    /** Asks the process to end, as an orchestrator does. */
    void terminate() {
        signal("TERM");
    }

    private void dumpThreads() throws InterruptedException {
        signal("QUIT");
        process.waitFor(500, TimeUnit.MILLISECONDS);
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sending " + name, e);
        }
    }

    /** Everything on standard error so far. */
    String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Outcome outcome() {
        try {
            String said = Files.readString(output);
            return new Outcome(
                    process.isAlive() ? -1 : process.exitValue(),
                    lastObject(said),
                    Files.readString(errors) + (said.startsWith("{") ? "" : said));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode lastObject(String output) {
        JsonNode last = MissingNode.getInstance();
        try (var values = JSON.readerFor(JsonNode.class).<JsonNode>readValues(output)) {
            while (values.hasNextValue()) {
                last = values.nextValue();
            }
        } catch (JsonProcessingException e) {
            return last;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return last;
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            thaw();
            kill();
        }
    }
}
