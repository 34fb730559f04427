package dev.tidemark.cli;

import dev.tidemark.run.Engine;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command finds around it; tests hand in their own.
 *
 * @param starter starts the application
 * @param terminal where to write
 * @param environment the process's environment
 * @param workingDirectory where {@code tidemark.properties} is looked for
 */
record Surroundings(
        Engine.Starter starter, Terminal terminal, Map<String, String> environment, Path workingDirectory) {}
