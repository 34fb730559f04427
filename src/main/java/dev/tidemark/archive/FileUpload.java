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
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
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
 * Sends files to object storage: a large one in parts, some at a time, each of which is sent again by itself when object
 * storage fails to take it; also one that is still being written. Camel's own producer sends one part after the other and
 * cannot repeat any, because it reads them from one stream. Thread-safe.
 *
 * <p>S3 takes at most 10,000 parts of at least 5 MiB and at most 5 GiB (Amazon S3 User Guide, "Multipart upload limits").
 */
public final class FileUpload {
    /** Files of up to so many bytes are sent in one piece. */
    static final int LEAST_PART_BYTES = 8 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(FileUpload.class);
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
            String upload = s3.createMultipartUpload(
                            create -> create.bucket(bucket).key(key).contentType(contentType))
                    .uploadId();
            return new Growing(key, upload, channel, expectedBytes);
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** A file on its way. Nothing of it is to be seen in object storage before {@link #finish}, and nothing is left without. */
    final class Growing implements AutoCloseable {
        private final String key;
        private final String upload;
        private final FileChannel channel;
        private final int partBytes;
        private final AtomicInteger nextPart = new AtomicInteger();
        private final ConcurrentSkipListMap<Integer, CompletedPart> parts = new ConcurrentSkipListMap<>();
        private final ExecutorService senders = Executors.newFixedThreadPool(PARTS_AT_ONCE);
        private final List<Future<Void>> sending;
        private long there;
        private boolean whole;
        private boolean failed;
        private boolean finished;

        private Growing(String key, String upload, FileChannel channel, long expectedBytes) {
            this.key = key;
            this.upload = upload;
            this.channel = channel;
            this.partBytes = Math.toIntExact(Math.max(LEAST_PART_BYTES, (expectedBytes + MOST_PARTS - 1) / MOST_PARTS));
            this.sending = Stream.generate(() -> senders.submit(this::sendParts))
                    .limit(PARTS_AT_ONCE)
                    .toList();
        }

        /** So many bytes of the file are written. */
        synchronized void grow(long bytes) {
            if (bytes / partBytes > there / partBytes) {
                notifyAll();
            }
            there = bytes;
        }

        /**
         * The file is written, and has so many bytes: sends the rest of it and makes it be seen.
         *
         * @throws SdkException when object storage did not take it, or does not answer
         * @throws IOException when the file cannot be read
         */
        void finish(long bytes) throws IOException {
            synchronized (this) {
                there = bytes;
                whole = true;
                notifyAll();
            }
            try {
                for (Future<Void> sender : sending) {
                    sender.get();
                }
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("Sending " + key + " was interrupted");
            }
            Collection<CompletedPart> all = parts.values();
            s3.completeMultipartUpload(complete ->
                    complete.bucket(bucket).key(key).uploadId(upload).multipartUpload(object -> object.parts(all)));
            finished = true;
        }

        /** Ends the sending; what was sent and not finished is forgotten. */
        @Override
        public void close() throws IOException {
            stop();
            senders.shutdownNow();
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

        private synchronized void stop() {
            failed = true;
            notifyAll();
        }

        /** Sends parts until there are none left; one at a time is in memory. */
        private Void sendParts() throws Exception {
            byte[] content = new byte[partBytes];
            try {
                while (true) {
                    int part = nextPart.getAndIncrement();
                    long from = (long) part * partBytes;
                    int length = await(from);
                    if (length == 0) {
                        return null;
                    }
                    content = length == content.length ? content : Arrays.copyOf(content, length);
                    read(from, content);
                    send(part + 1, content);
                }
            } catch (Throwable e) {
                // The others need not send what is of no use any more.
                stop();
                throw e;
            }
        }

        /** Waits for a part; gives its length, 0 when there is nothing to send. */
        private synchronized int await(long from) throws InterruptedException {
            while (there < from + partBytes && !whole && !failed) {
                wait();
            }
            return failed ? 0 : (int) Math.max(0, Math.min(partBytes, there - from));
        }

        private void read(long from, byte[] content) throws IOException {
            ByteBuffer target = ByteBuffer.wrap(content);
            while (target.hasRemaining()) {
                if (channel.read(target, from + target.position()) < 0) {
                    throw new EOFException("The file for " + key + " is shorter than it was");
                }
            }
        }

        private void send(int number, byte[] content) {
            UploadPartResponse answer = s3.uploadPart(
                    put -> put.bucket(bucket).key(key).uploadId(upload).partNumber(number),
                    RequestBody.fromContentProvider(
                            ContentStreamProvider.fromByteArrayUnsafe(content),
                            content.length,
                            "application/octet-stream"));
            parts.put(
                    number,
                    CompletedPart.builder()
                            .partNumber(number)
                            .eTag(answer.eTag())
                            .checksumCRC32(answer.checksumCRC32())
                            .build());
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
