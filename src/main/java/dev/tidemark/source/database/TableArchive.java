package dev.tidemark.source.database;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import dev.tidemark.run.TransientFailure;
import dev.tidemark.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Makes of a run's pages what is kept of them: the same pages give the same bytes, so doing it again does no harm. Nothing
 * counts as archived that a manifest does not list.
 */
final class TableArchive {
    private static final Logger LOG = LoggerFactory.getLogger(TableArchive.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String JSONL = "application/gzip";
    private static final int BUFFER_BYTES = 1 << 16;

    private final Settings settings;
    private final S3Client s3;

    TableArchive(Settings settings, S3Client s3) {
        this.settings = settings;
        this.s3 = s3;
    }

    /** What all keys of a run begin with; its pages lie below it. */
    String prefix(Run run) {
        return "archive/" + run.store() + "/" + run.stream() + "/" + run.runId();
    }

    /** Where a run's files lie on this machine. */
    Path directory(Run run) {
        return settings.workDirectory()
                .resolve(run.store())
                .resolve(run.stream())
                .resolve(run.runId().toString());
    }

    /**
     * The run's objects, the manifest last. Where rows are kept as JSONL the pages are the objects, and in object storage
     * already.
     *
     * @param window the row of {@code sql/tables/read_window.sql}
     * @param pages the rows of {@code sql/tables/list_pages.sql}
     * @throws RunFailed when a page is no longer what was written
     * @throws TransientFailure when object storage does not answer
     */
    List<ArchiveObject> assemble(Run run, Map<String, Object> window, List<Map<String, Object>> pages)
            throws IOException {
        Settings.SourceTable table =
                settings.stores().get(run.store()).table(run.stream()).orElseThrow();
        Path directory = directory(run);
        Files.createDirectories(directory);
        List<ArchiveObject> objects = new ArrayList<>();
        if (table.jsonl() || !table.parquet()) {
            pages.forEach(page -> objects.add(page(directory, page)));
            if (pages.isEmpty()) {
                objects.add(pageWithoutRows(run, directory));
            }
        }
        if (table.parquet()) {
            objects.add(parquet(run, directory, pages, window));
        }
        objects.add(manifest(run, directory, window, pages, objects));
        return objects;
    }

    private static ArchiveObject page(Path directory, Map<String, Object> page) {
        return new ArchiveObject(
                (String) page.get("object_key"),
                local(directory, page),
                (String) page.get("sha256"),
                ((Number) page.get("bytes")).longValue(),
                ((Number) page.get("rows")).longValue(),
                JSONL,
                true);
    }

    private ArchiveObject pageWithoutRows(Run run, Path directory) throws IOException {
        Path file = directory.resolve("page-000000.jsonl.gz");
        CountedFile counted = CountedFile.create(file);
        try (counted) {
            new GzipMember(counted).finish();
        }
        return new ArchiveObject(
                prefix(run) + "/" + file.getFileName(), file, counted.digestText(), counted.bytes(), 0, JSONL, false);
    }

    private ArchiveObject parquet(Run run, Path directory, List<Map<String, Object>> pages, Map<String, Object> window)
            throws IOException {
        Path file = directory.resolve("rows.parquet");
        ParquetFile.write(
                new Rows(directory, pages),
                List.of(JSON.readValue((String) window.get("columns"), TableColumn[].class)),
                file);
        MessageDigest digest = CountedFile.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return new ArchiveObject(
                prefix(run) + ".parquet",
                file,
                HexFormat.of().formatHex(digest.digest()),
                Files.size(file),
                number(window, "rows"),
                "application/vnd.apache.parquet",
                false);
    }

    /** The rows of all pages, one page after the other; each page is compared with its digest when it has been read. */
    private final class Rows implements ParquetFile.Lines {
        private final Path directory;
        private final List<Map<String, Object>> pages;

        Rows(Path directory, List<Map<String, Object>> pages) {
            this.directory = directory;
            this.pages = pages;
        }

        @Override
        public void forEach(ParquetFile.Line line) throws IOException {
            for (Map<String, Object> page : pages) {
                MessageDigest digest = CountedFile.sha256();
                try (InputStream compressed = new DigestInputStream(open(directory, page), digest)) {
                    ParquetFile.split(new GZIPInputStream(compressed, BUFFER_BYTES), line);
                    compressed.transferTo(OutputStream.nullOutputStream());
                }
                if (!HexFormat.of().formatHex(digest.digest()).equals(page.get("sha256"))) {
                    throw new RunFailed(
                            "archive_damaged",
                            "The page " + page.get("object_key") + " is not the one that was written");
                }
            }
        }
    }

    /** From this machine, or from object storage where another machine read the page. */
    private InputStream open(Path directory, Map<String, Object> page) throws IOException {
        String key = (String) page.get("object_key");
        Path local = local(directory, page);
        if (Files.exists(local) && Files.size(local) == ((Number) page.get("bytes")).longValue()) {
            return Files.newInputStream(local);
        }
        try {
            return s3.getObject(get -> get.bucket(settings.s3().bucket()).key(key));
        } catch (NoSuchKeyException e) {
            throw new RunFailed("archive_missing", "The page " + key + " is no longer in object storage");
        } catch (SdkException e) {
            throw new TransientFailure("Object storage does not answer: " + e.getMessage(), Optional.empty());
        }
    }

    private static Path local(Path directory, Map<String, Object> page) {
        String key = (String) page.get("object_key");
        return directory.resolve(key.substring(key.lastIndexOf('/') + 1));
    }

    private static long number(Map<String, Object> row, String name) {
        return ((Number) row.get(name)).longValue();
    }

    private ArchiveObject manifest(
            Run run,
            Path directory,
            Map<String, Object> window,
            List<Map<String, Object>> pages,
            List<ArchiveObject> objects)
            throws IOException {
        ObjectNode manifest = JSON.createObjectNode();
        manifest.put("run_id", run.runId().toString());
        manifest.put("store", run.store());
        manifest.put("stream", run.stream());
        manifest.put("job_type", run.jobType());
        manifest.put("table", (String) window.get("table_name"));
        manifest.put("mode", (String) window.get("mode"));
        manifest.put("rows", ((Number) window.get("rows")).longValue());
        manifest.put("lines", ((Number) window.get("rows")).longValue());
        manifest.put("source_rows", ((Number) window.get("source_rows")).longValue());
        manifest.put("pages", pages.size());
        manifest.put("ordered_by", (String) window.get("ordered_by"));
        manifest.put("value_type", (String) window.get("value_type"));
        manifest.put("cursor_type", (String) window.get("cursor_type"));
        manifest.putObject("from")
                .put("value", (String) window.get("value_before"))
                .put("cursor", (String) window.get("cursor_before"));
        manifest.putObject("to").put("value", (String) window.get("value")).put("cursor", (String)
                window.get("cursor"));
        manifest.put("upper_bound", (String) window.get("upper_bound"));
        manifest.put("source_time", (String) window.get("fixed_at"));
        ArrayNode listed = manifest.putArray("objects");
        objects.forEach(object -> listed.addObject()
                .put("key", object.key())
                .put("format", object.key().endsWith(".parquet") ? "parquet" : "jsonl")
                .put("sha256", object.sha256())
                .put("bytes", object.bytes())
                .put("rows", object.rows()));
        // The first object once more, under the names that the manifest of every stream has.
        manifest.put("key", objects.get(0).key());
        manifest.put("sha256", objects.get(0).sha256());
        manifest.put("bytes", objects.get(0).bytes());
        ArrayNode columns = manifest.putArray("columns");
        JSON.readTree((String) window.get("columns")).forEach(column -> columns.addObject()
                .put("name", column.path("name").asText())
                .put("type", column.path("type").asText()));
        byte[] text = (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(manifest) + "\n")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Path file = directory.resolve("manifest.json");
        Files.write(file, text);
        return new ArchiveObject(manifestKey(run), file, "", text.length, 0, "application/json", false);
    }

    private String manifestKey(Run run) {
        return prefix(run) + ".manifest.json";
    }

    /** Removes what only an unfinished run needs: its local files, and pages that its manifest does not list. */
    void forget(Run run) {
        String bucket = settings.s3().bucket();
        try {
            Set<String> listed = new HashSet<>();
            JSON.readTree(s3.getObjectAsBytes(get -> get.bucket(bucket).key(manifestKey(run)))
                            .asByteArray())
                    .path("objects")
                    .forEach(object -> listed.add(object.path("key").asText()));
            s3.listObjectsV2Paginator(list -> list.bucket(bucket).prefix(prefix(run) + "/")).contents().stream()
                    .map(S3Object::key)
                    .filter(key -> !listed.contains(key))
                    .forEach(key ->
                            s3.deleteObject(delete -> delete.bucket(bucket).key(key)));
        } catch (SdkException | IOException e) {
            LOG.warn("{}: pages that its manifest does not list could not be removed from object storage", run, e);
        }
        forgetLocalFiles(run);
    }

    private void forgetLocalFiles(Run run) {
        try {
            remove(directory(run));
        } catch (IOException e) {
            LOG.warn("{}: the local files in {} could not be removed", run, directory(run), e);
        }
    }

    /** Removes the local files of runs of the same stream that have failed; only one run of a stream is under way. */
    void forgetEarlierRuns(Run run) {
        Path stream = directory(run).getParent();
        if (Files.notExists(stream)) {
            return;
        }
        try (Stream<Path> directories = Files.list(stream)) {
            for (Path directory : directories
                    .filter(other -> !other.equals(directory(run)) && Files.isDirectory(other))
                    .toList()) {
                remove(directory);
            }
        } catch (IOException e) {
            LOG.warn("{}: local files of earlier runs in {} could not be removed", run, stream, e);
        }
    }

    private static void remove(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(directory);
        }
    }
}
