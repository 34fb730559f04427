package dev.tidemark.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The orders a shop begins with, computed from its seed, any one without the others, so that ten million need no memory.
 *
 * <p>They lie in the 120 days before the shop's start, with busy evenings. About a third repeat a subscription. An order is
 * paid, packed at the next of six daily packing times (so that many share a second), and sometimes edited, cancelled or
 * refunded; what would happen after the shop's start does not happen.
 */
final class OrderGenerator implements Origin<Order> {
    /** More would leave the ranges of ids. */
    static final long MOST_ORDERS = 15_000_000;
    /** Order numbers begin after it, as the vendor's do. */
    static final long NUMBERS_AFTER = 1_000;

    private static final long DAY = 86_400_000;
    private static final long HOUR = 3_600_000;
    private static final long SPAN = 120 * DAY;
    private static final long PACKING_EVERY = 4 * HOUR;
    // Ids lie just below 2^53 = 9,007,199,254,740,992: a reader that goes through doubles still must not lose them.
    private static final long FIRST_ORDER_ID = 9_005_000_000_000_000L;
    private static final long ORDER_ID_STEP = 33_554;
    private static final long FIRST_LINE_ID = 9_006_000_000_000_000L;
    private static final long LINE_IDS_PER_ORDER = 65_536;
    private static final long LINE_ID_STEP = 4_096;
    private static final int ADDED_LINE_SLOT = 12;
    private static final int FREE_LINE_SLOT = 14;

    private enum Event {
        CREATED,
        PAID,
        EDITED,
        PACKED,
        REFUNDED,
        CANCELLED,
        TOUCHED
    }

    private record Moment(Event event, long at) {}

    private final Dice dice;
    private final long count;
    private final long start;
    private final ProductRange range;
    private final CustomerGenerator customers;
    private final RefundGenerator refundGenerator;
    private final long sameSecond;

    /** @param sameSecond so many orders share one update time */
    OrderGenerator(
            Dice dice, long count, long startMillis, ProductRange range, CustomerGenerator customers, long sameSecond) {
        this.dice = dice;
        this.count = count;
        this.start = startMillis;
        this.range = range;
        this.customers = customers;
        this.refundGenerator = new RefundGenerator(dice, range);
        this.sameSecond = sameSecond;
    }

    /** The last whole second before a time, in which records that share their update time were changed. */
    static long secondBefore(long millis) {
        return Math.floorDiv(millis - 1, 1_000) * 1_000;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public long id(long index) {
        return FIRST_ORDER_ID + index * ORDER_ID_STEP + dice.below(32_768, index, 1);
    }

    @Override
    public long indexFrom(long id) {
        long index = Math.max(0, Math.min(count, (id - FIRST_ORDER_ID) / ORDER_ID_STEP));
        return index < count && id(index) < id ? index + 1 : index;
    }

    @Override
    public long updatedAt(long index) {
        if (index < sameSecond) {
            return secondBefore(start);
        }
        long last = 0;
        long created = createdAt(index);
        for (Event event : Event.values()) {
            last = Math.max(last, at(event, index, created));
        }
        return last;
    }

    @Override
    public Order current(long index) {
        List<Moment> moments = moments(index);
        return version(index, moments, moments.size());
    }

    @Override
    public List<Order> versions(long index) {
        List<Moment> moments = moments(index);
        List<Order> versions = new ArrayList<>();
        for (int upTo = 1; upTo <= moments.size(); upTo++) {
            versions.add(version(index, moments, upTo));
        }
        return versions;
    }

    /** How many customers subscribe, some of them without an order yet. */
    long subscribers() {
        return count == 0 ? 0 : customers.subscribers();
    }

    /** The subscriber's id as a customer of the shop. */
    long customerId(long subscriber) {
        return customers.id(subscriber);
    }

    boolean repeatsSubscription(long index) {
        return dice.percent(35, index, 30);
    }

    /** Whose subscription the order repeats, if it repeats one. */
    long subscriberOf(long index) {
        return customers.subscriberOf(index);
    }

    /** What every order of the subscriber holds, unless somebody edits it. */
    List<Order.Line> subscribedLines(long subscriber) {
        return lines(0, customerId(subscriber), true, false);
    }

    String emailOf(long subscriber) {
        return customers.email(customerId(subscriber));
    }

    long refundedAt(long index) {
        return at(Event.REFUNDED, index, createdAt(index));
    }

    long cancelledAt(long index) {
        return at(Event.CANCELLED, index, createdAt(index));
    }

    long createdAt(long index) {
        double place = (index + dice.below(1_000, index, 2) / 1_000.0) / Math.max(1, count);
        double days = place * 120;
        double busyEvenings = Math.sin(2 * Math.PI * days) * 0.9 / (2 * Math.PI);
        double busyWeekends = Math.sin(2 * Math.PI * days / 7) * 0.05;
        double day = Math.max(0, Math.min(119.999, days + busyEvenings + busyWeekends));
        // The created times rise with the index except at the edges, where they are clamped; nothing relies on it.
        return start - SPAN + (long) (day * DAY) + dice.below(1_000, index, 3);
    }

    /** When the event happens to the order, or 0 when it does not happen before the shop's start. */
    private long at(Event event, long index, long created) {
        long at =
                switch (event) {
                    case CREATED -> created;
                    case PAID ->
                        dice.percent(12, index, 11) ? created + 60_000 + dice.belowLong(2 * HOUR, index, 12) : 0;
                    case EDITED ->
                        dice.percent(10, index, 13) ? created + HOUR + dice.belowLong(2 * DAY, index, 14) : 0;
                    // Whole packing times: orders packed together share the second of their updated_at.
                    case PACKED ->
                        dice.percent(92, index, 15)
                                ? (created / PACKING_EVERY + 2) * PACKING_EVERY + dice.below(1_000, index, 16)
                                : 0;
                    case REFUNDED ->
                        dice.percent(5, index, 17) ? created + DAY + dice.belowLong(25 * DAY, index, 18) : 0;
                    case CANCELLED -> dice.percent(3, index, 19) ? created + dice.belowLong(DAY, index, 20) + 1_000 : 0;
                    // Comes after all others, whatever their time.
                    case TOUCHED -> 0;
                };
        return at >= start ? 0 : at;
    }

    private List<Moment> moments(long index) {
        long created = createdAt(index);
        List<Moment> moments = new ArrayList<>(4);
        for (Event event : Event.values()) {
            long at = at(event, index, created);
            if (at > 0) {
                moments.add(new Moment(event, at));
            }
        }
        if (moments.size() > 1) {
            moments.sort((a, b) -> Long.compare(a.at(), b.at()));
        }
        if (index < sameSecond) {
            moments.add(new Moment(Event.TOUCHED, secondBefore(start)));
        }
        return moments;
    }

    private Order version(long index, List<Moment> moments, int upTo) {
        boolean subscription = repeatsSubscription(index);
        long customer = customers.customer(index, subscription);
        String financial = moments.stream().anyMatch(moment -> moment.event() == Event.PAID) ? "PENDING" : "PAID";
        String fulfillment = "UNFULFILLED";
        long cancelledAt = 0;
        long closedAt = 0;
        boolean edited = false;
        long refundedAt = 0;
        for (Moment moment : moments.subList(0, upTo)) {
            switch (moment.event()) {
                case CREATED, TOUCHED -> {}
                case PAID -> financial = "PAID";
                case EDITED -> edited = true;
                case PACKED -> {
                    fulfillment = "FULFILLED";
                    closedAt = moment.at();
                }
                case REFUNDED -> {
                    refundedAt = moment.at();
                    financial = "PARTIALLY_REFUNDED";
                }
                case CANCELLED -> {
                    cancelledAt = moment.at();
                    financial = "REFUNDED";
                }
            }
        }
        List<Order.Line> lines = lines(index, subscription ? customer : index, subscription, edited);
        long updatedAt = moments.get(upTo - 1).at();
        int taxPerMille = dice.percent(70, customer, 31) ? 0 : 50 + dice.below(150, customer, 32);
        List<Refund> refunds = refundedAt == 0
                ? List.of()
                : List.of(refundGenerator.of(
                        index,
                        NUMBERS_AFTER + 1 + index,
                        refundedAt,
                        lines.get(0),
                        taxPerMille,
                        FIRST_LINE_ID + index * LINE_IDS_PER_ORDER + FREE_LINE_SLOT * LINE_ID_STEP));
        return new Order(
                id(index),
                NUMBERS_AFTER + 1 + index,
                updatedAt,
                updatedAt,
                updatedAt,
                moments.get(0).at(),
                cancelledAt,
                closedAt,
                0,
                financial,
                fulfillment,
                customer,
                customers.email(customer == 0 ? index : customer),
                subscription,
                "",
                currency(customer),
                taxPerMille,
                dice.percent(60, index, 33) ? 0 : 495,
                refunds.isEmpty() ? 0 : lines.get(0).total(),
                deliveredAt(index, closedAt),
                lines,
                refunds);
    }

    /** Parcels arrive without a new version of their order. */
    private long deliveredAt(long index, long packedAt) {
        if (packedAt == 0 || dice.percent(10, index, 42)) {
            return 0;
        }
        long at = packedAt + DAY + dice.belowLong(4 * DAY, index, 43);
        return at >= start ? 0 : at;
    }

    private Currency currency(long customer) {
        int chance = dice.below(100, customer, 39);
        return chance < 78 ? Currency.SHOP : Currency.FOREIGN.get(chance % Currency.FOREIGN.size());
    }

    /** A subscription sends the same things each time, so its lines are decided by the customer. */
    private List<Order.Line> lines(long index, long subject, boolean subscription, boolean edited) {
        int lineCount = 1 + dice.below(5, subject, 40);
        List<Order.Line> lines = new ArrayList<>(lineCount + 1);
        for (int slot = 0; slot < lineCount; slot++) {
            lines.add(line(index, subject, slot, subscription));
        }
        if (edited) {
            switch (dice.below(3, index, 41)) {
                case 0 -> lines.set(0, lines.get(0).withQuantity(lines.get(0).quantity() + 1));
                case 1 -> lines.add(line(index, index, ADDED_LINE_SLOT, false));
                default -> {
                    if (lines.size() > 1) {
                        lines.remove(lines.size() - 1);
                    }
                }
            }
        }
        return lines;
    }

    private Order.Line line(long index, long subject, int slot, boolean subscription) {
        int question = 50 + 10 * slot;
        Product.Choice choice = range.choose(dice, subject, question);
        boolean discontinued = dice.below(400, subject, question + 2) == 0;
        int quantity = dice.percent(75, subject, question + 3) ? 1 : 2 + dice.below(3, subject, question + 4);
        long price = choice.variant().price();
        long discount = subscription ? price * quantity / 10 : 0;
        return new Order.Line(
                FIRST_LINE_ID
                        + index * LINE_IDS_PER_ORDER
                        + slot * LINE_ID_STEP
                        + dice.below(4_000, index, question + 5),
                discontinued ? Optional.empty() : Optional.of(choice),
                choice.product().title(),
                choice.variant().title(),
                choice.variant().sku(),
                quantity,
                quantity,
                price,
                discount);
    }
}
