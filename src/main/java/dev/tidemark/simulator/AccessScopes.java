package dev.tidemark.simulator;

import java.time.Duration;
import java.util.List;

/** What the app may read. */
final class AccessScopes {
    private static final List<String> ALL = List.of(
            "read_orders", "read_all_orders", "read_products", "read_customers", "read_inventory", "read_locations");
    private static final Duration SEEN_WITHOUT_ALL_ORDERS = Duration.ofDays(60);

    private AccessScopes() {}

    static List<String> granted(Faults faults) {
        return ALL.stream().filter(scope -> isGranted(scope, faults)).toList();
    }

    static boolean isGranted(String scope, Faults faults) {
        return faults.inForce(Fault.MISSING_SCOPE)
                .map(missing -> !missing.argumentOr("read_all_orders").equals(scope))
                .orElse(true);
    }

    /** Orders made before this are hidden from the app (milliseconds). */
    static long ordersVisibleFrom(Faults faults, ShopClock clock) {
        return isGranted("read_all_orders", faults)
                ? Long.MIN_VALUE
                : clock.now().minus(SEEN_WITHOUT_ALL_ORDERS).toEpochMilli();
    }
}
