package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.simulator.SimulatorOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every declared stream but the orders': the tables equal the source after each run, whatever happened in between. */
@ExtendWith(Services.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamStoriesTest {
    private static final int MANY = 10_000;
    private World world;

    @BeforeAll
    void a_shop_that_was_never_read(Services services) {
        world = shop(services, 900);
    }

    @AfterAll
    void end() {
        world.close();
    }

    /** A shop with its subscription app, which lets itself be asked as often as one likes. */
    static World shop(Services services, int orders) {
        World world = World.around(
                        services,
                        SimulatorOptions.builder()
                                .orders(orders)
                                .restoreRate(2_000)
                                .bulkTakes(Duration.ofMillis(10), Duration.ofMillis(20))
                                .build())
                .withRecharge()
                // Nothing is too old to be read.
                .set("TIDEMARK_SYNC_FLOOR", "3650d")
                .set("TIDEMARK_SYNC_CHUNK_LINES", "500")
                .set("TIDEMARK_HTTP_RETRY_DELAY", "5ms");
        world.shop().change("recharge/bucket", "{\"size\":1000000,\"leak_per_second\":100000}");
        return world;
    }

    static List<String> streams() {
        return StreamTruth.streams();
    }

    @ParameterizedTest
    @MethodSource("streams")
    void the_tables_equal_the_source_after_the_first_day_and_after_the_second(String stream) {
        StreamTruth truth = new StreamTruth(world, stream);
        OrderSyncStoriesTest.completed(world, world.sync(stream));
        assertEqual(truth);
        Map<String, String> before = truth.contents();

        new DayOfEdits(world).play(stream);
        Outcome second = OrderSyncStoriesTest.completed(world, world.sync(stream));

        assertEqual(truth);
        Set<String> changed = truth.toBeWritten(before, truth.contents());
        assertThat(changed).as("rows that the day changed").isNotEmpty();
        assertThat(truth.writtenBy(second)).as("rows that were written").isEqualTo(changed);
        assertThat(second.count("written")).as("%s", second).isEqualTo(changed.size());
        assertThat(second.count("set_aside")).isZero();

        Outcome third = OrderSyncStoriesTest.completed(world, world.sync(stream));
        assertThat(third.count("written")).as("nothing has changed: %s", third).isZero();
        assertEqual(truth);
    }

    @ParameterizedTest(name = "{0} goes on after page {1}")
    @CsvSource({"shopify-transactions, 2, graphql, transactions(first", "recharge-charges, 2, recharge/charges, 250"})
    void a_run_that_dies_between_two_pages_goes_on_with_the_next_one(
            String stream, int page, String path, String question, Services services) {
        try (World world = shop(services, 300)) {
            world.shop().change("recharge/charges", "[{\"action\":\"create\",\"count\":700}]");
            dieAfterPage(world, stream, page);
            int pages = diedWithPages(world, page);

            OrderSyncStoriesTest.completed(world, world.sync(stream));

            assertEqual(new StreamTruth(world, stream));
            List<String> read = world.sql()
                    .rows("select page_number, epoch = min(epoch) over () from sync_page order by page_number");
            assertThat(read).hasSizeGreaterThan(pages + 1);
            assertThat(read.subList(0, pages)).allMatch(each -> each.endsWith("|t"));
            assertThat(read.subList(pages, read.size())).allMatch(each -> each.endsWith("|f"));
            assertThat(world.shop().requests().stream()
                            .filter(request -> request.path("path").asText().contains(path))
                            .filter(request -> (request.path("query")
                                                    .path("limit")
                                                    .asText()
                                            + request.path("body").asText())
                                    .contains(question)))
                    .as("each page is asked for once")
                    .hasSize(read.size());
            assertThat(world.sql().value("select count(*) from sync_run")).isEqualTo("1");
        }
    }

    @Test
    void ten_thousand_records_of_one_second_survive_a_crash_between_their_pages(Services services) {
        try (World world = shop(services, 300)) {
            String stream = "recharge-customers";
            StreamTruth truth = new StreamTruth(world, stream);
            OrderSyncStoriesTest.completed(world, world.sync(stream));
            long few = truth.rows();
            String second = services.startedAt().toString();
            world.shop()
                    .change(
                            "recharge/customers",
                            "[{\"action\":\"create\",\"count\":" + MANY + ",\"updated_at\":\"" + second + "\"}]");
            dieAfterPage(world, stream, 20);

            Outcome run = OrderSyncStoriesTest.completed(world, world.sync(stream));

            assertEqual(truth);
            assertThat(truth.rows()).isEqualTo(few + MANY);
            assertThat(run.count("written")).as("%s", run).isEqualTo(MANY);
            assertThat(world.sql()
                            .value(
                                    "select sum(p.roots) from sync_page p where p.run_id = cast(? as uuid)",
                                    run.runId()))
                    .as("records on all pages, those of the overlap included")
                    .isEqualTo(Long.toString(MANY + run.count("unchanged")));
        }
    }

    private static void dieAfterPage(World world, String stream, int page) {
        die(world, stream, "after direct:fetch-commit-page " + page);
    }

    /** Reads a stream in a process of its own that halts at a place, as {@link HaltInside#VARIABLE} names it. */
    static void die(World world, String stream, String place) {
        HaltInside.overlayIn(world.directory()).forEach(world::overlay);
        world.set(HaltInside.VARIABLE, place);
        Outcome halted = world.startSync(stream).await(Duration.ofMinutes(2));
        assertThat(halted.exitCode()).as("halted: %s", halted).isEqualTo(HaltInside.EXIT_CODE);
        world.withoutOverlay();
    }

    private static int diedWithPages(World world, int expected) {
        assertThat(world.sql().value("select count(*) from sync_page")).isEqualTo(Integer.toString(expected));
        return expected;
    }

    static void assertEqual(StreamTruth truth) {
        List<String> differences = truth.differences();
        assertThat(new TreeSet<>(differences).stream().limit(20).toList())
                .as("%d differences", differences.size())
                .isEmpty();
    }
}
