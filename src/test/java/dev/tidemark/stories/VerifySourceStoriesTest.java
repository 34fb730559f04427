package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code verify --source} says what the tables lack of the source, by id, and the commands that it names mend it. */
@ExtendWith(Services.Provider.class)
class VerifySourceStoriesTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Tag("long")
    @Test
    void what_is_missing_gone_or_older_is_named_and_the_named_commands_mend_it(Services services) {
        try (World world = World.with(services, shop -> shop)) {
            OrderSyncStoriesTest.completed(world, world.sync());
            world.shop().edit(5);
            OrderSyncStoriesTest.completed(world, world.sync());
            world.restart();
            Outcome clean = verify(world);
            assertThat(clean.exitCode()).as("%s", clean).isZero();
            assertThat(clean.run().path("repairs")).isEmpty();
            for (String side : List.of("source", "archived", "rows")) {
                assertThat(StreamSupport.stream(clean.run().path("days").spliterator(), false)
                                .mapToLong(day -> day.path(side).asLong())
                                .sum())
                        .as("%s by day: %s", side, clean.run().path("days"))
                        .isEqualTo(40 + (side.equals("rows") ? ledgerRows(clean) : 0));
            }

            List<String> orders = world.sql().rows("select order_id from order_header order by order_id");
            world.sql().run("delete from order_line_item where order_id = " + orders.get(3));
            world.sql().run("delete from order_header where order_id = " + orders.get(3));
            world.sql()
                    .run("update order_header set updated_at = updated_at - interval '1 day' where order_id = "
                            + orders.get(11));
            world.sql().run("update order_header set deleted_at = updated_at where order_id = " + orders.get(9));
            world.shop().change("orders", "[{\"action\":\"delete\",\"order_id\":" + orders.get(20) + "}]");
            world.shop().advanceClock(Duration.ofMinutes(1));
            List<String> before = world.rowVersions();

            Outcome found = verify(world);

            assertThat(found.exitCode()).as("%s", found).isEqualTo(9);
            assertThat(StreamSupport.stream(found.run().path("findings").spliterator(), false)
                            .filter(finding -> finding.path("kind").asText().startsWith("source_"))
                            .map(finding -> finding.path("kind").asText() + " "
                                    + finding.path("subject").asText()))
                    .containsExactlyInAnyOrder(
                            "source_missing " + orders.get(3),
                            "source_older " + orders.get(11),
                            "source_deleted " + orders.get(9),
                            "source_gone " + orders.get(20));
            assertThat(world.rowVersions()).as("nothing was repaired").isEqualTo(before);
            assertThat(world.sql().value("select count(*) from sync_scan_id")).isEqualTo("0");

            for (String repair : repairs(found)) {
                Outcome mended = world.start(repair.replace("./tidemark ", "").split(" "))
                        .await(LIMIT);
                assertThat(mended.exitCode()).as("%s: %s", repair, mended).isZero();
            }
            Outcome healthy = verify(world);
            assertThat(healthy.exitCode()).as("%s", healthy).isZero();
        }
    }

    private static long ledgerRows(Outcome outcome) {
        return StreamSupport.stream(outcome.run().path("days").spliterator(), false)
                .filter(day -> day.has("ledger_lines"))
                .mapToLong(day -> day.path("rows").asLong())
                .sum();
    }

    private static List<String> repairs(Outcome found) {
        Stream<JsonNode> repairs =
                StreamSupport.stream(found.run().path("repairs").spliterator(), false);
        return repairs.map(JsonNode::asText).toList();
    }

    private static Outcome verify(World world) {
        return world.start("verify", "--store", World.STORE, "--stream", World.STREAM, "--source", "-o", "json")
                .await(LIMIT);
    }
}
