package dev.tidemark.simulator;

import java.util.List;

/** The topics of the shop that can be subscribed to through the Admin API; the schema has the same. */
final class WebhookTopics {
    static final List<String> ALL = List.of(
            "app/uninstalled",
            "bulk_operations/finish",
            "customers/create",
            "customers/delete",
            "customers/disable",
            "customers/enable",
            "customers/purchasing_summary",
            "customers/update",
            "customer.tags_added",
            "customer.tags_removed",
            "fulfillments/create",
            "fulfillments/update",
            "inventory_items/create",
            "inventory_items/delete",
            "inventory_items/update",
            "inventory_levels/connect",
            "inventory_levels/disconnect",
            "inventory_levels/update",
            "order_transactions/create",
            "orders/cancelled",
            "orders/create",
            "orders/delete",
            "orders/edited",
            "orders/fulfilled",
            "orders/paid",
            "orders/partially_fulfilled",
            "orders/updated",
            "products/create",
            "products/delete",
            "products/update",
            "refunds/create");

    private WebhookTopics() {}
}
