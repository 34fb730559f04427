package dev.tidemark.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An S3 server for tests and the demo: Adobe S3Mock in a child JVM with a small heap and a temporary directory.
 *
 * <p>The child ends with its parent however the parent ends: its shell waits on standard input, which the operating system
 * closes even after {@code kill -9}.
 */
public final class S3Server implements AutoCloseable {
    private static final long READY_WITHIN_MILLIS = 180_000;
    // $0 is the folder of the data, which the shell deletes only when nobody else is left to do it.
    private static final String CHILD_OF_THIS_PROCESS = "exec 3<&0; \"$@\" </dev/null & child=$!;"
            + " (cat <&3 >/dev/null; kill -9 $child; sleep 1; kill -0 $PPID || rm -rf \"$0\") 2>/dev/null & wait $child";

    private final Process process;
    private final int port;
    private final Path data;

    private S3Server(Process process, int port, Path data) {
        this.process = process;
        this.port = port;
        this.data = data;
    }

    /**
     * Starts the server and returns when it answers.
     *
     * @param port 0 takes any free port
     * @throws IllegalStateException when the server's jar is not where the build puts it, or it does not answer in three minutes
     */
    public static S3Server start(int port) throws IOException {
        Path jar = findJar();
        Path data = Files.createTempDirectory("tidemark-s3-");
        int chosenPort = port == 0 ? freePort() : port;
        Path log = data.resolve("s3.log");
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "-c",
                CHILD_OF_THIS_PROCESS,
                data.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC"));
        command.addAll(optimizing());
        command.addAll(List.of(
                "-jar",
                jar.toString(),
                "--com.adobe.testing.s3mock.http-port=" + chosenPort,
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--com.adobe.testing.s3mock.store.root=" + Files.createDirectory(data.resolve("objects")),
                "--spring.main.banner-mode=off"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        S3Server server = new S3Server(process, chosenPort, data);
        try {
            server.awaitReady(log);
            return server;
        } catch (IOException | RuntimeException notReady) {
            server.close();
            throw notReady;
        }
    }

    /** Where clients find it, for path-style addressing; any access key is accepted. */
    public String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Ends the child and deletes what it stored. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            deleteData();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException("Stopping the S3 server on port " + port + " failed", e);
        }
    }

    /** As far as this process does: optimizing costs a start its time, and the digests of large files are worth it. */
    private static List<String> optimizing() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-XX:Tier"))
                .toList();
    }

    private void awaitReady(Path log) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READY_WITHIN_MILLIS);
        try {
            while (!answers()) {
                boolean ended = process.waitFor(100, TimeUnit.MILLISECONDS);
                if (ended || System.nanoTime() > deadline) {
                    throw new IllegalStateException("The S3 server on port " + port
                            + (ended ? " ended at its start: " : " did not answer within three minutes: ")
                            + lastLines(log));
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the S3 server on port " + port + " was starting");
        }
    }

    private boolean answers() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(endpoint() + "/").toURL().openConnection();
            connection.setConnectTimeout(1_000);
            connection.setReadTimeout(5_000);
            boolean ok = connection.getResponseCode() == 200;
            connection.disconnect();
            return ok;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static String lastLines(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }

    /** Beside app.jar or the classes, as the build lays it out, or under the working directory. */
    private static Path findJar() {
        Path jar = Path.of("s3mock", "s3mock.jar");
        return Stream.concat(codeFolders(), Stream.of(Path.of("target"), Path.of("")))
                .map(folder -> folder.resolve(jar))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "The S3 server needs s3mock/s3mock.jar beside app.jar or under ./target; the build puts it there"));
    }

    private static Stream<Path> codeFolders() {
        try {
            Path code = Path.of(S3Server.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return Stream.iterate(code.getParent(), folder -> folder != null, Path::getParent)
                    .limit(2);
        } catch (URISyntaxException e) {
            return Stream.empty();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void deleteData() throws IOException {
        try (Stream<Path> paths = Files.walk(data)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
