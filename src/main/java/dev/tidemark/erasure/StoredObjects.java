package dev.tidemark.erasure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.archive.FileUpload;
import dev.tidemark.archive.Manifest;
import dev.tidemark.archive.StoredArchives;
import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What object storage and the local disk keep of persons: archived files, exports, and files that dead runs left behind.
 *
 * <p>An archived file is written anew in three steps, and the first is a row that says what its digest will be: after a crash
 * between the file and its manifest, the row tells that the file is the right one.
 */
final class StoredObjects {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_LOOKS = 4;

    private final S3Client s3;
    private final String bucket;
    private final FileUpload uploads;
    private final Path work;
    private final StreamCatalog catalog;
    private final ErasureDatabase database;
    private final StoredArchives archives;

    StoredObjects(S3Client s3, Settings settings, StreamCatalog catalog, ErasureDatabase database) {
        this.s3 = s3;
        this.bucket = settings.s3().bucket();
        this.uploads = new FileUpload(s3, settings.s3());
        this.work = settings.workDirectory();
        this.catalog = catalog;
        this.database = database;
        this.archives = new StoredArchives(s3, bucket);
    }

    @FunctionalInterface
    private interface FileVisitor {
        void file(StreamDeclaration stream, String key, Path file) throws IOException;
    }

    /** Adds to the persons what the archived records tell of them, until they tell nothing new. */
    void find(String store, Persons persons) throws IOException {
        boolean grows = !persons.everyone();
        for (int look = 0; grows && look < MOST_LOOKS; look++) {
            boolean[] grown = {false};
            each(store, (stream, key, file) -> {
                Persons found = persons.nobody();
                FileRedaction.look(file, new LineRedaction(stream, persons), new HashSet<>(), found);
                found.values().forEach((kind, values) -> values.forEach(value -> grown[0] |= persons.add(kind, value)));
            });
            grows = grown[0];
        }
    }

    /** How many lines of which files concern the persons. */
    List<ObjectNode> count(String store, Persons persons) throws IOException {
        List<ObjectNode> counts = new ArrayList<>();
        each(store, (stream, key, file) -> {
            long lines =
                    FileRedaction.look(file, new LineRedaction(stream, persons), new HashSet<>(), persons.nobody());
            if (lines > 0) {
                counts.add(JsonNodeFactory.instance.objectNode().put("key", key).put("lines", lines));
            }
        });
        return counts;
    }

    /** Writes the files that concern the persons anew, with their manifests; gives all that this request has written. */
    List<ObjectNode> redact(String store, String request, Persons persons) throws IOException {
        Map<String, Map<String, Object>> intended = written(store, request);
        each(store, (stream, key, file) -> {
            String digest = FileRedaction.digest(file);
            Map<String, Object> before = intended.get(key);
            if (before != null
                    && !Boolean.TRUE.equals(before.get("done"))
                    && digest.equals(before.get("sha256_after"))) {
                finish(store, request, key, before);
            }
            Path part = file.resolveSibling(file.getFileName() + ".redacted");
            try {
                FileRedaction.Outcome outcome =
                        FileRedaction.redact(file, part, new LineRedaction(stream, persons), persons.nobody());
                if (outcome.lines() > 0) {
                    database.change(
                            "intend_object",
                            store,
                            request,
                            key,
                            digest,
                            outcome.sha256(),
                            outcome.bytes(),
                            outcome.lines());
                    uploads.send(key, "application/jsonl", part.toFile());
                    finish(store, request, key, written(store, request).get(key));
                }
            } finally {
                Files.deleteIfExists(part);
            }
        });
        return written(store, request).values().stream()
                .map(row -> JsonNodeFactory.instance
                        .objectNode()
                        .put("key", (String) row.get("object_key"))
                        .put("lines", ((Number) row.get("lines")).longValue())
                        .put("sha256_before", (String) row.get("sha256_before"))
                        .put("sha256", (String) row.get("sha256_after")))
                .toList();
    }

    /** The manifest, then the ledger: they know the file by its new digest. */
    private void finish(String store, String request, String key, Map<String, Object> row)
            throws JsonProcessingException {
        String manifestKey = manifestKey(key);
        Optional<Manifest> manifest = archives.manifest(manifestKey);
        if (manifest.isPresent()) {
            ObjectNode renewed = manifest.get().json().deepCopy();
            if (!row.get("sha256_after").equals(manifest.get().sha256())) {
                renewed.withArray("rewritten")
                        .addObject()
                        .put("at", Instant.now().toString())
                        .put("reason", "erasure")
                        .put("request_id", request)
                        .put("lines", ((Number) row.get("lines")).longValue())
                        .put("sha256_before", (String) row.get("sha256_before"));
            }
            renewed.put("sha256", (String) row.get("sha256_after"));
            renewed.put("bytes", ((Number) row.get("bytes_after")).longValue());
            String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(renewed) + "\n";
            s3.putObject(
                    put -> put.bucket(bucket).key(manifestKey).contentType("application/json"),
                    RequestBody.fromString(text));
        }
        database.rows("replace_object", store, request, key);
    }

    private Map<String, Map<String, Object>> written(String store, String request) {
        Map<String, Map<String, Object>> rows = new HashMap<>();
        database.rows("list_objects", store, request).forEach(row -> rows.put((String) row.get("object_key"), row));
        return rows;
    }

    private static String manifestKey(String key) {
        return key.replaceFirst("\\.jsonl$", ".manifest.json");
    }

    /** Every archived file of declared streams, one after the other on local disk. */
    private void each(String store, FileVisitor visitor) throws IOException {
        Path folder = Files.createDirectories(work.resolve("erasure"));
        for (StreamDeclaration stream : catalog.streams()) {
            for (String key : archives.objects(store, stream.name()).keySet()) {
                if (key.endsWith(".jsonl")) {
                    Path file = Files.createTempFile(folder, "archive-", ".jsonl");
                    try (InputStream in = s3.getObject(get -> get.bucket(bucket).key(key))) {
                        Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                        visitor.file(stream, key, file);
                    } finally {
                        Files.deleteIfExists(file);
                    }
                }
            }
        }
    }

    /** Keeps what is told of a person; gives the object's key. */
    String export(String store, String request, byte[] document) {
        String key = "export/" + store + "/" + request + ".json";
        s3.putObject(
                put -> put.bucket(bucket).key(key).contentType("application/json"), RequestBody.fromBytes(document));
        return key;
    }

    /** Removes what was told of the persons before. */
    int removeExports(String store, Persons persons) {
        int removed = 0;
        for (Map<String, Object> row : database.rows("show_requests", store, "done", null)) {
            JsonNode document = json((String) row.get("document"));
            String key = document.at("/receipt/export").asText("");
            JsonNode whom = document.at("/receipt/persons");
            boolean same = persons.everyone()
                    || Stream.of(Persons.CUSTOMER, Persons.ACCOUNT, Persons.EMAIL)
                            .anyMatch(kind -> persons.values(kind).stream()
                                    .anyMatch(
                                            value -> whom.path(kind).toString().contains("\"" + value + "\"")));
            if (!key.isEmpty() && same && archives.object(key).isPresent()) {
                s3.deleteObject(delete -> delete.bucket(bucket).key(key));
                removed++;
            }
        }
        return removed;
    }

    /** Removes what runs have left on this machine's disk; of runs that go on, the file is fetched again. */
    int removeLeftovers(String store) throws IOException {
        Path folder = work.resolve(store);
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        Set<String> active = new HashSet<>();
        database.rows("list_active", store).forEach(row -> active.add((String) row.get("run_id")));
        int removed = 0;
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            boolean inUse = active.stream()
                    .anyMatch(run -> file.getFileName().toString().startsWith(run));
            if (!inUse && Files.deleteIfExists(file)) {
                removed++;
            }
        }
        return removed;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The database answered with something that is no JSON", e);
        }
    }
}
