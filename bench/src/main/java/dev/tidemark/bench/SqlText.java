package dev.tidemark.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Collectors;

/** Reads the statements under {@code bench/} on the class path. */
final class SqlText {

    private SqlText() {}

    /** A file for a program that reads it itself. @return where it lies in the folder */
    static Path copy(String name, Path folder) throws IOException {
        Path copy = folder.resolve(name);
        try (InputStream in = SqlText.class.getResourceAsStream("/bench/" + name)) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }

    /** The statements of a text that has several, each ended by a semicolon at the end of a line. */
    static String[] statements(String text) {
        return text.split(";\\s*(\n|$)");
    }

    /** The statement of one file without its comment lines. */
    static String read(String name) {
        try (InputStream in = SqlText.class.getResourceAsStream("/bench/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines().filter(line -> !line.startsWith("--")).collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
