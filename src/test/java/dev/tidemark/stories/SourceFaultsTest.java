package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything a source can do wrong, one row a fault. Each row changes some orders, lets the fault loose on one run, and then
 * runs again without it: the first must end as the row says and never move the mark unless it is complete, the second must
 * bring everything.
 */
@ExtendWith(Services.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SourceFaultsTest {
    private World world;

    @BeforeAll
    void a_shop_that_is_up_to_date(Services services) {
        world = World.with(services, shop -> shop);
        world.set("TIDEMARK_HTTP_RETRY_DELAY", "5ms");
        OrderSyncStoriesTest.completed(world, world.sync());
    }

    @AfterAll
    void end() {
        world.close();
    }

    @ParameterizedTest(name = "{0} ends with {1}")
    @MethodSource({"survived", "setAside", "refused"})
    void a_fault_ends_as_documented_and_the_next_run_makes_it_good(String fault, int exitCode) {
        world.shop().edit(12);
        Instant mark = world.watermark();
        world.shop().fault(fault);

        Outcome outcome = world.sync();

        assertThat(outcome.exitCode()).as("%s%n%s", outcome, world.history()).isEqualTo(exitCode);
        if (exitCode != 0) {
            assertThat(outcome.advanced()).isFalse();
            assertThat(world.watermark()).as("the mark").isEqualTo(mark);
            assertThat(outcome.watermark()).as("the mark as the run tells it").isEqualTo(mark);
            assertThat(outcome.heldReason()).isNotBlank();
            assertThat(outcome.run().path("failures")).isNotEmpty();
        }
        OrderSyncStoriesTest.assertHolds(world, Oracle.always());

        world.shop().mend();
        Outcome next = world.sync();
        if (next.exitCode() == 3) {
            world.discardDeadLetters();
            next = world.sync();
        }
        OrderSyncStoriesTest.completed(world, next);
        OrderSyncStoriesTest.assertHolds(world, Oracle.all());
    }

    /** What passes, or does no harm. */
    static Stream<Arguments> survived() {
        return chosen(Stream.of(
                        "http-429:2:0.1",
                        "http-429:1:none",
                        "http-500:2",
                        "http-502:2",
                        "http-503:2:0.1",
                        "http-504:1",
                        "html-200:2",
                        "empty-200:1",
                        "throttled:2:900",
                        "graphql-error:2",
                        "hang-up:2",
                        "submit-lost:1",
                        "slot-busy::2",
                        "limit-reached:2",
                        "download-429:1:0.1",
                        "download-500:2",
                        "download-503:1:0.1",
                        "download-expired:1",
                        "download-403:1",
                        "download-404:1",
                        "download-truncated:50%:1",
                        "download-truncated:0:1",
                        "download-truncated:99%:1",
                        "download-reset:50%:1",
                        "download-html:1",
                        "download-chunked",
                        "download-short:50%:1",
                        "gzip-corrupt:1",
                        "shuffle-children",
                        "missing-final-newline",
                        "crlf",
                        "money-as-number:3",
                        "duplicate-older:3",
                        "duplicate-newer:3")
                .map(fault -> Arguments.of(fault, 0)));
    }

    /** What is set aside: all the rest is written, and the mark stays. */
    static Stream<Arguments> setAside() {
        return chosen(Stream.of(
                        "orphan-children:2",
                        "bad-money:3",
                        "nul:2",
                        "lone-surrogate:2",
                        "bad-utf8:2",
                        "huge-number:1",
                        "huge-exponent:1",
                        "deep-nesting:1",
                        "unknown-type:2",
                        "missing-id:1",
                        "null-updated-at:2",
                        "missing-updated-at:2",
                        "future-updated-at:2",
                        "infinite-updated-at:2",
                        "no-offset-updated-at:2")
                .map(fault -> Arguments.of(fault, 3)));
    }

    /** What ends the run as failed. */
    static Stream<Arguments> refused() {
        return chosen(Stream.of(
                        "http-401",
                        "http-402",
                        "http-403",
                        "http-404",
                        "http-423",
                        "http-503",
                        "html-200",
                        "redirect",
                        "fall-forward",
                        "shop-alias",
                        "search-warning",
                        "missing-scope:read_orders",
                        "access-denied",
                        "bulk-failed",
                        "bulk-failed-partial",
                        "bulk-canceled",
                        "bulk-canceled-with-url",
                        "bulk-expired",
                        "completed-without-url",
                        "count-mismatch:1",
                        "count-mismatch:-1",
                        "root-count-mismatch:1",
                        "size-mismatch:1",
                        "size-mismatch:-1",
                        "url-elsewhere",
                        "url-elsewhere:http://localhost:1/",
                        "url-elsewhere:http://2130706433:1/",
                        "url-elsewhere:http://[::1]:1/",
                        "url-elsewhere:file:///etc/passwd",
                        "download-redirect",
                        "download-short:50%",
                        "download-truncated:50%",
                        "download-html",
                        "download-500",
                        "gzip-corrupt",
                        "malformed-line:first",
                        "malformed-line:middle",
                        "malformed-line:last")
                .map(fault -> Arguments.of(fault, 4)));
    }

    private static Stream<Arguments> chosen(Stream<Arguments> faults) {
        return everyNth(7, faults);
    }

    /** In the short suite only every n-th fault is played; the long stories play them all. */
    static Stream<Arguments> everyNth(int n, Stream<Arguments> faults) {
        List<Arguments> all = faults.toList();
        int step = "short".equals(System.getProperty("stories.matrix", "short")) ? n : 1;
        return IntStream.range(0, all.size()).filter(place -> place % step == 0).mapToObj(all::get);
    }
}
