package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Changes to customers: {@code {"action":"update","customer_id":1,"set":{"note":"x"}}}. */
final class CustomerChanges {
    private static final Set<String> SETTABLE = Set.of(
            "first_name",
            "last_name",
            "email",
            "phone",
            "state",
            "tags",
            "note",
            "number_of_orders",
            "amount_spent",
            "tax_exempt",
            "country");

    private final SimulatedShop shop;
    private final ShopClock clock;

    CustomerChanges(SimulatedShop shop, ShopClock clock) {
        this.shop = shop;
        this.clock = clock;
    }

    /**
     * Applies one change or an array of them, all at the same instant of the shop's clock.
     *
     * @return the new versions
     * @throws IllegalArgumentException when the change makes no sense; those before it in the array are done
     */
    List<Customer> apply(JsonNode changes) {
        long now = clock.millis();
        List<Customer> made = new ArrayList<>();
        ChangeJson.each(changes).forEach(change -> {
            change.refuseOthersThan(SETTABLE);
            if (change.action().equals("create")) {
                for (long i = 0; i < change.count(); i++) {
                    made.add(change(blank(now), change, now));
                }
                return;
            }
            for (long id : change.targets("customer_id", shop.customers())) {
                made.add(change(shop.customers().latest(id, "customer"), change, now));
            }
        });
        return made;
    }

    private Customer blank(long now) {
        long id = shop.customers().newId();
        return new Customer(
                id,
                now,
                now,
                now,
                now,
                0,
                "New",
                "Customer",
                "customer" + id + "@example.com",
                "",
                "DISABLED",
                List.of(),
                "",
                0,
                0,
                false,
                "");
    }

    private Customer change(Customer before, ChangeJson change, long now) {
        boolean deleted =
                switch (change.action()) {
                    case "create", "update" -> false;
                    case "delete" -> true;
                    default ->
                        throw new IllegalArgumentException(
                                "Unknown action " + change.action() + "; there are create, update, delete");
                };
        // Something that a comparison notices, where nothing else is asked for.
        long spent = change.action().equals("update") && change.set().isEmpty() ? before.spent() + 100 : before.spent();
        Customer after = new Customer(
                before.id(),
                change.committedAt(now),
                change.visibleAt(now, shop.indexLagMillis()),
                change.updatedAt(now, before.updatedAt()),
                change.time("created_at").orElse(before.createdAt()),
                deleted ? now : 0,
                change.text("first_name", before.firstName()),
                change.text("last_name", before.lastName()),
                change.text("email", before.email()),
                change.text("phone", before.phone()),
                change.text("state", before.state()),
                change.texts("tags", before.tags()),
                change.text("note", before.note()),
                change.set().path("number_of_orders").asLong(before.orders()),
                change.cents("amount_spent", spent),
                change.set().path("tax_exempt").asBoolean(before.taxExempt()),
                change.text("country", before.country()));
        shop.customers().add(after);
        return after;
    }
}
