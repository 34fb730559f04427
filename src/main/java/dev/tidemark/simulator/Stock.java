package dev.tidemark.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * How much of everything lies where. A day's sales are taken off at once, early in the next morning, and every thirtieth
 * morning the shelves are filled again; a level that was set stays as it was set, and one that is gone stays gone until it is
 * set. Thread-safe.
 */
final class Stock {
    private static final long DAY = 86_400_000;
    private static final long MORNING = 4 * 3_600_000;
    private static final long FILLED_EVERY_DAYS = 30;
    private static final long FIRST_LEVEL = 9_001_500_000_000_000L;
    private static final int MOST_LOCATIONS = 8;

    private final Dice dice;
    private final ShopClock clock;
    private final long start;
    private final Map<Long, StockLevel> set = new ConcurrentHashMap<>();
    private final Set<Long> gone = ConcurrentHashMap.newKeySet();
    private volatile Consumer<StockLevel> listener = level -> {};
    private volatile Consumer<StockLevel> goneListener = level -> {};

    Stock(Dice dice, ShopClock clock, long startMillis) {
        this.dice = dice;
        this.clock = clock;
        this.start = startMillis;
    }

    /** The levels of an item by location; every item is at the first one, some are at others too. */
    List<StockLevel> levels(long itemId) {
        List<StockLevel> levels = new ArrayList<>();
        for (int place = 0; place < Location.ALL.size(); place++) {
            StockLevel level = set.get(number(itemId, place));
            if (gone.contains(number(itemId, place))) {
                continue;
            } else if (level != null) {
                levels.add(level);
            } else if (place == 0 || dice.percent(45, itemId, 950 + place)) {
                levels.add(level(itemId, place));
            }
        }
        return levels;
    }

    int available(long itemId) {
        return levels(itemId).stream().mapToInt(StockLevel::available).sum();
    }

    /** Sets a level from now on; negative means that more was promised than there is. */
    StockLevel set(long itemId, Location location, int available, int committed, int incoming) {
        long now = clock.millis();
        long number = number(itemId, Location.ALL.indexOf(location));
        StockLevel level = new StockLevel(number, itemId, location, now, now, available, committed, incoming);
        set.put(number, level);
        gone.remove(number);
        listener.accept(level);
        return level;
    }

    /** Ends the stocking of an item at a location; gives the level as it was. */
    StockLevel disconnect(StockLevel level) {
        gone.add(level.number());
        set.remove(level.number());
        goneListener.accept(level);
        return level;
    }

    /** Is told of each level that is set, and of each that is gone; what a morning takes off is told to nobody. */
    void listeners(Consumer<StockLevel> onSet, Consumer<StockLevel> onGone) {
        listener = onSet;
        goneListener = onGone;
    }

    private StockLevel level(long itemId, int place) {
        long sinceMorning = MORNING + dice.below(60, itemId, 960) * 1_000L;
        long today = Math.floorDiv(clock.millis() - sinceMorning, DAY);
        long days = Math.floorMod(today - Math.floorDiv(start - sinceMorning, DAY), FILLED_EVERY_DAYS);
        int soldDaily = place == 0 ? 1 + dice.below(9, itemId, 961) : dice.below(3, itemId, 961 + place);
        boolean scarce = dice.percent(5, itemId, 970);
        long full = scarce ? 4 : 300 + dice.below(700, itemId, 971 + place);
        long updatedAt =
                soldDaily > 0 ? today * DAY + sinceMorning : start - 1 - dice.belowLong(60 * DAY, itemId, 980 + place);
        return new StockLevel(
                number(itemId, place),
                itemId,
                Location.ALL.get(place),
                updatedAt,
                dice.percent(30, itemId, 985 + place) ? 0 : updatedAt,
                (int) (full - days * soldDaily),
                dice.below(6, itemId, 990 + place),
                dice.percent(10, itemId, 995 + place) ? 100 : 0);
    }

    private static long number(long itemId, int place) {
        return FIRST_LEVEL + (itemId - InventoryItem.FIRST_ID) * MOST_LOCATIONS + place;
    }

    /** The item and the place in the list of locations that a level's number stands for. */
    static long itemOf(long levelNumber) {
        return InventoryItem.FIRST_ID + (levelNumber - FIRST_LEVEL) / MOST_LOCATIONS;
    }
}
