package dev.tidemark.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.fixture.ObjectStorage;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is put must be what is got. With the AWS SDK's default checksum settings a body travels in aws-chunked framing, and
 * some servers store that framing as content without a word.
 */
class DigestRoundTripTest {
    private static ObjectStorage storage;
    private static CamelContext camel;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() throws Exception {
        storage = ObjectStorage.start();
        camel = new DefaultCamelContext();
        camel.getRegistry().bind("s3Client", storage.client());
        camel.start();
    }

    @AfterAll
    static void close() throws Exception {
        camel.close();
        storage.close();
    }

    @Test
    void a_small_object_keeps_its_digest() throws Exception {
        assertRoundTrip(1_000, "aws2-s3:" + storage.bucket() + "?amazonS3Client=#s3Client");
    }

    @Test
    void an_empty_object_keeps_its_digest() throws Exception {
        assertRoundTrip(0, "aws2-s3:" + storage.bucket() + "?amazonS3Client=#s3Client");
    }

    private void assertRoundTrip(int bytes, String endpoint) throws Exception {
        Path file = folder.resolve("archive.jsonl");
        Random random = new Random(bytes);
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] content = new byte[bytes];
            random.nextBytes(content);
            out.write(content);
        }
        String key = "archive/acme/" + bytes + ".jsonl";

        try (ProducerTemplate producer = camel.createProducerTemplate()) {
            Exchange answer = producer.request(endpoint, exchange -> {
                exchange.getMessage().setHeader(AWS2S3Constants.KEY, key);
                exchange.getMessage().setHeader(AWS2S3Constants.CONTENT_LENGTH, (long) bytes);
                exchange.getMessage().setBody(file.toFile());
            });
            assertThat(answer.getException()).isNull();
        }

        try (InputStream sent = Files.newInputStream(file);
                InputStream stored = storage.client()
                        .getObject(get -> get.bucket(storage.bucket()).key(key))) {
            assertThat(sha256(stored)).isEqualTo(sha256(sent));
        }
    }

    private static String sha256(InputStream content) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream digesting = new DigestInputStream(content, digest)) {
            digesting.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
