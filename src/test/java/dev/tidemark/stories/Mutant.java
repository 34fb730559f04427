package dev.tidemark.stories;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A wrong version of the product that a story must catch: one of its declarations with a piece of text replaced, put before
 * the real one on the class path.
 *
 * @param name what is wrong with it
 * @param resource path of the declaration on the class path
 * @param original text that occurs in it exactly once
 */
record Mutant(String name, String resource, String original, String replacement) {

    /**
     * Writes the wrong declaration into a directory that can be put before the class path.
     *
     * @throws IllegalStateException when the real declaration no longer contains the text, so the mutant would be none
     */
    Path grownIn(Path directory) {
        String real = Sql.resource("/" + resource);
        int at = real.indexOf(original);
        if (at < 0 || real.indexOf(original, at + 1) >= 0) {
            throw new IllegalStateException("Mutant '" + name + "' expects the text once in " + resource + ": " + original);
        }
        Path overlay = directory.resolve("mutant-" + name.replaceAll("[^a-z0-9]+", "-"));
        Path file = overlay.resolve(resource);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, real.replace(original, replacement));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return overlay;
    }

    @Override
    public String toString() {
        return name;
    }
}
