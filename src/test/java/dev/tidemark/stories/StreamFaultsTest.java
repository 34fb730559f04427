package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What goes wrong while a stream is read page by page, one row a fault: the run ends as the row says and the mark stays unless
 * everything was read; the next run is complete, and the tables equal the source.
 */
@ExtendWith(Services.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamFaultsTest {
    private World world;

    @BeforeAll
    void a_shop_of_several_pages(Services services) {
        world = StreamStoriesTest.shop(services, 200);
        world.shop().change("recharge/charges", "[{\"action\":\"create\",\"count\":300}]");
        for (String stream : List.of(
                "shopify-transactions",
                "shopify-refunds",
                "shopify-fulfillments",
                "recharge-charges",
                "recharge-subscriptions")) {
            OrderSyncStoriesTest.completed(world, world.sync(stream));
        }
    }

    @AfterAll
    void end() {
        world.close();
    }

    /** In Recharge the first strike hits the request that only looks at the clock. */
    static Stream<Arguments> faults() {
        return SourceFaultsTest.everyNth(
                5,
                Stream.of(
                                "shopify-transactions, page-repeated:1, 4",
                                "shopify-transactions, cursor-loop:1, 0",
                                "shopify-transactions, page-without-cursor:1, 4",
                                "shopify-transactions, html-200, 4",
                                "shopify-transactions, html-200:2, 0",
                                "shopify-transactions, throttled:3, 0",
                                "shopify-transactions, http-429:3:0.1, 0",
                                "shopify-transactions, page-damage:bad-money:1, 3",
                                "shopify-refunds, page-repeated:1, 4",
                                "shopify-refunds, page-truncated-nested:60:refundLineItems, 0",
                                "shopify-refunds, page-without-cursor:1, 4",
                                "shopify-refunds, page-without-cursor:1:refundLineItems, 4",
                                "shopify-refunds, page-damage:bad-money:1, 3",
                                "shopify-fulfillments, page-repeated:1, 4",
                                "shopify-fulfillments, page-damage:missing-id:1, 3",
                                "recharge-charges, recharge-cursor-loop, 4",
                                "recharge-charges, recharge-cursor-loop:2, 4",
                                "recharge-charges, recharge-page-repeated:2, 4",
                                "recharge-charges, cursor-loop, 4",
                                "recharge-charges, html-200, 4",
                                "recharge-charges, html-200:2, 0",
                                "recharge-charges, empty-200:2, 0",
                                "recharge-charges, http-429:3:0.1, 0",
                                "recharge-charges, hang-up:2, 0")
                        .map(row -> Arguments.of((Object[]) row.split(", "))));
    }

    @ParameterizedTest(name = "{0} with {1} ends with {2}")
    @MethodSource("faults")
    void a_fault_ends_as_documented_and_the_next_run_makes_it_good(String stream, String fault, int exitCode) {
        Instant mark = world.watermark(stream);
        // A mark has whole seconds.
        world.shop().advanceClock(Duration.ofSeconds(2));
        change(stream);
        world.shop().fault(fault);

        Outcome outcome = world.sync(stream);

        assertThat(outcome.exitCode()).as("%s%n%s", outcome, world.history()).isEqualTo(exitCode);
        StreamTruth truth = new StreamTruth(world, stream);
        if (exitCode == 0) {
            StreamStoriesTest.assertEqual(truth);
        } else {
            assertMarkIsHeld(stream, mark, outcome);
        }
        world.shop().mend();
        OrderSyncStoriesTest.completed(world, world.sync(stream));
        StreamStoriesTest.assertEqual(truth);
        assertThat(world.watermark(stream)).isAfter(mark);
    }

    @Test
    void a_record_that_cannot_be_stored_is_set_aside_until_the_source_mends_it() {
        String stream = "recharge-subscriptions";
        Instant mark = world.watermark(stream);
        world.shop()
                .change(
                        "recharge/subscriptions",
                        "[{\"sample\":6},{\"index\":1,\"set\":{\"presentment_currency\":\"none at all\"}}]");

        Outcome partial = world.sync(stream);

        assertThat(partial.exitCode()).as("%s%n%s", partial, world.history()).isEqualTo(3);
        assertThat(partial.count("set_aside")).isEqualTo(1);
        assertMarkIsHeld(stream, mark, partial);

        world.shop().change("recharge/subscriptions", "[{\"index\":1,\"set\":{\"presentment_currency\":\"USD\"}}]");
        OrderSyncStoriesTest.completed(world, world.sync(stream));
        StreamStoriesTest.assertEqual(new StreamTruth(world, stream));
        assertThat(world.sql().rows("select state from dead_letter where stream = ?", stream))
                .containsExactly("resolved");
    }

    private void assertMarkIsHeld(String stream, Instant mark, Outcome outcome) {
        assertThat(outcome.advanced()).isFalse();
        assertThat(world.watermark(stream)).as("the mark").isEqualTo(mark);
        assertThat(outcome.heldReason()).isNotBlank();
        assertThat(outcome.run().path("failures")).isNotEmpty();
    }

    /** Changes so many records that the next run reads several pages. */
    private void change(String stream) {
        if (stream.startsWith("shopify-")) {
            world.shop().change("orders", "[{\"sample\":130}," + refunds() + "]");
        } else {
            world.shop()
                    .change(
                            "recharge/charges",
                            world.shop().truth("recharge/charges").stream()
                                    .map(charge -> "{\"id\":" + charge.path("charge_id") + "}")
                                    .collect(Collectors.joining(",", "[", "]")));
        }
    }

    /** A refund of many lines, and a delivery, each time of another order. */
    private String refunds() {
        long fresh = world.shop().truth("orders").stream()
                .filter(order -> order.path("financial_status").asText().equals("PAID"))
                .filter(order -> !order.path("line_items").isEmpty())
                .findFirst()
                .orElseThrow()
                .path("order_id")
                .asLong();
        long underway = world.shop().truth("fulfillments").stream()
                .filter(parcel -> parcel.path("delivered_at").isNull())
                .findFirst()
                .map(parcel -> parcel.path("order_id").asLong())
                .orElse(fresh);
        return "{\"action\":\"refund\",\"order_id\":" + fresh + ",\"lines\":12},"
                + "{\"action\":\"deliver\",\"order_id\":" + underway + "}";
    }
}
