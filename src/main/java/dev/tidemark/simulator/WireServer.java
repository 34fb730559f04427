package dev.tidemark.simulator;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small HTTP/1.1 server that gives its handler command of the wire: a reply may stop short, crawl, be reset, or not come
 * at all, and a file goes from disk to socket without passing through this process. Ready-made servers mend or hide exactly
 * these things.
 *
 * <p>One thread per connection, keep-alive, no TLS.
 */
final class WireServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WireServer.class);
    private static final int MOST_HEADER_BYTES = 64 * 1024;
    private static final int MOST_BODY_BYTES = 64 * 1024 * 1024;
    private static final int FILE_STEP_BYTES = 4 * 1024 * 1024;

    /** Answers requests; called from many threads. */
    interface Handler {
        Reply answer(Request request) throws IOException;
    }

    private final ServerSocketChannel listener;
    private final Handler handler;
    private final String host;
    private final ExecutorService connections;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    private WireServer(ServerSocketChannel listener, String host, Handler handler) {
        this.listener = listener;
        this.host = host;
        this.handler = handler;
        this.connections = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "simulator-connection");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Listens on the address; port 0 takes any free one. */
    static WireServer listen(String host, int port, Handler handler) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.bind(new InetSocketAddress(host, port), 256);
        } catch (IOException e) {
            listener.close();
            throw new IOException("The simulator cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
        }
        WireServer server = new WireServer(listener, host, handler);
        server.connections.execute(server::accept);
        return server;
    }

    String host() {
        return host;
    }

    int port() {
        return listener.socket().getLocalPort();
    }

    @Override
    public void close() {
        closeQuietly(listener);
        open.forEach(WireServer::closeQuietly);
        connections.shutdownNow();
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                SocketChannel connection = listener.accept();
                open.add(connection);
                connections.execute(() -> serve(connection));
            } catch (IOException | RejectedExecutionException closing) {
                // The listener was closed, or one connection died before it began: the loop's condition tells which.
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            InputStream in = new BufferedInputStream(Channels.newInputStream(connection), 16 * 1024);
            boolean more = true;
            while (more) {
                Request request = read(in, connection);
                more = request != null
                        && send(connection, answer(request))
                        && !request.header("connection").orElse("").equalsIgnoreCase("close");
            }
        } catch (IOException clientWentAway) {
            // Nothing to tell: the connection is the only one who would listen.
        } finally {
            open.remove(connection);
        }
    }

    private Reply answer(Request request) throws IOException {
        try {
            return handler.answer(request);
        } catch (RuntimeException defect) {
            LOG.error("The simulator failed to answer {} {}", request.method(), request.path(), defect);
            return Reply.json(500, "{\"errors\":\"The simulator itself failed; see its log\"}");
        }
    }

    private static Request read(InputStream in, SocketChannel connection) throws IOException {
        String first = readLine(in);
        if (first == null || first.isEmpty()) {
            return null;
        }
        String[] parts = first.split(" ");
        if (parts.length != 3) {
            throw new IOException("not HTTP: " + first);
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = readLine(in); line != null && !line.isEmpty(); line = readLine(in)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(),
                        line.substring(colon + 1).strip());
            }
        }
        if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
            write(connection, "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        byte[] body = readBody(in, headers);
        int mark = parts[1].indexOf('?');
        String path = mark < 0 ? parts[1] : parts[1].substring(0, mark);
        String query = mark < 0 ? "" : parts[1].substring(mark + 1);
        return new Request(parts[0], decode(path.replace("+", "%2B")), parameters(query), headers, body);
    }

    private static byte[] readBody(InputStream in, Map<String, String> headers) throws IOException {
        if (!"chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
            if (length > MOST_BODY_BYTES) {
                throw new IOException("request body of " + length + " bytes");
            }
            return in.readNBytes(length);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
            body.write(in.readNBytes(size));
            readLine(in);
        }
        readLine(in);
        return body.toByteArray();
    }

    private static int chunkSize(InputStream in) throws IOException {
        String line = readLine(in);
        return line == null ? 0 : Integer.parseInt(line.split(";")[0].strip(), 16);
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                return line.toString();
            }
            if (b != '\r') {
                line.append((char) b);
            }
            if (line.length() > MOST_HEADER_BYTES) {
                throw new IOException("header line too long");
            }
        }
        return null;
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (!pair.isEmpty()) {
                parameters.put(
                        decode(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }

    /** Whether the connection can carry another request. */
    private static boolean send(SocketChannel connection, Reply reply) throws IOException {
        if (reply.status() == 0) {
            return false;
        }
        boolean chunked = reply.content() instanceof Reply.Content.Stream;
        StringBuilder head =
                new StringBuilder("HTTP/1.1 ").append(reply.status()).append(" Simulated\r\n");
        reply.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        if (chunked) {
            head.append("Transfer-Encoding: chunked\r\n");
        } else if (!reply.headers().containsKey("Content-Length")) {
            head.append("Content-Length: ").append(lengthOf(reply.content())).append("\r\n");
        }
        write(connection, head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        long limit = reply.cut().map(Reply.Cut::afterBytes).orElse(Long.MAX_VALUE);
        sendContent(connection, reply, limit);
        if (reply.cut().isPresent()) {
            if (reply.cut().get().reset()) {
                connection.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            return false;
        }
        return true;
    }

    private static long lengthOf(Reply.Content content) {
        if (content instanceof Reply.Content.Bytes known) {
            return known.bytes().length;
        }
        return content instanceof Reply.Content.FilePart part ? part.count() : 0;
    }

    private static void sendContent(SocketChannel connection, Reply reply, long limit) throws IOException {
        if (reply.content() instanceof Reply.Content.Bytes known) {
            int count = (int) Math.min(known.bytes().length, limit);
            write(connection, ByteBuffer.wrap(known.bytes(), 0, count), reply.bytesPerSecond());
        } else if (reply.content() instanceof Reply.Content.FilePart part) {
            sendFile(connection, part, Math.min(part.count(), limit), reply.bytesPerSecond());
        } else if (reply.content() instanceof Reply.Content.Stream stream) {
            ChunkedOutput out = new ChunkedOutput(connection);
            stream.writer().writeTo(out);
            out.finish();
        }
    }

    private static void sendFile(SocketChannel connection, Reply.Content.FilePart part, long count, long bytesPerSecond)
            throws IOException {
        try (FileChannel file = FileChannel.open(part.file())) {
            long step = bytesPerSecond == 0 ? FILE_STEP_BYTES : Math.max(1, bytesPerSecond / 20);
            long sent = 0;
            while (sent < count) {
                long moved = file.transferTo(part.from() + sent, Math.min(step, count - sent), connection);
                if (moved <= 0) {
                    throw new IOException("file ended at " + sent + " of " + count);
                }
                sent += moved;
                rest(moved, bytesPerSecond);
            }
        }
    }

    private static void write(SocketChannel connection, ByteBuffer bytes, long bytesPerSecond) throws IOException {
        int end = bytes.limit();
        int step = bytesPerSecond == 0 ? Math.max(1, end) : (int) Math.max(1, bytesPerSecond / 20);
        while (bytes.position() < end) {
            int before = bytes.position();
            bytes.limit(Math.min(end, before + step));
            while (bytes.hasRemaining()) {
                connection.write(bytes);
            }
            rest(bytes.position() - before, bytesPerSecond);
        }
    }

    private static void write(SocketChannel connection, byte[] bytes) throws IOException {
        write(connection, ByteBuffer.wrap(bytes), 0);
    }

    private static void rest(long bytes, long bytesPerSecond) {
        if (bytesPerSecond > 0) {
            LockSupport.parkNanos(bytes * 1_000_000_000L / bytesPerSecond);
        }
    }

    private static void closeQuietly(Channel channel) {
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // It is closed either way.
        }
    }

    /** HTTP chunks of up to 64 KiB. */
    private static final class ChunkedOutput extends OutputStream {
        private final SocketChannel connection;
        private final ByteBuffer pending = ByteBuffer.allocate(64 * 1024);

        ChunkedOutput(SocketChannel connection) {
            this.connection = connection;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            for (int done = 0; done < count; ) {
                int part = Math.min(count - done, pending.remaining());
                pending.put(bytes, from + done, part);
                done += part;
                if (!pending.hasRemaining()) {
                    flush();
                }
            }
        }

        @Override
        public void flush() throws IOException {
            if (pending.position() > 0) {
                pending.flip();
                WireServer.write(
                        connection,
                        (Integer.toHexString(pending.limit()) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                WireServer.write(connection, pending, 0);
                WireServer.write(connection, "\r\n".getBytes(StandardCharsets.US_ASCII));
                pending.clear();
            }
        }

        void finish() throws IOException {
            flush();
            WireServer.write(connection, "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }
}
