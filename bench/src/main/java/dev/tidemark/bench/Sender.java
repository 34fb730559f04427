package dev.tidemark.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Sends captured deliveries over connections that stay open, one delivery at a time on each. It writes prepared bytes
 * and reads no more of an answer than its status and length, because it runs on the same cores as what it measures.
 */
final class Sender {

    private final int port;
    private final int connections;

    Sender(int port, int connections) {
        this.port = port;
        this.connections = connections;
    }

    /**
     * How a series went.
     *
     * @param seconds from the first request to the last answer
     * @param sortedMillis what each delivery waited for its answer
     */
    record Series(double seconds, double[] sortedMillis) {

        int count() {
            return sortedMillis.length;
        }

        /** @param share 0 to 1: 0.99 is what 99 of 100 did not exceed */
        double percentile(double share) {
            return sortedMillis[Math.min(count() - 1, (int) Math.ceil(share * count()) - 1)];
        }
    }

    /** Sends all of them, each connection its next as soon as the last is answered. */
    Series closedLoop(List<CapturedDelivery> deliveries) throws Exception {
        return send(deliveries, 0, () -> true);
    }

    /**
     * Sends so many a second, whether or not those before are answered, while something goes on. A delivery's wait
     * begins when it was due: one that found no free connection has waited for that too.
     */
    Series openLoop(List<CapturedDelivery> deliveries, int perSecond, BooleanSupplier goesOn) throws Exception {
        return send(deliveries, 1_000_000_000L / perSecond, goesOn);
    }

    private Series send(List<CapturedDelivery> deliveries, long step, BooleanSupplier goesOn) throws Exception {
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        long start = System.nanoTime();
        try {
            List<Callable<List<Double>>> lines = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                lines.add(() -> {
                    List<Double> millis = new ArrayList<>();
                    try (Line line = new Line(port)) {
                        for (int index = next.getAndIncrement();
                                index < deliveries.size();
                                index = next.getAndIncrement()) {
                            long due = step == 0 ? System.nanoTime() : start + index * step;
                            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                                LockSupport.parkNanos(left);
                            }
                            if (!goesOn.getAsBoolean()) {
                                return millis;
                            }
                            line.post(deliveries.get(index).request());
                            millis.add((System.nanoTime() - due) / 1e6);
                        }
                    }
                    return millis;
                });
            }
            List<Double> all = new ArrayList<>();
            for (Future<List<Double>> sent : threads.invokeAll(lines)) {
                all.addAll(sent.get());
            }
            double seconds = Result.secondsSince(start);
            double[] sorted = all.stream().mapToDouble(Double::doubleValue).toArray();
            Arrays.sort(sorted);
            return new Series(seconds, sorted);
        } finally {
            threads.shutdownNow();
        }
    }

    /** One connection. */
    private static final class Line implements AutoCloseable {

        private final Socket socket;
        private final InputStream in;

        Line(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(60_000);
            in = new BufferedInputStream(socket.getInputStream());
        }

        void post(byte[] request) throws IOException {
            socket.getOutputStream().write(request);
            String status = readLine();
            int length = 0;
            boolean chunked = false;
            for (String header = readLine(); !header.isEmpty(); header = readLine()) {
                String lower = header.toLowerCase(Locale.ROOT);
                chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(lower.substring(lower.indexOf(':') + 1).trim());
                }
            }
            byte[] body = chunked ? readChunks() : in.readNBytes(length);
            if (!status.startsWith("HTTP/1.1 200")) {
                throw new IllegalStateException(
                        "A delivery was answered " + status + ": " + new String(body, StandardCharsets.UTF_8));
            }
        }

        private byte[] readChunks() throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int length = readLength(); length > 0; length = readLength()) {
                body.writeBytes(in.readNBytes(length));
                readLine();
            }
            readLine();
            return body.toByteArray();
        }

        private int readLength() throws IOException {
            return Integer.parseInt(readLine().trim(), 16);
        }

        private String readLine() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int octet = in.read(); octet != '\n'; octet = in.read()) {
                if (octet < 0) {
                    throw new EOFException(
                            "The server closed a connection that was to stay open, after '" + line + "'");
                }
                if (octet != '\r') {
                    line.append((char) octet);
                }
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
