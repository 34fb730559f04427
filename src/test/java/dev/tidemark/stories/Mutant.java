package dev.tidemark.stories;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A wrong version of the product that a story must catch: one of its declarations with pieces of text replaced, put before
 * the real one on the class path.
 *
 * @param resource path of the declaration on the class path
 * @param replacements wrong text by the text it replaces, each of which occurs exactly once
 */
record Mutant(String resource, Map<String, String> replacements) {

    /**
     * Writes the wrong declaration into a directory that can be put before the class path.
     *
     * @throws IllegalStateException when the real declaration no longer contains a text, so the mutant would be none
     */
    Path grownIn(Path directory) {
        String text = Sql.resource("/" + resource);
        for (Map.Entry<String, String> replacement : replacements.entrySet()) {
            int at = text.indexOf(replacement.getKey());
            if (at < 0 || text.indexOf(replacement.getKey(), at + 1) >= 0) {
                throw new IllegalStateException(
                        "A mutant expects this text once in " + resource + ": " + replacement.getKey());
            }
            text = text.replace(replacement.getKey(), replacement.getValue());
        }
        Path overlay = directory.resolve("mutant-" + resource.replaceAll("[^a-z0-9]+", "-"));
        Path file = overlay.resolve(resource);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return overlay;
    }
}
