package dev.tidemark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The text files of the project by their path, as the house rules read them. */
record ProjectFiles(Map<String, String> textByPath) {

    /** Reads the files below a folder of the project whose names end as given; none when there is no such folder. */
    static ProjectFiles below(String folder, String ending) {
        Map<String, String> texts = new TreeMap<>();
        Path root = Path.of(folder);
        if (Files.isDirectory(root)) {
            try (Stream<Path> paths = Files.walk(root)) {
                for (Path path :
                        paths.filter(found -> found.toString().endsWith(ending)).toList()) {
                    texts.put(path.toString().replace('\\', '/'), Files.readString(path));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new ProjectFiles(texts);
    }

    static ProjectFiles of(String path, String text) {
        return new ProjectFiles(Map.of(path, text));
    }

    /** A file of the project; empty when it is missing. */
    static String text(String path) {
        try {
            return Files.exists(Path.of(path)) ? Files.readString(Path.of(path)) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
