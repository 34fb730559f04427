package dev.tidemark.api;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports that a server is about to listen on. */
public final class Ports {
    private Ports() {}

    /**
     * Demands that a port can be listened on. Vert.x only logs that it cannot, and goes on without a server.
     *
     * @param property the property that sets the port, for the message
     * @param port 0 is always free
     * @throws IllegalStateException when it is taken or the address is not one of this machine
     */
    public static void demandFree(String property, String host, int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Listening on port " + port + " of " + host + " (" + property + ") failed: " + e.getMessage()
                            + "; nothing was started",
                    e);
        }
    }
}
