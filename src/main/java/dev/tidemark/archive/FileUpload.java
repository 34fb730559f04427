package dev.tidemark.archive;

import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Sends a file to object storage: a large one in parts, some at a time, each of which is sent again by itself when object
 * storage fails to take it. Camel's own producer sends one part after the other and cannot repeat any, because it reads
 * them from one stream. Thread-safe.
 *
 * <p>S3 takes at most 10,000 parts of at least 5 MiB and at most 5 GiB (Amazon S3 User Guide, "Multipart upload limits").
 */
public final class FileUpload {
    private static final Logger LOG = LoggerFactory.getLogger(FileUpload.class);
    private static final long LEAST_PART_BYTES = 8 << 20;
    private static final long MOST_PARTS = 10_000;
    private static final int PARTS_AT_ONCE = 4;

    private final S3Client s3;
    private final String bucket;

    /** @param s3 closed by whoever opened it */
    public FileUpload(S3Client s3, String bucket) {
        this.s3 = s3;
        this.bucket = bucket;
    }

    /**
     * Sends a file. Under its key is all of it, or what was there before.
     *
     * @throws SdkException when object storage does not take it, or does not answer
     * @throws IOException when the file cannot be read
     */
    public void send(String key, String contentType, File file) throws IOException {
        long bytes = file.length();
        if (bytes <= LEAST_PART_BYTES) {
            s3.putObject(put -> put.bucket(bucket).key(key).contentType(contentType), RequestBody.fromFile(file));
            return;
        }
        String upload = s3.createMultipartUpload(
                        create -> create.bucket(bucket).key(key).contentType(contentType))
                .uploadId();
        boolean sent = false;
        try {
            CompletedPart[] parts = new Parts(key, upload, file.toPath(), bytes).send();
            s3.completeMultipartUpload(complete ->
                    complete.bucket(bucket).key(key).uploadId(upload).multipartUpload(whole -> whole.parts(parts)));
            sent = true;
        } finally {
            if (!sent) {
                abort(key, upload);
            }
        }
    }

    private void abort(String key, String upload) {
        try {
            s3.abortMultipartUpload(abort -> abort.bucket(bucket).key(key).uploadId(upload));
        } catch (SdkException e) {
            LOG.debug("The parts of {} that were sent stay until the bucket's own rules remove them", key, e);
        }
    }

    /** The parts of one file. */
    private final class Parts {
        private final String key;
        private final String upload;
        private final Path file;
        private final long bytes;
        private final int partBytes;
        private final CompletedPart[] parts;
        private final AtomicInteger next = new AtomicInteger();

        Parts(String key, String upload, Path file, long bytes) {
            this.key = key;
            this.upload = upload;
            this.file = file;
            this.bytes = bytes;
            this.partBytes = Math.toIntExact(Math.max(LEAST_PART_BYTES, (bytes + MOST_PARTS - 1) / MOST_PARTS));
            this.parts = new CompletedPart[Math.toIntExact((bytes + partBytes - 1) / partBytes)];
        }

        CompletedPart[] send() throws IOException {
            ExecutorService senders = Executors.newFixedThreadPool(PARTS_AT_ONCE);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                Callable<Void> sender = () -> {
                    try {
                        sendSome(channel);
                        return null;
                    } catch (Throwable e) {
                        // The others need not send what is of no use any more.
                        next.set(parts.length);
                        throw e;
                    }
                };
                for (Future<Void> each : Stream.generate(() -> senders.submit(sender))
                        .limit(PARTS_AT_ONCE)
                        .toList()) {
                    each.get();
                }
                return parts;
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("Sending " + key + " was interrupted");
            } finally {
                senders.shutdownNow();
            }
        }

        /** Sends parts until there are none left; one at a time is in memory. */
        private void sendSome(FileChannel channel) throws IOException {
            byte[] content = new byte[partBytes];
            for (int part = next.getAndIncrement(); part < parts.length; part = next.getAndIncrement()) {
                long from = (long) part * partBytes;
                int length = (int) Math.min(partBytes, bytes - from);
                content = length == content.length ? content : Arrays.copyOf(content, length);
                read(channel, from, content);
                int number = part + 1;
                UploadPartResponse answer = s3.uploadPart(
                        put -> put.bucket(bucket).key(key).uploadId(upload).partNumber(number),
                        RequestBody.fromContentProvider(
                                ContentStreamProvider.fromByteArrayUnsafe(content),
                                length,
                                "application/octet-stream"));
                parts[part] = CompletedPart.builder()
                        .partNumber(number)
                        .eTag(answer.eTag())
                        .checksumCRC32(answer.checksumCRC32())
                        .build();
            }
        }

        private void read(FileChannel channel, long from, byte[] content) throws IOException {
            ByteBuffer target = ByteBuffer.wrap(content);
            while (target.hasRemaining()) {
                if (channel.read(target, from + target.position()) < 0) {
                    throw new EOFException(file + " is shorter than it was");
                }
            }
        }

        private IOException failure(Throwable cause) {
            if (cause instanceof RuntimeException exception) {
                throw exception;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            return cause instanceof IOException exception ? exception : new IOException(cause);
        }
    }
}
