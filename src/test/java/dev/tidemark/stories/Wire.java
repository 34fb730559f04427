package dev.tidemark.stories;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The wire between Tidemark and one neighbour. It understands just enough of the protocol to tell exchanges apart, so a
 * fault can be put before, inside and after any of them without a hook in the product.
 */
abstract class Wire implements AutoCloseable {
    private final ServerSocket listener;
    private final List<Trap> traps = new CopyOnWriteArrayList<>();
    private final Queue<String> exchanges = new ConcurrentLinkedQueue<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final int neighbourPort;
    private final AtomicInteger refused = new AtomicInteger();
    private volatile boolean refusing;

    Wire(int neighbourPort) {
        this.neighbourPort = neighbourPort;
        try {
            this.listener = new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts to listen; called once by the subclass when it is complete. */
    final void open() {
        daemon("wire-" + port(), () -> {
            while (!listener.isClosed()) {
                accept(listener.accept());
            }
        });
    }

    final int port() {
        return listener.getLocalPort();
    }

    /** Names of the exchanges so far, oldest first. */
    final List<String> exchanges() {
        return List.copyOf(exchanges);
    }

    final void arm(Trap trap) {
        traps.add(trap);
    }

    /** Ends every connection and refuses new ones until {@link #mend()}. */
    final void cut() {
        refusing = true;
        open.forEach(Wire::reset);
    }

    /** Connections that were wanted while the wire was cut. */
    final int refused() {
        return refused.get();
    }

    final void mend() {
        refusing = false;
    }

    /** Carries both directions of one connection; returns when either side has ended. */
    abstract void carry(Socket client, Socket neighbour) throws IOException;

    /** Registers an exchange; the result says what is to happen in its phases. */
    final Exchange begin(String name) {
        exchanges.add(name);
        return new Exchange(
                name, traps.stream().filter(trap -> trap.waitsFor(name)).toList());
    }

    private void accept(Socket client) throws IOException {
        if (refusing) {
            refused.incrementAndGet();
            reset(client);
            return;
        }
        Socket neighbour = new Socket();
        try {
            neighbour.connect(new InetSocketAddress("127.0.0.1", neighbourPort), 5_000);
        } catch (IOException e) {
            reset(client);
            return;
        }
        client.setTcpNoDelay(true);
        neighbour.setTcpNoDelay(true);
        open.add(client);
        open.add(neighbour);
        daemon("wire-" + port() + "-" + client.getPort(), () -> {
            try {
                carry(client, neighbour);
            } finally {
                end(client, neighbour);
            }
        });
    }

    /** Runs one direction in its own thread, and ends the connection when that direction ends. */
    final void alongside(Socket client, Socket neighbour, Direction direction) {
        daemon("wire-" + port() + "-back", () -> {
            try {
                direction.run();
            } finally {
                end(client, neighbour);
            }
        });
    }

    private void end(Socket client, Socket neighbour) {
        for (Socket socket : List.of(client, neighbour)) {
            open.remove(socket);
            try {
                socket.close();
            } catch (IOException e) {
                // Ended already, which is what was wanted.
            }
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // Ended already, which is what was wanted.
        }
    }

    private static void daemon(String name, Direction work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // A side has ended, or a trap cut the wire; both ends are closed by now.
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public final void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    /** One direction of a connection. */
    @FunctionalInterface
    interface Direction {
        void run() throws IOException;
    }

    /** The wire was cut by a trap. */
    static final class CutException extends IOException {
        CutException(String exchange) {
            super("cut at " + exchange);
        }
    }

    /** One request and its answer. */
    record Exchange(String name, List<Trap> traps) {

        boolean isAwaited() {
            return !traps.isEmpty();
        }

        /** @throws CutException when a fault says that the wire ends here */
        void reach(Phase phase) throws CutException {
            boolean cut = false;
            for (Trap trap : traps) {
                cut |= trap.spring(phase) == Trap.Then.CUT;
            }
            if (cut) {
                throw new CutException(name);
            }
        }
    }
}
