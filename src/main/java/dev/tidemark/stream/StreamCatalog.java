package dev.tidemark.stream;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Every stream this program knows, by name: what {@code streams/*.yaml} declares. Immutable. */
public final class StreamCatalog {
    private static final String FOLDER = "streams";

    private final Map<String, StreamDeclaration> streams;

    private StreamCatalog(Map<String, StreamDeclaration> streams) {
        this.streams = streams;
    }

    /**
     * Reads the declarations that are packed with the program.
     *
     * @throws InvalidStreams with every error of every file
     */
    public static StreamCatalog load() {
        try {
            Path program = Path.of(StreamCatalog.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (Files.isDirectory(program)) {
                return read(program.resolve(FOLDER));
            }
            try (FileSystem jar = FileSystems.newFileSystem(program)) {
                return read(jar.getPath(FOLDER));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the stream declarations from the program failed", e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("The program's own location is not a file", e);
        }
    }

    /**
     * Reads the declarations in a folder.
     *
     * @throws InvalidStreams with every error of every file
     * @throws IOException when the folder cannot be read
     */
    static StreamCatalog read(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.filter(entry -> entry.getFileName().toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
        ObjectMapper yaml = new ObjectMapper(YAMLFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build());
        List<String> errors = new ArrayList<>();
        Map<String, StreamDeclaration> streams = new TreeMap<>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            List<String> own = new ArrayList<>();
            StreamDeclaration stream = new StreamReader(name, own).read(yaml.readTree(Files.readAllBytes(file)));
            if (own.isEmpty()) {
                StreamRules.violations(stream).forEach(violation -> own.add(name + ": " + violation));
            }
            if (!name.equals(stream.name() + ".yaml")) {
                own.add(name + ": the file must have the name of its stream, '" + stream.name() + "'");
            }
            errors.addAll(own);
            streams.put(stream.name(), stream);
        }
        if (!errors.isEmpty()) {
            throw new InvalidStreams(errors);
        }
        return new StreamCatalog(streams);
    }

    /** Every stream, by name in alphabetical order. */
    public Collection<StreamDeclaration> streams() {
        return List.copyOf(streams.values());
    }

    /** The same for a route; null when there is none. */
    public StreamDeclaration declaration(String name) {
        return streams.get(name);
    }

    /**
     * The stream of a run.
     *
     * @throws RunFailed when it is no longer declared
     */
    public StreamDeclaration of(Run run) {
        return find(run.stream())
                .orElseThrow(() -> new RunFailed("unknown_stream", run + " is of a stream that is no longer declared"));
    }

    /** The stream of that name. */
    public Optional<StreamDeclaration> find(String name) {
        return Optional.ofNullable(streams.get(name));
    }
}
