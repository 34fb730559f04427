package dev.tidemark.stories;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** Reads object storage over plain HTTP, so that what it finds does not depend on the client that wrote it. */
final class ObjectStore {
    private static final Pattern OBJECT = Pattern.compile("<Contents>.*?</Contents>", Pattern.DOTALL);
    private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
    private static final Pattern ETAG = Pattern.compile("<ETag>([^<]*)</ETag>");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String endpoint;
    private final String bucket;

    ObjectStore(String endpoint, String bucket) {
        this.endpoint = endpoint;
        this.bucket = bucket;
    }

    /** Keys that start with the prefix, in order; empty when there is no bucket yet. */
    List<String> keys(String prefix) {
        HttpResponse<byte[]> answer = send("GET", "?list-type=2&prefix=" + prefix, new byte[0]);
        return answer.statusCode() == 404
                ? List.of()
                : KEY.matcher(new String(answer.body(), StandardCharsets.UTF_8))
                        .results()
                        .map(key -> key.group(1))
                        .sorted()
                        .toList();
    }

    /** What each object whose key starts with the prefix holds, as the storage's own digest of it. */
    Map<String, String> digests(String prefix) {
        HttpResponse<byte[]> answer = send("GET", "?list-type=2&prefix=" + prefix, new byte[0]);
        Map<String, String> digests = new TreeMap<>();
        Matcher object = OBJECT.matcher(new String(answer.body(), StandardCharsets.UTF_8));
        while (object.find()) {
            String key = KEY.matcher(object.group())
                    .results()
                    .findFirst()
                    .orElseThrow()
                    .group(1);
            digests.put(
                    key,
                    ETAG.matcher(object.group())
                            .results()
                            .findFirst()
                            .orElseThrow()
                            .group(1));
        }
        return digests;
    }

    /** The bytes of an object as stored. */
    byte[] bytes(String key) {
        HttpResponse<byte[]> answer = send("GET", "/" + key, new byte[0]);
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("Reading " + key + " answered " + answer.statusCode());
        }
        return answer.body();
    }

    /** The text of an object, decompressed when its key ends in {@code .gz}. */
    String text(String key) {
        byte[] bytes = bytes(key);
        if (!key.endsWith(".gz")) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return new String(plain.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Decompressing " + key + " failed", e);
        }
    }

    void createBucket() {
        send("PUT", "", new byte[0]);
    }

    void put(String key, String text) {
        send("PUT", "/" + key, text.getBytes(StandardCharsets.UTF_8));
    }

    void delete(String key) {
        send("DELETE", "/" + key, new byte[0]);
    }

    private HttpResponse<byte[]> send(String method, String rest, byte[] body) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create(endpoint + "/" + bucket + rest))
                            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while reading " + bucket + rest, e);
        }
    }
}
