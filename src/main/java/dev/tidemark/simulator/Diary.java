package dev.tidemark.simulator;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What happened in the shop since its start, as far as the vendor tells and for as long as it keeps it. Thread-safe. */
final class Diary {
    private static final long FIRST_ID = 8_950_000_000_000_000L;
    private static final long ID_STEP = 1_033;
    private static final Duration KEPT = Duration.ofDays(365);

    private final ShopClock clock;
    private final List<BasicEvent> events = new CopyOnWriteArrayList<>();

    Diary(ShopClock clock) {
        this.clock = clock;
    }

    synchronized void destroyed(Gid kind, long id, long at) {
        events.add(new BasicEvent(FIRST_ID + ID_STEP * events.size(), "destroy", at, kind, id));
    }

    /** By rising id. */
    List<BasicEvent> events() {
        long oldest = clock.now().minus(KEPT).toEpochMilli();
        return events.stream().filter(event -> event.createdAt() >= oldest).toList();
    }
}
