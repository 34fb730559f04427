package dev.tidemark.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.fixture.ObjectStorage;
import dev.tidemark.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;

/** A file of some parts arrives whole or not at all, whatever becomes of a part. */
class FileUploadTest {
    private static final int PART = 8 << 20;
    private static ObjectStorage storage;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        storage = ObjectStorage.start();
    }

    @AfterAll
    static void close() throws Exception {
        storage.close();
    }

    @Test
    void a_file_arrives_whatever_its_size() throws Exception {
        for (int bytes : new int[] {0, 1, PART, PART + 1, 2 * PART, 5 * PART + 3}) {
            Path file = file(bytes);
            upload(storage.client(), true).send("file-" + bytes, "text/plain", file.toFile());
            assertThat(storage.bytes("file-" + bytes)).isEqualTo(Files.readAllBytes(file));
        }
    }

    @Test
    void a_part_that_is_not_taken_is_sent_again_and_the_others_are_not() throws Exception {
        Path file = file(5 * PART);
        List<Integer> sent = new CopyOnWriteArrayList<>();
        try (S3Client client = client(sent, part -> part == 3 && Collections.frequency(sent, part) == 1)) {
            upload(client, true).send("repeated", "text/plain", file.toFile());
        }

        assertThat(sent).containsExactlyInAnyOrder(1, 2, 3, 3, 4, 5);
        assertThat(storage.bytes("repeated")).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void what_does_not_arrive_leaves_nothing_behind() throws Exception {
        List<Integer> sent = new CopyOnWriteArrayList<>();
        Path file = file(8 * PART);
        try (S3Client client = client(sent, part -> true)) {
            assertThatThrownBy(() -> upload(client, true).send("refused", "text/plain", file.toFile()))
                    .isInstanceOf(SdkException.class);
        }

        assertThat(new HashSet<>(sent)).as("parts that were tried").hasSizeLessThan(8);
        assertThat(storage.keys("refused")).isEmpty();
        assertThat(storage.client()
                        .listMultipartUploads(list -> list.bucket(storage.bucket()))
                        .uploads())
                .isEmpty();
    }

    /** S3 refuses parts with checksums in an upload that was begun without naming their kind; S3Mock takes them. */
    @Test
    void checksums_are_announced_and_listed_or_not_sent_at_all() throws Exception {
        Path file = file(PART + 1);
        for (boolean checksums : new boolean[] {true, false}) {
            List<String> asked = new CopyOnWriteArrayList<>();
            ExecutionInterceptor watcher = new ExecutionInterceptor() {
                @Override
                public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes all) {
                    Map<String, List<String>> headers = context.httpRequest().headers();
                    asked.add(context.httpRequest().method() + " "
                            + headers.getOrDefault("x-amz-checksum-algorithm", List.of())
                            + (headers.containsKey("x-amz-checksum-crc32") || headers.containsKey("x-amz-trailer")));
                }

                @Override
                public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes all) {
                    if (context.request() instanceof CompleteMultipartUploadRequest complete) {
                        complete.multipartUpload()
                                .parts()
                                .forEach(part -> asked.add("part " + (part.checksumCRC32() != null)));
                    }
                    return context.request();
                }
            };
            try (S3Client client = storage.client(watcher, checksums)) {
                upload(client, checksums).send("summed-" + checksums, "text/plain", file.toFile());
            }
            assertThat(asked)
                    .containsExactlyElementsOf(
                            checksums
                                    ? List.of(
                                            "POST [CRC32]false",
                                            "PUT []true",
                                            "PUT []true",
                                            "part true",
                                            "part true",
                                            "POST []false")
                                    : List.of(
                                            "POST []false",
                                            "PUT []false",
                                            "PUT []false",
                                            "part false",
                                            "part false",
                                            "POST []false"));
        }
    }

    private static FileUpload upload(S3Client client, boolean checksums) {
        return new FileUpload(
                client,
                new Settings.S3(
                        Optional.empty(),
                        "us-east-1",
                        storage.bucket(),
                        Optional.empty(),
                        Optional.empty(),
                        checksums));
    }

    private Path file(int bytes) throws Exception {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return Files.write(folder.resolve(bytes + ".bin"), content);
    }

    /**
     * A client that is told of a failure when it has sent a part that fails.
     *
     * @param sent gets the number of each part that was sent, before it is asked whether it fails
     */
    private static S3Client client(List<Integer> sent, IntPredicate fails) {
        return storage.client(new ExecutionInterceptor() {
            @Override
            public SdkHttpResponse modifyHttpResponse(Context.ModifyHttpResponse context, ExecutionAttributes all) {
                Optional<Integer> part = context.httpRequest()
                        .firstMatchingRawQueryParameter("partNumber")
                        .map(Integer::valueOf);
                part.ifPresent(sent::add);
                return part.filter(fails::test).isEmpty()
                        ? context.httpResponse()
                        : context.httpResponse().toBuilder().statusCode(503).build();
            }
        });
    }
}
