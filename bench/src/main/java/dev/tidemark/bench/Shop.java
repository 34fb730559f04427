package dev.tidemark.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The simulated shop and the S3 server beside it, as processes of their own. */
final class Shop implements AutoCloseable {

    private final Process process;
    private final JsonNode where;

    private Shop(Process process, JsonNode where) {
        this.process = process;
        this.where = where;
    }

    static Shop start(Path launcher, long orders, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        launcher.toString(), "simulator", "--port", "0", "--s3-port", "0", "--orders", Long.toString(orders))
                .redirectError(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TIDEMARK_"));
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream()));
        String line = out.readLine();
        if (line == null) {
            throw new IllegalStateException("The simulator did not start; see " + log);
        }
        return new Shop(process, new ObjectMapper().readTree(line));
    }

    String url() {
        return where.path("url").asText();
    }

    String domain() {
        return where.path("domain").asText();
    }

    String token() {
        return where.path("token").asText();
    }

    String s3Endpoint() {
        return where.path("s3_endpoint").asText();
    }

    /** The processes by name: the simulator, and the Java below it that is the S3 server. */
    Map<String, Long> processes() {
        Map<String, Long> processes = new TreeMap<>(Map.of("simulator", process.pid()));
        try (Stream<ProcessHandle> below = process.descendants()) {
            below.filter(child -> child.info().command().filter(command -> command.endsWith("java")).isPresent())
                    .forEach(child -> processes.put("S3", child.pid()));
        }
        return processes;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
