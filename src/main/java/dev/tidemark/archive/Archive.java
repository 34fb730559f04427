package dev.tidemark.archive;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import dev.tidemark.run.TransientFailure;
import dev.tidemark.settings.Settings;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Files as the source sent them: written to local disk while they are counted, kept in object storage with a manifest
 * that is written last. A file without its manifest does not count as archived.
 */
public final class Archive {
    private static final Logger LOG = LoggerFactory.getLogger(Archive.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BUFFER_BYTES = 1 << 17;
    private static final String CONTENT_TYPE = "application/jsonl";

    private final Settings settings;
    private final S3Client s3;
    private final FileUpload uploads;

    public Archive(Settings settings, S3Client s3) {
        this.settings = settings;
        this.s3 = s3;
        this.uploads = new FileUpload(s3, settings.s3());
    }

    /** Key of a run's file in object storage. */
    public String key(Run run) {
        return folder(run) + run.store() + "/" + run.stream() + "/" + run.runId() + ".jsonl";
    }

    /** Key of its manifest. */
    public String manifestKey(Run run) {
        return folder(run) + run.store() + "/" + run.stream() + "/" + run.runId() + ".manifest.json";
    }

    /** A scan has ids only: among the archives it would look like records to load again. */
    private static String folder(Run run) {
        return run.isScan() ? "scan/" : "archive/";
    }

    /** Where a run's file lies, or will lie, on this machine. */
    public Path path(Run run) {
        return settings.workDirectory()
                .resolve(run.store())
                .resolve(run.stream())
                .resolve(run.runId() + ".jsonl");
    }

    /**
     * Writes a source's file to local disk, counting on the way. Nothing is at {@link #path} unless all of it is.
     *
     * @param body the file's bytes; closed here; null when the source has proved that there is nothing
     * @throws TransientFailure when the file is cut short or longer than announced
     * @throws RunFailed when it is whole but does not hold what the source counted
     */
    public ArchivedFile receive(Run run, InputStream body) throws IOException {
        return receive(run, body, false);
    }

    /**
     * The same, and sends a large file to object storage while it comes in. There it is seen when it is proved to be whole;
     * if object storage fails meanwhile, the file has yet to be sent.
     *
     * @param mayBeSent whether the file may be kept as it comes
     */
    public ArchivedFile receive(Run run, InputStream body, boolean mayBeSent) throws IOException {
        Path target = path(run);
        Files.createDirectories(target.getParent());
        refuseFullDisk(run, target);
        Path part = target.resolveSibling(target.getFileName() + ".part-" + run.epoch());
        LineCounter counter = new LineCounter();
        MessageDigest digest = sha256();
        try (Sending sending = new Sending(run, part, mayBeSent)) {
            try (InputStream in = body == null ? InputStream.nullInputStream() : body;
                    OutputStream out = Files.newOutputStream(part)) {
                byte[] buffer = new byte[BUFFER_BYTES];
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    counter.write(buffer, 0, length);
                    digest.update(buffer, 0, length);
                    out.write(buffer, 0, length);
                    if (run.fileSize().filter(size -> counter.bytes() > size).isPresent()) {
                        throw new TransientFailure(
                                "The download is longer than the "
                                        + run.fileSize().get() + " bytes the source announced",
                                Optional.empty());
                    }
                    sending.grow(counter.bytes());
                }
            }
            counter.finish();
            ArchivedFile file = new ArchivedFile(
                    key(run),
                    HexFormat.of().formatHex(digest.digest()),
                    counter.bytes(),
                    counter.lines(),
                    counter.roots(),
                    false);
            refuseIncomplete(run, file);
            boolean sent = sending.finish(counter.bytes());
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new ArchivedFile(file.key(), file.sha256(), file.bytes(), file.lines(), file.roots(), sent);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** The sending of a file that comes in, begun when it turns out to be large. What fails here is done again later. */
    private final class Sending implements AutoCloseable {
        private final Run run;
        private final Path part;
        private boolean mayBegin;
        private FileUpload.Growing upload;

        Sending(Run run, Path part, boolean mayBeSent) {
            this.run = run;
            this.part = part;
            this.mayBegin = mayBeSent;
        }

        void grow(long bytes) {
            if (mayBegin && bytes > FileUpload.LEAST_PART_BYTES) {
                mayBegin = false;
                try {
                    upload = uploads.follow(
                            key(run), CONTENT_TYPE, part, run.fileSize().orElse(bytes));
                } catch (IOException | SdkException e) {
                    LOG.debug("{}: the file is sent when it has come in", run, e);
                }
            }
            if (upload != null) {
                upload.grow(bytes);
            }
        }

        boolean finish(long bytes) {
            if (upload == null) {
                return false;
            }
            try {
                upload.finish(bytes);
                return true;
            } catch (UncheckedIOException | SdkException e) {
                LOG.debug("{}: the file could not be sent while it came in and is sent now", run, e);
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            if (upload != null) {
                upload.close();
            }
        }
    }

    private static void refuseIncomplete(Run run, ArchivedFile file) {
        if (run.fileSize().filter(size -> size != file.bytes()).isPresent()) {
            throw new TransientFailure(
                    "The download ended after " + file.bytes() + " of "
                            + run.fileSize().get() + " bytes",
                    Optional.empty());
        }
        if (run.resultComplete()
                && run.objectCount().filter(count -> count == file.lines()).isEmpty()) {
            throw new RunFailed(
                    "count_mismatch",
                    "The source counted "
                            + run.objectCount().map(String::valueOf).orElse("no") + " objects but its file has "
                            + file.lines() + " lines; nothing was loaded");
        }
        if (run.resultComplete()
                && run.rootObjectCount().filter(count -> count != file.roots()).isPresent()) {
            throw new RunFailed(
                    "root_count_mismatch",
                    "The source counted " + run.rootObjectCount().get() + " root objects but its file has "
                            + file.roots() + "; nothing was loaded");
        }
    }

    private void refuseFullDisk(Run run, Path target) throws IOException {
        long free = Files.getFileStore(target.getParent()).getUsableSpace();
        if (run.fileSize().filter(size -> size > free).isPresent()) {
            throw new TransientFailure(
                    "The file has " + run.fileSize().get() + " bytes but " + settings.workDirectory() + " has room for "
                            + free + "; free space or set tidemark.work.directory",
                    Optional.empty());
        }
    }

    /** The manifest of a file that is now in object storage, as JSON. */
    public String manifest(Run run, ArchivedFile file) throws IOException {
        ObjectNode manifest = JSON.createObjectNode();
        manifest.put("run_id", run.runId().toString());
        manifest.put("store", run.store());
        manifest.put("stream", run.stream());
        manifest.put("job_type", run.jobType());
        manifest.put("key", file.key());
        manifest.put("sha256", file.sha256());
        manifest.put("bytes", file.bytes());
        manifest.put("lines", file.lines());
        manifest.put("roots", file.roots());
        manifest.put("complete", run.resultComplete());
        manifest.putObject("window")
                .put("from", run.windowFrom().map(Instant::toString).orElse(null))
                .put("to", run.windowTo().map(Instant::toString).orElse(null));
        manifest.put("operation_id", run.operationId().orElse(null));
        manifest.put("query_sha256", (String) run.row().get("query_sha256"));
        manifest.put(
                "source_started_at",
                run.sourceStartedAt().map(Instant::toString).orElse(null));
        // The source's clock has whole seconds only; of two runs within one the higher number came later.
        manifest.put("run_number", run.runNumber());
        manifest.put("shop_time_zone", (String) run.row().get("shop_time_zone"));
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(manifest) + "\n";
    }

    /**
     * What an earlier attempt of this run has archived; null, for the route's choice, when its manifest was not written.
     *
     * @throws TransientFailure when object storage does not answer
     */
    public ArchivedFile archived(Run run) {
        try {
            var manifest = JSON.readTree(s3.getObjectAsBytes(
                            get -> get.bucket(settings.s3().bucket()).key(manifestKey(run)))
                    .asByteArray());
            return new ArchivedFile(
                    manifest.path("key").asText(),
                    manifest.path("sha256").asText(),
                    manifest.path("bytes").asLong(),
                    manifest.path("lines").asLong(),
                    manifest.path("roots").asLong(),
                    true);
        } catch (NoSuchKeyException e) {
            return null;
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return null;
            }
            throw unreachable(e);
        } catch (SdkException e) {
            throw unreachable(e);
        } catch (IOException e) {
            // A manifest that cannot be read proves nothing: the file is fetched and archived again.
            LOG.warn("{}: the manifest cannot be read, so the file is archived again", run, e);
            return null;
        }
    }

    /** What is sent to object storage: the local file, or no bytes at all. */
    public File sending(Run run) {
        return path(run).toFile();
    }

    /** The outcome of the step, for {@code sync-complete-step}. */
    public Map<String, Object> done(ArchivedFile file) {
        return Map.of(
                "next_status",
                "upserting",
                "counts",
                Map.of("bytes", file.bytes(), "lines", file.lines(), "roots", file.roots()));
    }

    /** Values of {@code sql/ledger/record_archive.sql}. */
    public Map<String, Object> facts(ArchivedFile file) {
        Map<String, Object> values = new HashMap<>();
        values.put("archive_key", file.key());
        values.put("archive_sha256", file.sha256());
        values.put("archive_bytes", file.bytes());
        values.put("archive_lines", file.lines());
        values.put("archive_roots", file.roots());
        values.put("chunk_lines", settings.sync().chunkLines());
        return values;
    }

    /**
     * A run's archived file on local disk, fetched from object storage when this machine does not have it.
     *
     * @throws RunFailed when the archive no longer holds what the ledger says
     */
    public Path localFile(Run run) {
        Path target = path(run);
        long bytes = run.archiveBytes().orElseThrow();
        try {
            if (Files.exists(target) && Files.size(target) == bytes) {
                return target;
            }
            Files.createDirectories(target.getParent());
            Path part = target.resolveSibling(target.getFileName() + ".part-" + run.epoch());
            try {
                MessageDigest digest = sha256();
                try (InputStream in =
                                s3.getObject(get -> get.bucket(settings.s3().bucket())
                                        .key(run.archiveKey().orElseThrow()));
                        OutputStream out = Files.newOutputStream(part)) {
                    byte[] buffer = new byte[BUFFER_BYTES];
                    for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                        digest.update(buffer, 0, length);
                        out.write(buffer, 0, length);
                    }
                }
                if (!HexFormat.of()
                        .formatHex(digest.digest())
                        .equals(run.archiveSha256().orElse(""))) {
                    throw new RunFailed(
                            "archive_damaged",
                            "The archived file " + run.archiveKey().orElse("") + " is not the one that was written");
                }
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
            return target;
        } catch (NoSuchKeyException e) {
            throw new RunFailed(
                    "archive_missing",
                    "The archived file " + run.archiveKey().orElse("") + " is no longer in object storage");
        } catch (SdkException e) {
            throw unreachable(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a run's local file; what matters is in object storage. */
    public void forget(Run run) {
        if (Files.notExists(path(run).getParent())) {
            return;
        }
        try {
            Files.deleteIfExists(path(run));
            try (Stream<Path> leftovers = Files.list(path(run).getParent())) {
                for (Path leftover : leftovers
                        .filter(file -> file.getFileName().toString().startsWith(run.runId() + ".jsonl.part-"))
                        .toList()) {
                    Files.deleteIfExists(leftover);
                }
            }
        } catch (IOException e) {
            LOG.warn("{}: the local file {} could not be removed", run, path(run), e);
        }
    }

    private static TransientFailure unreachable(SdkException cause) {
        TransientFailure failure =
                new TransientFailure("Object storage does not answer: " + cause.getMessage(), Optional.empty());
        failure.initCause(cause);
        return failure;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
