package dev.tidemark.stories;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The wire to PostgreSQL. An exchange is everything up to one Sync or simple query; its name is the SQL text executed, with
 * what it commits when it is a COMMIT.
 */
final class PostgresWire extends Wire {
    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;

    private PostgresWire(int neighbourPort) {
        super(neighbourPort);
    }

    static PostgresWire to(int neighbourPort) {
        PostgresWire wire = new PostgresWire(neighbourPort);
        wire.open();
        return wire;
    }

    @Override
    void carry(Socket client, Socket neighbour) throws IOException {
        Queue<Exchange> unanswered = new ConcurrentLinkedQueue<>();
        DataInputStream requests = new DataInputStream(new BufferedInputStream(client.getInputStream()));
        OutputStream forward = new BufferedOutputStream(neighbour.getOutputStream());
        carryStartup(client, requests, forward);
        alongside(client, neighbour, () -> carryAnswers(client, neighbour, unanswered));
        Statements statements = new Statements();
        ByteArrayOutputStream unit = new ByteArrayOutputStream();
        while (true) {
            int type = requests.read();
            if (type < 0) {
                return;
            }
            int length = requests.readInt();
            byte[] body = requests.readNBytes(length - 4);
            append(unit, type, body);
            statements.note(type, body);
            if ("QSXHpdcf".indexOf(type) >= 0) {
                Exchange exchange = begin(statements.takeExecuted());
                byte[] bytes = unit.toByteArray();
                unit.reset();
                exchange.reach(Phase.BEFORE);
                if (type == 'Q' || type == 'S') {
                    unanswered.add(exchange);
                }
                forward.write(bytes, 0, bytes.length / 2);
                if (exchange.isAwaited()) {
                    forward.flush();
                }
                exchange.reach(Phase.HALF_SENT);
                forward.write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
                forward.flush();
            }
        }
    }

    /** Encryption is declined here, so that the statements can be read. */
    private static void carryStartup(Socket client, DataInputStream requests, OutputStream forward) throws IOException {
        while (true) {
            int length = requests.readInt();
            byte[] body = requests.readNBytes(length - 4);
            int code = ByteBuffer.wrap(body).getInt();
            if (code == SSL_REQUEST || code == GSS_REQUEST) {
                client.getOutputStream().write('N');
                continue;
            }
            forward.write(ByteBuffer.allocate(4).putInt(length).array());
            forward.write(body);
            forward.flush();
            return;
        }
    }

    private static void carryAnswers(Socket client, Socket neighbour, Queue<Exchange> unanswered) throws IOException {
        DataInputStream answers = new DataInputStream(new BufferedInputStream(neighbour.getInputStream()));
        OutputStream back = new BufferedOutputStream(client.getOutputStream());
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        while (true) {
            int type = answers.read();
            if (type < 0) {
                return;
            }
            int length = answers.readInt();
            append(answer, type, answers.readNBytes(length - 4));
            Exchange exchange = unanswered.peek();
            boolean complete = type == 'Z';
            // Whoever sends rows waits for this answer before the first of them.
            boolean copyBegins = type == 'G';
            if (exchange == null || !exchange.isAwaited() || copyBegins) {
                answer.writeTo(back);
                answer.reset();
                if (complete || answers.available() == 0) {
                    back.flush();
                }
            } else if (complete) {
                byte[] bytes = answer.toByteArray();
                answer.reset();
                exchange.reach(Phase.UNANSWERED);
                back.write(bytes, 0, bytes.length / 2);
                back.flush();
                exchange.reach(Phase.HALF_ANSWERED);
                back.write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
                back.flush();
                exchange.reach(Phase.AFTER);
            }
            if (complete) {
                unanswered.poll();
            }
        }
    }

    private static void append(ByteArrayOutputStream buffer, int type, byte[] body) {
        buffer.write(type);
        buffer.writeBytes(ByteBuffer.allocate(4).putInt(body.length + 4).array());
        buffer.writeBytes(body);
    }

    /** Which SQL text a prepared statement and a portal stand for. */
    private static final class Statements {
        private final Map<String, String> sqlByStatement = new HashMap<>();
        private final Map<String, String> sqlByPortal = new HashMap<>();
        private final List<String> executed = new ArrayList<>();
        private String last = "";

        void note(int type, byte[] body) {
            switch (type) {
                case 'P' ->
                    sqlByStatement.put(text(body, 0), text(body, text(body, 0).length() + 1));
                case 'B' -> {
                    String portal = text(body, 0);
                    sqlByPortal.put(portal, sqlByStatement.getOrDefault(text(body, portal.length() + 1), ""));
                }
                case 'E' -> executed.add(sqlByPortal.getOrDefault(text(body, 0), ""));
                case 'Q' -> executed.add(text(body, 0));
                default -> {
                    // Carries no statement.
                }
            }
        }

        String takeExecuted() {
            String sql = String.join(";\n", executed);
            executed.clear();
            if (sql.equals("COMMIT")) {
                return sql + " of " + last;
            }
            last = sql.isEmpty() ? last : sql;
            return sql;
        }

        private static String text(byte[] body, int from) {
            int end = from;
            while (body[end] != 0) {
                end++;
            }
            return new String(body, from, end - from, StandardCharsets.UTF_8);
        }
    }
}
