package dev.tidemark.stories;

import dev.tidemark.operations.Migration;
import dev.tidemark.simulator.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.postgresql.ds.PGSimpleDataSource;

/** PostgreSQL and S3, started once for all stories of a JVM, and given to each story that asks for them. */
final class Services implements ExtensionContext.Store.CloseableResource, AutoCloseable {
    static final String MIGRATED = "migrated";

    private final Instant startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final AtomicInteger worlds = new AtomicInteger();
    private final Path directory;
    private final Postgres postgres;
    private final S3Server s3;

    private Services() {
        try {
            directory = Files.createTempDirectory("tidemark-stories-");
            s3 = S3Server.start(0);
        } catch (IOException e) {
            throw new UncheckedIOException("Starting the neighbours of Tidemark failed", e);
        }
        postgres = Postgres.start(directory.resolve("postgres"));
        migrate(postgres);
    }

    Postgres postgres() {
        return postgres;
    }

    S3Server s3() {
        return s3;
    }

    /** A moment that all shops can share which must have the same orders. */
    Instant startedAt() {
        return startedAt;
    }

    Path directory() {
        return directory;
    }

    /** A name no other story of this JVM has. */
    String name(String prefix) {
        return prefix + worlds.incrementAndGet();
    }

    /** Makes the database that each story's own is a copy of: the product's tables, and the oracles' watchers. */
    void migrate(Postgres server) {
        server.createDatabase(MIGRATED, "template1");
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(server.jdbcUrl(MIGRATED, server.port()));
        Migration.apply(database);
        new Sql(server, MIGRATED).runResource("/stories/watch_tables.sql");
    }

    @Override
    public void close() {
        postgres.close();
        s3.close();
    }

    /** Gives {@link Services} to test methods. */
    static final class Provider implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Services.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.GLOBAL)
                    .getOrComputeIfAbsent(Services.class, type -> new Services(), Services.class);
        }
    }
}
