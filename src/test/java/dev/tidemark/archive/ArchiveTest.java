package dev.tidemark.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.fixture.ObjectStorage;
import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import dev.tidemark.settings.SettingsReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;

/** A large file is in object storage when it has come in, if it is what the source says; otherwise nothing of it is. */
class ArchiveTest {
    private static final int LINES = 90_000;
    private static final byte[] CONTENT = "{\"id\":\"gid://shopify/Order/1\",\"note\":\"%s\"}\n"
            .formatted("n".repeat(80))
            .repeat(LINES)
            .getBytes(StandardCharsets.UTF_8);

    private ObjectStorage storage;

    @TempDir
    Path folder;

    @BeforeEach
    void open() {
        storage = ObjectStorage.start();
    }

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void a_large_file_is_sent_while_it_comes_in() throws Exception {
        Archive archive = archive(storage.client());
        Run run = run(LINES);

        ArchivedFile file = archive.receive(run, new ByteArrayInputStream(CONTENT), true);

        assertThat(file)
                .isEqualTo(new ArchivedFile(archive.key(run), file.sha256(), CONTENT.length, LINES, LINES, true));
        assertThat(storage.bytes(file.key())).isEqualTo(CONTENT);
        assertThat(archive.path(run)).hasBinaryContent(CONTENT);
    }

    @Test
    void one_that_may_not_be_kept_as_it_comes_stays_here() throws Exception {
        Archive archive = archive(storage.client());

        assertThat(archive.receive(run(LINES), new ByteArrayInputStream(CONTENT), false)
                        .sent())
                .isFalse();
        assertThatNothingIsThere();
    }

    @Test
    void one_that_breaks_off_leaves_nothing() {
        Archive archive = archive(storage.client());
        Run run = run(LINES);
        InputStream broken = new SequenceInputStream(new ByteArrayInputStream(CONTENT), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("cut");
            }
        });

        assertThatThrownBy(() -> archive.receive(run, broken, true)).hasMessage("cut");
        assertThatNothingIsThere();
        assertThat(archive.path(run).getParent()).isEmptyDirectory();
    }

    @Test
    void one_that_is_not_what_the_source_counted_leaves_nothing() {
        Archive archive = archive(storage.client());

        assertThatThrownBy(() -> archive.receive(run(LINES + 1), new ByteArrayInputStream(CONTENT), true))
                .isInstanceOf(RunFailed.class);
        assertThatNothingIsThere();
    }

    @Test
    void when_object_storage_does_not_take_it_the_file_is_here_and_has_yet_to_be_sent() throws Exception {
        ExecutionInterceptor outage = new ExecutionInterceptor() {
            @Override
            public SdkHttpResponse modifyHttpResponse(Context.ModifyHttpResponse context, ExecutionAttributes all) {
                return context.httpRequest()
                                .firstMatchingRawQueryParameter("partNumber")
                                .isPresent()
                        ? context.httpResponse().toBuilder().statusCode(503).build()
                        : context.httpResponse();
            }
        };
        try (S3Client client = storage.client(outage)) {
            Archive archive = archive(client);
            Run run = run(LINES);

            ArchivedFile file = archive.receive(run, new ByteArrayInputStream(CONTENT), true);

            assertThat(file.sent()).isFalse();
            assertThat(file.lines()).isEqualTo(LINES);
            assertThat(Files.size(archive.path(run))).isEqualTo(CONTENT.length);
        }
        assertThatNothingIsThere();
    }

    private void assertThatNothingIsThere() {
        assertThat(storage.keys("")).isEmpty();
        assertThat(storage.client()
                        .listMultipartUploads(list -> list.bucket(storage.bucket()))
                        .uploads())
                .isEmpty();
    }

    private Archive archive(S3Client client) {
        return new Archive(
                SettingsReader.read(
                        Map.of(
                                "tidemark.stores.acme.shopify.domain",
                                "acme.myshopify.com",
                                "tidemark.stores.acme.shopify.token",
                                "shpat_1",
                                "tidemark.work.directory",
                                folder.toString(),
                                "tidemark.s3.bucket",
                                storage.bucket()),
                        Map.of()),
                client);
    }

    /** @param lines that the source says it has counted */
    private static Run run(long lines) {
        return new Run(Map.of(
                "run_id",
                UUID.randomUUID(),
                "run_number",
                1L,
                "store_id",
                "acme",
                "stream",
                "shopify-orders",
                "job_type",
                "API_EXECUTE",
                "epoch",
                1L,
                "result_complete",
                true,
                "object_count",
                lines,
                "file_size",
                (long) CONTENT.length));
    }
}
