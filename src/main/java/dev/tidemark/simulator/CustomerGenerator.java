package dev.tidemark.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The customers a shop begins with: all whom its orders may belong to, a few of whom have no order among them. They became
 * customers before the oldest order, and were last changed in the 120 days before the shop's start.
 */
final class CustomerGenerator implements Origin<Customer> {
    private static final long DAY = 86_400_000;
    private static final long FIRST_ID = 9_004_000_000_000_000L;
    private static final long ID_STEP = 7_919;
    private static final long ID_OFFSET = 17;
    private static final String[] FIRST_NAMES = {
        "ada", "ben", "carla", "dmitri", "elena", "farid", "grace", "hugo", "ines", "jonas", "kei", "lucia", "maya",
        "noor"
    };
    private static final String[] LAST_NAMES = {
        "abbott", "berg", "castillo", "dahl", "evans", "fischer", "garcia", "haddad", "ito", "jensen", "kaya", "lopez"
    };
    private static final String[] TAGS = {"subscriber", "newsletter", "vip", "wholesale", "Ärzte & Kliniken"};
    private static final String[] COUNTRIES = {"US", "US", "US", "US", "CA", "GB", "DE", "AU", "JP", "KW"};

    private final Dice dice;
    private final long orders;
    private final long start;
    private final long sameSecond;

    /** @param sameSecond so many of them share one update time */
    CustomerGenerator(Dice dice, long orders, long startMillis, long sameSecond) {
        this.dice = dice;
        this.orders = orders;
        this.start = startMillis;
        this.sameSecond = sameSecond;
    }

    @Override
    public long count() {
        return orders == 0 ? 0 : subscribers() + Math.max(1, orders / 2);
    }

    @Override
    public long id(long index) {
        return FIRST_ID + index * ID_STEP + ID_OFFSET;
    }

    @Override
    public long indexFrom(long id) {
        long after = id - FIRST_ID - ID_OFFSET;
        return after <= 0 ? 0 : Math.min(count(), (after + ID_STEP - 1) / ID_STEP);
    }

    @Override
    public long updatedAt(long index) {
        return index < sameSecond
                ? OrderGenerator.secondBefore(start)
                : start - 1 - dice.belowLong(120 * DAY - 1, index, 930);
    }

    @Override
    public Customer current(long index) {
        return of(id(index), updatedAt(index), email(id(index)));
    }

    /** Whom an order is of. */
    long customer(long order, boolean subscription) {
        if (!subscription && dice.percent(4, order, 34)) {
            return 0;
        }
        long number =
                subscription ? subscriberOf(order) : subscribers() + dice.belowLong(Math.max(1, orders / 2), order, 36);
        return id(number);
    }

    /** The address of a customer, or of the guest who made the order of an index. */
    String email(long who) {
        return FIRST_NAMES[dice.below(FIRST_NAMES.length, who, 37)]
                + '.'
                + LAST_NAMES[dice.below(LAST_NAMES.length, who, 38)]
                + who % 100_000_000
                + "@example.com";
    }

    /** A customer of this id as the seed decides everything else. */
    Customer of(long id, long updatedAt, String email) {
        long made = start - 400 * DAY + dice.belowLong(280 * DAY, id, 931);
        int state = dice.below(100, id, 932);
        long count = dice.below(13, id, 933);
        return new Customer(
                id,
                updatedAt,
                updatedAt,
                updatedAt,
                made,
                0,
                name(FIRST_NAMES, id, 37),
                name(LAST_NAMES, id, 38),
                email,
                dice.percent(40, id, 934) ? "+1555%07d".formatted(dice.below(10_000_000, id, 935)) : "",
                state < 60 ? "ENABLED" : state < 90 ? "DISABLED" : state < 95 ? "INVITED" : "DECLINED",
                tags(id),
                dice.percent(5, id, 936) ? "Prefers \"glass\" / no plastic,\nplease – Müller" : "",
                count,
                count * (1_000 + dice.below(9_000, id, 937)),
                dice.percent(3, id, 938),
                COUNTRIES[dice.below(COUNTRIES.length, id, 939)]);
    }

    /** How many customers subscribe, some of them without an order yet; they come first. */
    long subscribers() {
        return Math.max(1, orders / 12);
    }

    /** The index of the customer whose subscription an order repeats, if it repeats one. */
    long subscriberOf(long order) {
        return dice.belowLong(subscribers(), order, 35);
    }

    private String name(String[] names, long id, int question) {
        String lower = names[dice.below(names.length, id, question)];
        return lower.substring(0, 1).toUpperCase(Locale.ROOT) + lower.substring(1);
    }

    private List<String> tags(long id) {
        List<String> tags = new ArrayList<>();
        for (int i = 0; i < TAGS.length; i++) {
            if (dice.percent(15, id, 940 + i)) {
                tags.add(TAGS[i]);
            }
        }
        return List.copyOf(tags);
    }
}
