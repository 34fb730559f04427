package dev.tidemark.stories;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The wire to a neighbour that speaks HTTP/1.1. The name of an exchange is method and path, followed by the body of a
 * request that is short and sent at once, which tells one GraphQL document from another.
 */
final class HttpWire extends Wire {
    private static final int SHORT_BODY = 65_536;
    /** Of a body whose length is not announced, this much counts as half. */
    private static final long HALF_OF_UNKNOWN = 2_048;

    private HttpWire(int neighbourPort) {
        super(neighbourPort);
    }

    static HttpWire to(int neighbourPort) {
        HttpWire wire = new HttpWire(neighbourPort);
        wire.open();
        return wire;
    }

    @Override
    void carry(Socket client, Socket neighbour) throws IOException {
        Queue<Exchange> unanswered = new ConcurrentLinkedQueue<>();
        InputStream requests = new BufferedInputStream(client.getInputStream());
        OutputStream forward = new BufferedOutputStream(neighbour.getOutputStream());
        alongside(client, neighbour, () -> carryAnswers(client, neighbour, unanswered));
        while (true) {
            String head = head(requests);
            if (head == null) {
                return;
            }
            String line = head.substring(0, head.indexOf('\r')).replaceFirst(" HTTP/1\\.1$", "");
            byte[] body = isShort(head) ? requests.readNBytes((int) length(head)) : null;
            Exchange exchange = begin(body == null ? line : line + "\n" + new String(body, StandardCharsets.UTF_8));
            exchange.reach(Phase.BEFORE);
            unanswered.add(exchange);
            forward.write(head.getBytes(StandardCharsets.ISO_8859_1));
            if (body == null) {
                forward.flush();
                carryBody(head, requests, forward, exchange, Phase.HALF_SENT);
            } else {
                forward.write(body, 0, body.length / 2);
                exchange.reach(Phase.HALF_SENT);
                forward.write(body, body.length / 2, body.length - body.length / 2);
            }
            forward.flush();
        }
    }

    private static void carryAnswers(Socket client, Socket neighbour, Queue<Exchange> unanswered) throws IOException {
        InputStream answers = new BufferedInputStream(neighbour.getInputStream());
        OutputStream back = new BufferedOutputStream(client.getOutputStream());
        while (true) {
            String head = head(answers);
            if (head == null) {
                return;
            }
            int status = Integer.parseInt(head.substring(9, 12));
            if (status >= 200) {
                Exchange exchange = unanswered.remove();
                exchange.reach(Phase.UNANSWERED);
                back.write(head.getBytes(StandardCharsets.ISO_8859_1));
                if (!exchange.name().startsWith("HEAD ") && status != 204 && status != 304) {
                    boolean announced = length(head) >= 0 || isChunked(head);
                    carryBody(announced ? head : head + "until-close", answers, back, exchange, Phase.HALF_ANSWERED);
                }
                back.flush();
                exchange.reach(Phase.AFTER);
            } else {
                back.write(head.getBytes(StandardCharsets.ISO_8859_1));
                back.flush();
            }
        }
    }

    private static void carryBody(String head, InputStream from, OutputStream to, Exchange exchange, Phase half)
            throws IOException {
        Halfway halfway = new Halfway(to, exchange, half, length(head) >= 0 ? length(head) / 2 : HALF_OF_UNKNOWN);
        if (isChunked(head)) {
            long size;
            do {
                String sizeLine = line(from);
                size = Long.parseLong(sizeLine.strip().split(";")[0], 16);
                if (size == 0) {
                    halfway.reach();
                }
                to.write(sizeLine.getBytes(StandardCharsets.ISO_8859_1));
                halfway.copy(from, size);
                to.write(line(from).getBytes(StandardCharsets.ISO_8859_1));
                to.flush();
            } while (size > 0);
        } else if (head.endsWith("until-close")) {
            halfway.copy(from, Long.MAX_VALUE);
        } else {
            halfway.copy(from, Math.max(0, length(head)));
        }
        halfway.reach();
    }

    private static boolean isShort(String head) {
        String lower = head.toLowerCase(Locale.ROOT);
        return length(head) >= 0
                && length(head) <= SHORT_BODY
                && !lower.contains("\r\nexpect:")
                && lower.contains("json");
    }

    private static boolean isChunked(String head) {
        return head.toLowerCase(Locale.ROOT).contains("\r\ntransfer-encoding: chunked");
    }

    /** The announced length; -1 when there is none. */
    private static long length(String head) {
        String lower = head.toLowerCase(Locale.ROOT);
        int at = lower.indexOf("\r\ncontent-length:");
        return at < 0
                ? -1
                : Long.parseLong(
                        lower.substring(at + 17, lower.indexOf('\r', at + 2)).strip());
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (true) {
            String line = line(in);
            if (line.isEmpty()) {
                if (head.length() == 0) {
                    return null;
                }
                throw new EOFException("The head broke off: " + head);
            }
            head.append(line);
            if (line.equals("\r\n")) {
                return head.toString();
            }
        }
    }

    /** A line with its end; empty at the end of the stream. */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next;
        while ((next = in.read()) >= 0) {
            line.write(next);
            if (next == '\n') {
                break;
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Copies a body and reaches a phase once, when half of it has gone. */
    private static final class Halfway {
        private final OutputStream to;
        private final Exchange exchange;
        private final Phase phase;
        private final long half;
        private long copied;
        private boolean reached;

        Halfway(OutputStream to, Exchange exchange, Phase phase, long half) {
            this.to = to;
            this.exchange = exchange;
            this.phase = phase;
            this.half = half;
        }

        void copy(InputStream from, long bytes) throws IOException {
            byte[] buffer = new byte[8_192];
            long left = bytes;
            while (left > 0) {
                long room = reached ? left : Math.min(left, Math.max(1, half - copied));
                int read = from.read(buffer, 0, (int) Math.min(buffer.length, room));
                if (read < 0) {
                    if (bytes == Long.MAX_VALUE) {
                        return;
                    }
                    throw new EOFException("The body broke off after " + copied + " bytes");
                }
                to.write(buffer, 0, read);
                copied += read;
                left -= read;
                if (copied >= half) {
                    reach();
                }
                if (from.available() == 0) {
                    to.flush();
                }
            }
        }

        void reach() throws IOException {
            if (!reached) {
                reached = true;
                to.flush();
                exchange.reach(phase);
            }
        }
    }
}
