package dev.tidemark.simulator;

import java.io.IOException;

/** A running simulated shop. Thread-safe. */
public final class Simulator implements AutoCloseable {
    private final WireServer server;

    private Simulator(WireServer server) {
        this.server = server;
    }

    /**
     * Starts a shop and returns when it listens.
     *
     * @throws IllegalArgumentException when a fault or a version is unknown, with the known ones in the message
     * @throws IOException when the port is taken
     */
    public static Simulator start(SimulatorOptions options) throws IOException {
        return new Simulator(WireServer.listen(options.host(), options.port(), request -> Reply.notFound()));
    }

    public int port() {
        return server.port();
    }

    /** The address that stands in for {@code https://<shop domain>}. */
    public String url() {
        return "http://" + server.host() + ":" + server.port();
    }

    @Override
    public void close() {
        server.close();
    }
}
