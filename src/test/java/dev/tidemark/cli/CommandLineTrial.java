package dev.tidemark.cli;

import dev.tidemark.run.Engine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs command lines in this process and keeps what they wrote. */
final class CommandLineTrial {
    private final Path workingDirectory;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Engine.Starter starter = (settings, role) -> {
        throw new AssertionError("The command started the application, which this test does not expect");
    };
    private boolean outIsTerminal;

    /**
     * What came of a command line.
     *
     * @param exitCode the process's exit code
     * @param out everything on stdout
     * @param err everything on stderr
     */
    record Result(int exitCode, String out, String err) {
        String lastLineOfOut() {
            return out.strip().lines().reduce("", (before, line) -> line);
        }
    }

    CommandLineTrial(Path workingDirectory) {
        this.workingDirectory = workingDirectory;
    }

    static CommandLineTrial withStoreAcme(Path workingDirectory) {
        return new CommandLineTrial(workingDirectory)
                .environment("TIDEMARK_DATABASE_URL", "jdbc:postgresql://localhost:1/none")
                .environment("TIDEMARK_STORES_ACME_SHOPIFY_DOMAIN", "acme.myshopify.com")
                .environment("TIDEMARK_STORES_ACME_SHOPIFY_TOKEN", "token");
    }

    CommandLineTrial environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    CommandLineTrial engine(Engine engine) {
        starter = (settings, role) -> engine;
        return this;
    }

    CommandLineTrial starter(Engine.Starter other) {
        starter = other;
        return this;
    }

    CommandLineTrial onTerminal() {
        outIsTerminal = true;
        return this;
    }

    Result run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                outIsTerminal,
                false);
        int exitCode = TidemarkCommand.run(new Surroundings(starter, terminal, environment, workingDirectory), args);
        return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
