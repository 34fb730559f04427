package dev.tidemark.archive;

import dev.tidemark.settings.Settings;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Sends files to object storage: a large one in parts, each of which is sent again by itself when object storage fails to
 * take it; also one that is still being written. Camel's own producer sends one part after the other and cannot repeat any,
 * because it reads them from one stream. Thread-safe.
 *
 * <p>S3 takes at most 10,000 parts of at least 5 MiB and at most 5 GiB (Amazon S3 User Guide, "Multipart upload limits").
 * Parts with checksums are refused by S3 when the upload was begun without naming their kind, and the list of parts must
 * have them again. The SDK adds them to the parts only, and servers for tests do not mind.
 */
public final class FileUpload {
    /** Files of up to so many bytes are sent in one piece. */
    static final int LEAST_PART_BYTES = 8 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(FileUpload.class);
    private static final long MOST_PARTS = 10_000;
    private static final int PARTS_AT_ONCE = 4;
    /** One part each is in memory, however many files are on their way. */
    private static final Executor SENDERS = senders();

    private final S3Client s3;
    private final String bucket;
    /** Null, as the SDK understands it, sends none. */
    private final ChecksumAlgorithm checksum;

    /** @param s3 closed by whoever opened it */
    public FileUpload(S3Client s3, Settings.S3 settings) {
        this.s3 = s3;
        this.bucket = settings.bucket();
        this.checksum = settings.checksums() ? ChecksumAlgorithm.CRC32 : null;
    }

    private static Executor senders() {
        ThreadPoolExecutor senders = new ThreadPoolExecutor(
                PARTS_AT_ONCE, PARTS_AT_ONCE, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "file-upload");
                    thread.setDaemon(true);
                    return thread;
                });
        senders.allowCoreThreadTimeOut(true);
        return senders;
    }

    /**
     * Sends a file. Under its key is all of it, or what was there before.
     *
     * @throws SdkException when object storage does not take it, or does not answer
     * @throws IOException when the file cannot be read, also as an {@link UncheckedIOException}
     */
    public void send(String key, String contentType, File file) throws IOException {
        long bytes = file.length();
        if (bytes <= LEAST_PART_BYTES) {
            s3.putObject(put -> put.bucket(bucket).key(key).contentType(contentType), RequestBody.fromFile(file));
            return;
        }
        try (Growing upload = follow(key, contentType, file.toPath(), bytes)) {
            upload.finish(bytes);
        }
    }

    /**
     * Begins to send a file that is still being written, of more than {@link #LEAST_PART_BYTES} bytes.
     *
     * @param expectedBytes how many it will have, at most
     */
    Growing follow(String key, String contentType, Path file, long expectedBytes) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            String upload = s3.createMultipartUpload(create -> create.bucket(bucket)
                            .key(key)
                            .contentType(contentType)
                            .checksumAlgorithm(checksum))
                    .uploadId();
            return new Growing(key, upload, channel, expectedBytes);
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * A file on its way. Nothing of it is to be seen in object storage before {@link #finish}, and nothing is left without.
     * For the thread that writes the file.
     */
    final class Growing implements AutoCloseable {
        private final String key;
        private final String upload;
        private final FileChannel channel;
        private final int partBytes;
        private final List<CompletableFuture<CompletedPart>> parts = new ArrayList<>();
        private volatile boolean givenUp;
        private boolean finished;

        private Growing(String key, String upload, FileChannel channel, long expectedBytes) {
            this.key = key;
            this.upload = upload;
            this.channel = channel;
            this.partBytes = Math.toIntExact(Math.max(LEAST_PART_BYTES, (expectedBytes + MOST_PARTS - 1) / MOST_PARTS));
        }

        /** So many bytes of the file are written. */
        void grow(long bytes) {
            while ((parts.size() + 1L) * partBytes <= bytes) {
                begin(partBytes);
            }
        }

        /**
         * The file is written, and has so many bytes: sends the rest of it and makes it be seen.
         *
         * @throws SdkException when object storage did not take it, or does not answer
         * @throws UncheckedIOException when the file cannot be read
         */
        void finish(long bytes) {
            grow(bytes);
            int rest = (int) (bytes - (long) parts.size() * partBytes);
            if (rest > 0) {
                begin(rest);
            }
            List<CompletedPart> all = new ArrayList<>();
            try {
                parts.forEach(part -> all.add(part.join()));
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
            s3.completeMultipartUpload(complete ->
                    complete.bucket(bucket).key(key).uploadId(upload).multipartUpload(object -> object.parts(all)));
            finished = true;
        }

        /** Ends the sending; what was sent and not finished is forgotten. */
        @Override
        public void close() throws IOException {
            givenUp = true;
            CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                    .exceptionally(failure -> null)
                    .join();
            channel.close();
            if (!finished) {
                try {
                    s3.abortMultipartUpload(
                            abort -> abort.bucket(bucket).key(key).uploadId(upload));
                } catch (SdkException e) {
                    LOG.debug("The parts of {} that were sent stay until the bucket's own rules remove them", key, e);
                }
            }
        }

        private void begin(int length) {
            int number = parts.size() + 1;
            long from = (long) parts.size() * partBytes;
            parts.add(CompletableFuture.supplyAsync(() -> send(number, from, length), SENDERS));
        }

        private CompletedPart send(int number, long from, int length) {
            if (givenUp) {
                throw new CancellationException("The others are of no use without one that failed");
            }
            try {
                UploadPartResponse answer = s3.uploadPart(
                        put -> put.bucket(bucket)
                                .key(key)
                                .uploadId(upload)
                                .partNumber(number)
                                .checksumAlgorithm(checksum),
                        RequestBody.fromContentProvider(
                                ContentStreamProvider.fromByteArrayUnsafe(read(from, length)),
                                length,
                                "application/octet-stream"));
                return CompletedPart.builder()
                        .partNumber(number)
                        .eTag(answer.eTag())
                        .checksumCRC32(answer.checksumCRC32())
                        .build();
            } catch (IOException e) {
                givenUp = true;
                throw new UncheckedIOException(e);
            } catch (RuntimeException e) {
                givenUp = true;
                throw e;
            }
        }

        private byte[] read(long from, int length) throws IOException {
            ByteBuffer content = ByteBuffer.allocate(length);
            while (content.hasRemaining()) {
                if (channel.read(content, from + content.position()) < 0) {
                    throw new EOFException("The file for " + key + " is shorter than it was");
                }
            }
            return content.array();
        }
    }
}
