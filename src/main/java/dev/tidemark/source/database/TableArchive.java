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
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Makes the objects of a run from its pages: the same pages give the same bytes, so doing it again does no harm. Nothing
 * counts as archived that a manifest does not list.
 */
final class TableArchive {
    private static final Logger LOG = LoggerFactory.getLogger(TableArchive.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Settings settings;
    private final S3Client s3;

    TableArchive(Settings settings, S3Client s3) {
        this.settings = settings;
        this.s3 = s3;
    }

    /** What all keys of a run begin with; its pages lie below it until the run has ended. */
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
     * The run's objects, the manifest last.
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
        ArchiveObject rows = joined(run, directory, pages);
        List<ArchiveObject> objects = new ArrayList<>();
        if (table.jsonl() || !table.parquet()) {
            objects.add(rows);
        }
        if (table.parquet()) {
            objects.add(parquet(run, directory, rows.file(), window));
        }
        objects.add(manifest(run, directory, window, pages, objects));
        return objects;
    }

    private ArchiveObject joined(Run run, Path directory, List<Map<String, Object>> pages) throws IOException {
        Path file = directory.resolve("rows.jsonl.gz");
        CountedFile counted = CountedFile.create(file);
        try (counted) {
            if (pages.isEmpty()) {
                new GzipMember(counted).finish();
            }
            for (Map<String, Object> page : pages) {
                append(directory, page, counted);
            }
        }
        return new ArchiveObject(
                prefix(run) + ".jsonl.gz", file, counted.digestText(), counted.bytes(), "application/gzip");
    }

    private ArchiveObject parquet(Run run, Path directory, Path rows, Map<String, Object> window) throws IOException {
        Path file = directory.resolve("rows.parquet");
        ParquetFile.write(rows, List.of(JSON.readValue((String) window.get("columns"), TableColumn[].class)), file);
        MessageDigest digest = CountedFile.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return new ArchiveObject(
                prefix(run) + ".parquet",
                file,
                HexFormat.of().formatHex(digest.digest()),
                Files.size(file),
                "application/vnd.apache.parquet");
    }

    private void append(Path directory, Map<String, Object> page, CountedFile out) throws IOException {
        String key = (String) page.get("object_key");
        MessageDigest digest = CountedFile.sha256();
        try (InputStream in = new DigestInputStream(open(directory, page), digest)) {
            in.transferTo(out);
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(page.get("sha256"))) {
            throw new RunFailed("archive_damaged", "The page " + key + " is not the one that was written");
        }
    }

    /** From this machine, or from object storage where another machine read the page. */
    private InputStream open(Path directory, Map<String, Object> page) throws IOException {
        String key = (String) page.get("object_key");
        Path local = directory.resolve(key.substring(key.lastIndexOf('/') + 1));
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
                .put("rows", ((Number) window.get("rows")).longValue()));
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
        return new ArchiveObject(prefix(run) + ".manifest.json", file, "", text.length, "application/json");
    }

    /** Removes what only an unfinished run needs: its pages, here and in object storage. */
    void forget(Run run) {
        try {
            s3.listObjectsV2Paginator(
                            list -> list.bucket(settings.s3().bucket()).prefix(prefix(run) + "/"))
                    .contents()
                    .forEach(page -> s3.deleteObject(
                            delete -> delete.bucket(settings.s3().bucket()).key(page.key())));
        } catch (SdkException e) {
            LOG.warn("{}: its pages in object storage could not be removed; the manifest does not list them", run, e);
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
