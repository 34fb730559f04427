package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A customer as the vendor's webhooks tell of them. Since 2025-01 without tags, number of orders and what they spent, which
 * topics of their own tell of.
 */
final class CustomerBodies {
    private CustomerBodies() {}

    static ObjectNode customer(Customer customer) {
        RestJson json = RestJson.of(Gid.CUSTOMER, customer.id())
                .textOrNull("email", customer.email())
                .textOrNull("phone", customer.phone())
                .textOrNull("first_name", customer.firstName())
                .textOrNull("last_name", customer.lastName())
                .lower("state", customer.state())
                .textOrNull("note", customer.note())
                .flag("verified_email", true)
                .nothing("multipass_identifier")
                .flag("tax_exempt", customer.taxExempt())
                .none("tax_exemptions")
                .text("currency", Currency.SHOP.code())
                .time("created_at", customer.createdAt())
                .time("updated_at", customer.updatedAt());
        if (customer.country().isEmpty()) {
            return json.none("addresses").nothing("default_address").node();
        }
        ObjectNode address = RestJson.object()
                .number("id", customer.id() + 1)
                .number("customer_id", customer.id())
                .textOrNull("first_name", customer.firstName())
                .textOrNull("last_name", customer.lastName())
                .textOrNull("phone", customer.phone())
                .text("country_code", customer.country())
                .flag("default", true)
                .node();
        return json.objects("addresses", List.of(address))
                .child("default_address", address.deepCopy())
                .node();
    }

    /** {@code customers/purchasing_summary}: how much they ever bought. */
    static ObjectNode purchases(Customer customer) {
        return RestJson.object()
                .text("customerId", Gid.CUSTOMER.of(customer.id()))
                .number("numberOfOrders", customer.orders())
                .child(
                        "amountSpent",
                        RestJson.object()
                                .amount("amount", MoneyBag.Amount.ofShop(customer.spent()))
                                .text("currencyCode", Currency.SHOP.code())
                                .node())
                .nothing("lastOrderId")
                .time("occurredAt", customer.updatedAt())
                .node();
    }

    /** {@code customer.tags_added} and {@code customer.tags_removed}: the tags that came, or went. */
    static ObjectNode tags(Customer customer, List<String> tags) {
        return RestJson.object()
                .text("customerId", Gid.CUSTOMER.of(customer.id()))
                .texts("tags", tags)
                .time("occurredAt", customer.updatedAt())
                .node();
    }

    static ObjectNode deleted(long id) {
        return RestJson.of(Gid.CUSTOMER, id).none("tax_exemptions").node();
    }
}
