package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wire must strike where it says, or the crash matrix proves nothing. */
@ExtendWith(Services.Provider.class)
class WiresTest {

    @ParameterizedTest
    @CsvSource({"BEFORE, 4", "HALF_SENT, 4", "UNANSWERED, 5", "HALF_ANSWERED, 5"})
    void a_statement_cut_in_a_phase_is_done_or_not_done(Phase phase, int committed, Services services)
            throws SQLException {
        String database = services.name("wire");
        services.postgres().createDatabase(database, "template1");
        Sql sql = new Sql(services.postgres(), database);
        sql.run("create table mark (value integer)");
        try (PostgresWire wire = PostgresWire.to(services.postgres().port())) {
            wire.arm(new Trap("insert into mark", phase, 5, () -> Trap.Then.CUT));
            try (Connection connection =
                            DriverManager.getConnection(services.postgres().jdbcUrl(database, wire.port()));
                    PreparedStatement insert = connection.prepareStatement("insert into mark values (?)")) {
                for (int value = 1; value < 5; value++) {
                    insert.setInt(1, value);
                    insert.execute();
                }
                insert.setInt(1, 5);
                assertThatThrownBy(insert::execute).isInstanceOf(SQLException.class);
            }
            sql.run(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
            assertThat(sql.value("select count(*) from mark")).isEqualTo(Integer.toString(committed));
        }
    }

    @Test
    void a_mended_wire_carries_again(Services services) throws SQLException {
        try (PostgresWire wire = PostgresWire.to(services.postgres().port())) {
            String url = services.postgres().jdbcUrl("postgres", wire.port());
            wire.cut();
            assertThatThrownBy(() -> DriverManager.getConnection(url).close()).isInstanceOf(SQLException.class);
            wire.mend();
            DriverManager.getConnection(url).close();
        }
    }

    @ParameterizedTest
    @CsvSource({"BEFORE, 0", "HALF_SENT, 0", "UNANSWERED, 1", "AFTER, 1"})
    void an_object_cut_in_a_phase_is_stored_or_not_stored(Phase phase, int stored, Services services) {
        String bucket = services.name("wire");
        ObjectStore direct = new ObjectStore(services.s3().endpoint(), bucket);
        direct.createBucket();
        try (HttpWire wire = HttpWire.to(services.s3().port())) {
            ObjectStore wired = new ObjectStore("http://127.0.0.1:" + wire.port(), bucket);
            Trap trap = new Trap("^PUT .*/one", phase, 1, () -> Trap.Then.CUT);
            wire.arm(trap);
            try {
                wired.put("one", "x".repeat(100_000));
                assertThat(phase).as("an answer came").isEqualTo(Phase.AFTER);
            } catch (RuntimeException cut) {
                assertThat(phase).as("no answer came").isNotEqualTo(Phase.AFTER);
            }
            // After the answer means that the answer may be here first.
            Awaitility.await().until(trap::hasSprung);
            assertThat(direct.keys("one")).hasSize(stored);
        }
    }

    @Test
    void an_answer_can_be_cut_in_its_middle(Services services) {
        String bucket = services.name("wire");
        ObjectStore direct = new ObjectStore(services.s3().endpoint(), bucket);
        direct.createBucket();
        direct.put("one", "x".repeat(100_000));
        try (HttpWire wire = HttpWire.to(services.s3().port())) {
            ObjectStore wired = new ObjectStore("http://127.0.0.1:" + wire.port(), bucket);
            assertThat(wired.bytes("one")).hasSize(100_000);
            wire.arm(new Trap("^GET .*/one", Phase.HALF_ANSWERED, 1, () -> Trap.Then.CUT));
            assertThatThrownBy(() -> wired.bytes("one")).isInstanceOf(java.io.UncheckedIOException.class);
        }
    }
}
