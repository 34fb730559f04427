package dev.tidemark.simulator;

import java.util.ArrayList;
import java.util.List;

/**
 * A fulfillment of an order. Everything about it follows from the order; its delivery does not touch the order's update time.
 *
 * @param deliveredAt 0 while it is on its way
 * @param tracked whether the carrier told a number
 */
record Parcel(Order order, long id, int place, long createdAt, long deliveredAt, boolean tracked) {
    private static final Dice DICE = new Dice(2);
    private static final long FIRST_ID = 8_940_000_000_000_000L;

    /** All of an order, by rising id: none while it waits, sometimes two. */
    static List<Parcel> of(Order order) {
        if (!order.fulfillmentStatus().endsWith("FULFILLED")
                || order.fulfillmentStatus().equals("UNFULFILLED")) {
            return List.of();
        }
        int count = DICE.percent(10, order.number(), 1) ? 2 : 1;
        long packed = order.closedAt() > 0 ? order.closedAt() : order.createdAt();
        List<Parcel> parcels = new ArrayList<>(count);
        for (int place = 0; place < count; place++) {
            parcels.add(new Parcel(
                    order,
                    FIRST_ID + order.number() * 8 + place,
                    place,
                    packed,
                    order.deliveredAt(),
                    !DICE.percent(5, order.number(), 2)));
        }
        return parcels;
    }

    long updatedAt() {
        return Math.max(createdAt, deliveredAt);
    }

    String name() {
        return order.name() + "-F" + (place + 1);
    }

    String displayStatus() {
        return deliveredAt > 0 ? "DELIVERED" : "IN_TRANSIT";
    }

    String carrier() {
        return DICE.percent(60, order.number(), 3) ? "UPS" : "DHL Express";
    }

    String trackingNumber() {
        return "1Z%012d".formatted(DICE.belowLong(1_000_000_000_000L, id, 4));
    }
}
