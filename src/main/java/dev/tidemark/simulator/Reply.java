package dev.tidemark.simulator;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What goes back over the wire, down to where the connection breaks.
 *
 * @param status HTTP status; 0 means the connection is closed without an answer
 * @param cut where the body stops short of what the headers promise
 * @param bytesPerSecond 0 is as fast as the wire takes it
 */
public record Reply(int status, Map<String, String> headers, Content content, Optional<Cut> cut, long bytesPerSecond) {

    /** A body: known bytes, a part of a file, or a stream of unknown length that is sent in chunks. */
    public sealed interface Content {
        record Bytes(byte[] bytes) implements Content {}

        record FilePart(Path file, long from, long count) implements Content {}

        record Stream(StreamWriter writer) implements Content {}
    }

    /** Writes a streamed body. */
    public interface StreamWriter {
        void writeTo(OutputStream out) throws IOException;
    }

    /** The connection ends after so many bytes of body: with an orderly close, or with a reset. */
    public record Cut(long afterBytes, boolean reset) {}

    public static Reply of(int status, String contentType, String body) {
        return of(status, contentType, new Content.Bytes(body.getBytes(StandardCharsets.UTF_8)));
    }

    public static Reply of(int status, String contentType, Content content) {
        return new Reply(status, Map.of("Content-Type", contentType), content, Optional.empty(), 0);
    }

    public static Reply json(int status, String body) {
        return of(status, "application/json; charset=utf-8", body);
    }

    public static Reply ndjson(StreamWriter writer) {
        return of(200, "application/x-ndjson", new Content.Stream(writer));
    }

    public static Reply notFound() {
        return json(404, "{\"errors\":\"Not Found\"}");
    }

    /** The connection closes and no answer is given. */
    public static Reply none() {
        return of(0, "none", "");
    }

    public Reply with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Reply(status, more, content, cut, bytesPerSecond);
    }

    Reply cutAfter(long bytes, boolean reset) {
        return new Reply(status, headers, content, Optional.of(new Cut(bytes, reset)), bytesPerSecond);
    }

    Reply slowedTo(long newBytesPerSecond) {
        return new Reply(status, headers, content, cut, newBytesPerSecond);
    }
}
