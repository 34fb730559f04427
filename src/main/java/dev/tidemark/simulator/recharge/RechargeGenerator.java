package dev.tidemark.simulator.recharge;

import dev.tidemark.simulator.Dice;
import dev.tidemark.simulator.SubscriptionOrders;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The records the app begins with, computed from the shop's seed, any one without the others. A record has a place among
 * those of its kind; some places are empty. Times are seconds.
 *
 * <p>A customer has one address or two and a subscription for each thing that is sent. Every order of the shop that repeats a
 * subscription has a charge and an order here; a customer with an active subscription has a charge that is still to come.
 */
final class RechargeGenerator {
    /** A subscriber's order has at most so many lines. */
    private static final int MOST_LINES = 5;

    private static final int ID_STEP = 7;
    private static final long DAY = Duration.ofDays(1).toSeconds();
    private static final long FULFILLED_EVERY = Duration.ofHours(4).toSeconds();
    private static final String[] STREETS = {"Harbor", "Tide", "Mill", "Orchard", "Station", "Quai de l'Île", "Beach"};
    private static final String[][] CITIES = {
        {"Portland", "Maine", "04101"},
        {"Salem", "Massachusetts", "01970"},
        {"Astoria", "Oregon", "97103"},
        {"Duluth", "Minnesota", "55802"},
        {"Cañon City", "Colorado", "81212"}
    };
    private static final int[] EVERY_DAYS = {30, 30, 30, 60, 90, 14};

    private final Dice dice;
    private final SubscriptionOrders shop;
    private final long start;
    private final long newestSubscriber;
    private final long doubledHour;
    private final long missingHour;
    private final long earlierDoubledHour;
    private final long earlierMissingHour;
    private final Map<Kind, Long> placesOfOneSecond = new EnumMap<>(Kind.class);

    /** @param sameSecond so many records of each kind share one update time */
    RechargeGenerator(Dice dice, SubscriptionOrders shop, long startSeconds, long sameSecond) {
        this.dice = dice;
        this.shop = shop;
        this.start = startSeconds;
        // The shop's orders lie in the 120 days before its start, and each repeats a subscription that was there.
        this.newestSubscriber = startSeconds - 121 * DAY;
        this.doubledHour = ClockChanges.doubledHalfPastOne(startSeconds);
        this.missingHour = ClockChanges.halfPastOneBeforeMissing(startSeconds);
        this.earlierDoubledHour = ClockChanges.doubledHalfPastOne(newestSubscriber);
        this.earlierMissingHour = ClockChanges.halfPastOneBeforeMissing(newestSubscriber);
        for (Kind kind : Kind.values()) {
            long place = 0;
            for (long found = 0; found < sameSecond && place < places(kind); place++) {
                found += exists(kind, place) ? 1 : 0;
            }
            placesOfOneSecond.put(kind, place);
        }
    }

    long places(Kind kind) {
        long subscribers = shop.subscribers();
        return switch (kind) {
            case CUSTOMERS -> subscribers;
            case ADDRESSES -> subscribers + subscribers / 5;
            case SUBSCRIPTIONS -> subscribers * MOST_LINES;
            case CHARGES -> shop.orders() + subscribers;
            case ORDERS -> shop.orders();
        };
    }

    boolean exists(Kind kind, long place) {
        return switch (kind) {
            case CUSTOMERS, ADDRESSES -> true;
            case SUBSCRIPTIONS ->
                place % MOST_LINES < shop.lines(place / MOST_LINES).size();
            case CHARGES -> place < shop.orders() ? shop.repeatsSubscription(place) : hasActive(place - shop.orders());
            case ORDERS -> shop.repeatsSubscription(place);
        };
    }

    /** Rises with the place. */
    long id(Kind kind, long place) {
        return kind.firstId() + place * ID_STEP + dice.below(ID_STEP, place, 1_000 + kind.ordinal());
    }

    OptionalLong placeOf(Kind kind, long id) {
        long place = Math.floorDiv(id - kind.firstId(), ID_STEP);
        return place >= 0 && place < places(kind) && id(kind, place) == id && exists(kind, place)
                ? OptionalLong.of(place)
                : OptionalLong.empty();
    }

    long createdAt(Kind kind, long place) {
        return switch (kind) {
            case CUSTOMERS -> subscribedAt(place);
            case ADDRESSES ->
                place < shop.subscribers()
                        ? subscribedAt(place)
                        : soonAfter(subscribedAt(ownerOfAddress(place)), place, 1_010);
            case SUBSCRIPTIONS ->
                place % MOST_LINES == 0
                        ? subscribedAt(place / MOST_LINES)
                        : soonAfter(subscribedAt(place / MOST_LINES), place, 1_011);
            case CHARGES ->
                place < shop.orders()
                        ? processedAt(place) - dice.belowLong(3 * DAY, place, 1_012)
                        : start - 60 - dice.belowLong(25 * DAY, place, 1_013);
            case ORDERS -> processedAt(place) + 1;
        };
    }

    /** Much cheaper than the record itself. */
    long updatedAt(Kind kind, long place) {
        long created = createdAt(kind, place);
        if (place < placesOfOneSecond.get(kind)) {
            return start - 1;
        }
        return switch (kind) {
            case CUSTOMERS, ADDRESSES, SUBSCRIPTIONS -> touchedAt(kind, place, created);
            case CHARGES ->
                place < shop.orders()
                        ? afterOrder(kind, place, processedAt(place))
                        : dice.percent(20, place, 1_021)
                                ? created + dice.belowLong(start - created, place, 1_022)
                                : created;
            case ORDERS -> afterOrder(kind, place, created);
        };
    }

    Entry entry(Kind kind, long place) {
        long updatedAt = updatedAt(kind, place);
        Map<String, Object> values =
                switch (kind) {
                    case CUSTOMERS -> customer(place);
                    case ADDRESSES -> address(place);
                    case SUBSCRIPTIONS -> subscription(place, updatedAt);
                    case CHARGES -> place < shop.orders() ? charge(place) : comingCharge(place - shop.orders());
                    case ORDERS -> order(place);
                };
        return new Entry(
                id(kind, place), updatedAt * 1_000, updatedAt * 1_000, createdAt(kind, place), updatedAt, 0, values);
    }

    private long ownerOfAddress(long place) {
        return place < shop.subscribers() ? place : (place - shop.subscribers()) * 5;
    }

    private long subscribedAt(long subscriber) {
        long second = 3_600L * dice.below(2, subscriber, 1_031);
        return switch (dice.below(16, subscriber, 1_030)) {
            case 3 -> earlierDoubledHour + second;
            case 11 -> earlierMissingHour + second;
            default -> newestSubscriber - dice.belowLong(600 * DAY, subscriber, 1_032);
        };
    }

    private long soonAfter(long moment, long place, int question) {
        return Math.min(newestSubscriber, moment + dice.belowLong(40 * DAY, place, question));
    }

    private long touchedAt(Kind kind, long place, long created) {
        int question = 1_040 + 10 * kind.ordinal();
        int chance = dice.below(100, place, question);
        long second = 3_600L * dice.below(2, place, question + 1);
        long at = created;
        if (chance < 5) {
            at = doubledHour + second;
        } else if (chance < 10) {
            at = missingHour + second;
        } else if (chance < 25) {
            // A nightly job of the app: everything it changes bears the same second.
            at = (start / DAY - 1 - dice.below(90, place, question + 2)) * DAY + 7 * 3_600;
        } else if (chance < 70) {
            at = created + dice.belowLong(start - created, place, question + 3);
        }
        return Math.max(created, at);
    }

    private long processedAt(long place) {
        return shop.createdAt(place) / 1_000 - 2;
    }

    private long afterOrder(Kind kind, long place, long done) {
        long undone = Math.max(shop.cancelledAt(place), shop.refundedAt(place)) / 1_000;
        if (undone > 0) {
            return Math.max(done, undone);
        }
        int question = 1_100 + 10 * kind.ordinal();
        int chance = dice.below(100, place, question);
        long fulfilled = (done / FULFILLED_EVERY + 2) * FULFILLED_EVERY;
        if (chance < 20 && fulfilled < start) {
            return fulfilled;
        }
        long doubled = doubledHour + 3_600L * dice.below(2, place, question + 1);
        return chance < 26 && doubled > done ? doubled : done + dice.below(5, place, question + 2);
    }

    private boolean hasActive(long subscriber) {
        for (int slot = 0; slot < shop.lines(subscriber).size(); slot++) {
            if (status(subscriber * MOST_LINES + slot).equals("active")) {
                return true;
            }
        }
        return false;
    }

    private String status(long subscription) {
        int chance = dice.below(100, subscription, 1_200);
        if (chance < 70) {
            return "active";
        }
        return chance < 95 ? "cancelled" : "expired";
    }

    private Map<String, Object> customer(long subscriber) {
        int total = shop.lines(subscriber).size();
        int active = 0;
        for (int slot = 0; slot < total; slot++) {
            active += status(subscriber * MOST_LINES + slot).equals("active") ? 1 : 0;
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("email", shop.email(subscriber));
        values.put("first_name", firstName(subscriber));
        values.put("last_name", lastName(subscriber));
        values.put("phone", null);
        values.put("external_customer_id", Value.External.of(shop.customerId(subscriber)));
        values.put("hash", hash(subscriber));
        values.put("first_charge_processed_at", new Value.Time(subscribedAt(subscriber) + 60));
        values.put("has_payment_method_in_dunning", dice.percent(3, subscriber, 1_210));
        values.put("has_valid_payment_method", true);
        values.put("subscriptions_active_count", active);
        values.put("subscriptions_total_count", total);
        values.put("tax_exempt", false);
        return values;
    }

    private Map<String, Object> address(long place) {
        long subscriber = ownerOfAddress(place);
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("customer_id", id(Kind.CUSTOMERS, subscriber));
        values.putAll(postal(place));
        values.put("payment_method_id", null);
        values.put("order_note", null);
        values.put("presentment_currency", "USD");
        values.put("discounts", List.of());
        values.put("shipping_lines_conserved", List.of());
        return values;
    }

    private Map<String, Object> postal(long place) {
        long subscriber = ownerOfAddress(place);
        String[] city = CITIES[dice.below(CITIES.length, place, 1_220)];
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("first_name", firstName(subscriber));
        values.put("last_name", lastName(subscriber));
        values.put("company", null);
        values.put(
                "address1",
                1 + dice.below(400, place, 1_221) + " " + STREETS[dice.below(STREETS.length, place, 1_222)]
                        + " Street");
        values.put("address2", dice.percent(80, place, 1_223) ? null : "Apt " + (1 + dice.below(40, place, 1_224)));
        values.put("city", city[0]);
        values.put("province", city[1]);
        values.put("zip", city[2]);
        values.put("country_code", "US");
        values.put("phone", null);
        return values;
    }

    private Map<String, Object> subscription(long place, long updatedAt) {
        long subscriber = place / MOST_LINES;
        SubscriptionOrders.Line line = shop.lines(subscriber).get((int) (place % MOST_LINES));
        String status = status(place);
        int days = EVERY_DAYS[dice.below(EVERY_DAYS.length, subscriber, 1_230)];
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("address_id", id(Kind.ADDRESSES, subscriber));
        values.put("customer_id", id(Kind.CUSTOMERS, subscriber));
        values.put("status", status);
        values.put("product_title", line.title());
        values.put("variant_title", line.variantTitle());
        values.put("sku", line.sku());
        values.put("sku_override", false);
        values.put("external_product_id", Value.External.of(line.productId()));
        values.put("external_variant_id", Value.External.of(line.variantId()));
        values.put("price", new Value.Money(line.unitPrice() - line.unitPrice() / 10));
        values.put("quantity", line.quantity());
        values.put("presentment_currency", "USD");
        values.put("charge_interval_frequency", days);
        values.put("order_interval_frequency", days);
        values.put("order_interval_unit", "day");
        values.put("order_day_of_month", null);
        values.put("order_day_of_week", null);
        values.put(
                "next_charge_scheduled_at",
                status.equals("active") ? new Value.Day(start / DAY + 1 + dice.below(days, subscriber, 1_231)) : null);
        values.put("cancelled_at", status.equals("cancelled") ? new Value.Time(updatedAt) : null);
        values.put("cancellation_reason", status.equals("cancelled") ? "Too \"much\" of it" : null);
        values.put("cancellation_reason_comments", null);
        values.put("expire_after_specific_number_of_charges", status.equals("expired") ? 6 : null);
        values.put("has_queued_charges", status.equals("active"));
        values.put("is_prepaid", false);
        values.put("is_skippable", true);
        values.put("is_swappable", false);
        values.put("max_retries_reached", false);
        values.put("properties", List.of());
        return values;
    }

    private Map<String, Object> charge(long place) {
        SubscriptionOrders.Placed placed = shop.placed(place);
        long processed = processedAt(place);
        boolean cancelled = shop.cancelledAt(place) > 0;
        boolean refunded = shop.refundedAt(place) > 0;
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("address_id", id(Kind.ADDRESSES, placed.subscriber()));
        values.put("customer", customerOf(placed.subscriber()));
        values.put("external_order_id", Value.External.of(placed.orderId()));
        values.put("status", cancelled ? "refunded" : refunded ? "partially_refunded" : "success");
        values.put("type", "recurring");
        values.put("scheduled_at", dayOf(processed));
        values.put("processed_at", new Value.Time(processed));
        values.put("retry_date", null);
        values.put("error", null);
        values.put("error_type", null);
        long total = putTotals(values, placed.subscriber(), placed.lines(), placed.tax(), placed.shipping());
        values.put("total_refunds", new Value.Money(refunded(place, total)));
        putRest(values, placed.subscriber());
        return values;
    }

    /** What went back of an order and of the charge that it came from. */
    private long refunded(long place, long total) {
        if (shop.cancelledAt(place) > 0) {
            return total;
        }
        return shop.refundedAt(place) > 0 ? shop.placed(place).lines().get(0).total() : 0;
    }

    private Map<String, Object> comingCharge(long subscriber) {
        int chance = dice.below(100, subscriber, 1_240);
        boolean failed = chance < 6;
        long day = start / DAY + (failed ? -1 : 1 + dice.below(25, subscriber, 1_241));
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("address_id", id(Kind.ADDRESSES, subscriber));
        values.put("customer", customerOf(subscriber));
        values.put("external_order_id", Value.External.of(0));
        values.put("status", failed ? "error" : chance < 10 ? "skipped" : "queued");
        values.put("type", "recurring");
        values.put("scheduled_at", new Value.Day(day));
        values.put("processed_at", null);
        values.put("retry_date", failed ? new Value.Day(day + 3) : null);
        values.put("error", failed ? "Your card was declined." : null);
        values.put("error_type", failed ? "CARD_DECLINED" : null);
        putTotals(values, subscriber, shop.lines(subscriber), 0, 0);
        values.put("total_refunds", new Value.Money(0));
        putRest(values, subscriber);
        return values;
    }

    private Map<String, Object> order(long place) {
        SubscriptionOrders.Placed placed = shop.placed(place);
        long processed = processedAt(place);
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("address_id", id(Kind.ADDRESSES, placed.subscriber()));
        values.put("customer", customerOf(placed.subscriber()));
        values.put("charge", mapOf("id", id(Kind.CHARGES, place)));
        values.put("external_order_id", Value.External.of(placed.orderId()));
        values.put("external_order_name", new Value.External("#" + placed.number()));
        values.put("external_order_number", Value.External.of(placed.number()));
        values.put("status", shop.cancelledAt(place) > 0 ? "cancelled" : "success");
        values.put("type", "recurring");
        values.put("scheduled_at", dayOf(processed));
        values.put("processed_at", new Value.Time(processed));
        values.put("error", null);
        long total = putTotals(values, placed.subscriber(), placed.lines(), placed.tax(), placed.shipping());
        values.put("total_refunds", new Value.Money(refunded(place, total)));
        putRest(values, placed.subscriber());
        return values;
    }

    private Map<String, Object> customerOf(long subscriber) {
        return mapOf(
                "id", id(Kind.CUSTOMERS, subscriber),
                "email", shop.email(subscriber),
                "external_customer_id", Value.External.of(shop.customerId(subscriber)),
                "hash", hash(subscriber));
    }

    private long putTotals(
            Map<String, Object> values, long subscriber, List<SubscriptionOrders.Line> lines, long tax, long shipping) {
        List<Object> items = new ArrayList<>();
        long before = 0;
        long after = 0;
        for (int slot = 0; slot < lines.size(); slot++) {
            SubscriptionOrders.Line line = lines.get(slot);
            before += line.unitPrice() * line.quantity();
            after += line.total();
            items.add(mapOf(
                    "purchase_item_id", id(Kind.SUBSCRIPTIONS, subscriber * MOST_LINES + slot),
                    "purchase_item_type", "subscription",
                    "external_product_id", Value.External.of(line.productId()),
                    "external_variant_id", Value.External.of(line.variantId()),
                    "title", line.title(),
                    "variant_title", line.variantTitle(),
                    "sku", line.sku(),
                    "quantity", line.quantity(),
                    "original_price", new Value.Money(line.unitPrice()),
                    "unit_price", new Value.Money(line.unitPrice() - line.unitPrice() / 10),
                    "total_price", new Value.Money(line.total()),
                    "taxable", tax > 0,
                    "properties", List.of()));
        }
        values.put("currency", "USD");
        values.put("line_items", items);
        values.put("total_line_items_price", new Value.Money(before));
        values.put("total_discounts", new Value.Money(before - after));
        values.put("subtotal_price", new Value.Money(after));
        values.put("total_tax", new Value.Money(tax));
        values.put(
                "shipping_lines",
                List.of(mapOf("code", "standard", "title", "Standard", "price", new Value.Money(shipping))));
        values.put("total_price", new Value.Money(after + tax + shipping));
        return after + tax + shipping;
    }

    private void putRest(Map<String, Object> values, long subscriber) {
        values.put("billing_address", postal(subscriber));
        values.put("shipping_address", postal(subscriber));
        values.put("discounts", List.of());
        values.put("note", null);
        values.put("tags", "Subscription, Subscription Recurring Order");
        values.put("total_weight_grams", 450);
    }

    private static Value.Day dayOf(long seconds) {
        return new Value.Day(Instant.ofEpochSecond(seconds)
                .atZone(ClockChanges.EASTERN)
                .toLocalDate()
                .toEpochDay());
    }

    private String firstName(long subscriber) {
        return capitalized(shop.email(subscriber).split("[.]")[0]);
    }

    private String lastName(long subscriber) {
        return capitalized(shop.email(subscriber).split("[.]")[1].replaceAll("\\d.*", ""));
    }

    private static String capitalized(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private String hash(long subscriber) {
        return Long.toHexString(dice.bits(subscriber, 1_250));
    }

    /** Keeps the order, and takes null. */
    private static Map<String, Object> mapOf(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
