package dev.tidemark.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.run.DependencyDown;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The schema can be brought up to date by anybody, at any time, as often as they like. */
class MigrationTest {
    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void start() throws IOException {
        postgres = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    @Test
    void an_empty_database_of_an_ordinary_role_is_migrated_once() throws SQLException {
        DataSource database = databaseOfOrdinaryRole("empty");

        Migration.Outcome first = Migration.apply(database);
        Migration.Outcome second = Migration.apply(database);

        assertThat(first.applied()).isPositive();
        assertThat(second).isEqualTo(new Migration.Outcome(first.version(), 0));
        assertThat(Migration.pending(database)).isZero();
    }

    @Test
    void four_processes_at_once_apply_each_script_once() throws Exception {
        DataSource database = databaseOfOrdinaryRole("contended");
        int scripts = Migration.pending(database);
        ExecutorService processes = Executors.newFixedThreadPool(4);
        try {
            List<Future<Migration.Outcome>> outcomes = IntStream.range(0, 4)
                    .mapToObj(process -> processes.submit(() -> Migration.apply(database)))
                    .toList();
            int applied = 0;
            for (Future<Migration.Outcome> outcome : outcomes) {
                applied += outcome.get().applied();
            }
            assertThat(applied).isEqualTo(scripts);
        } finally {
            processes.shutdownNow();
        }
    }

    @Test
    void tables_of_others_are_left_alone() throws SQLException {
        DataSource database = databaseOfOrdinaryRole("shared");
        execute(database, "create table theirs (id int)");

        assertThat(Migration.apply(database).applied()).isPositive();

        execute(database, "insert into theirs values (1)");
    }

    @Test
    void an_unreachable_database_is_told_as_such() {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setUrl("jdbc:postgresql://127.0.0.1:1/none");

        assertThatThrownBy(() -> Migration.apply(nowhere))
                .isInstanceOf(DependencyDown.class)
                .hasMessageContaining("127.0.0.1:1");
    }

    private static DataSource databaseOfOrdinaryRole(String name) throws SQLException {
        execute(postgres.getPostgresDatabase(), "create role " + name + " login password 'p'");
        execute(postgres.getPostgresDatabase(), "create database " + name + " owner " + name);
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl("jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/" + name);
        database.setUser(name);
        database.setPassword("p");
        return database;
    }

    private static void execute(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
