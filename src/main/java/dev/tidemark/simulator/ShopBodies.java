package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** What the vendor's webhooks tell of the shop itself, of its bulk operations and of what people ask about their data. */
final class ShopBodies {
    static final long SHOP_ID = 9_000_000_001L;

    private final String domain;

    ShopBodies(String domain) {
        this.domain = domain;
    }

    /** {@code app/uninstalled}. */
    ObjectNode shop() {
        return RestJson.object()
                .number("id", SHOP_ID)
                .text("name", "Tidemark Demo Supplements")
                .text("email", "owner@example.com")
                .text("domain", domain)
                .text("myshopify_domain", domain)
                .text("country_code", "US")
                .text("currency", Currency.SHOP.code())
                .texts(
                        "enabled_presentment_currencies",
                        Currency.FOREIGN.stream().map(Currency::code).toList())
                .text("iana_timezone", OrderSearch.SHOP_ZONE.getId())
                .text("plan_name", "affiliate")
                .text("plan_display_name", "Advanced")
                .flag("taxes_included", false)
                .node();
    }

    /** {@code bulk_operations/finish}: no counts and no url, so the operation has to be asked for. */
    static ObjectNode operation(BulkOperation operation) {
        return RestJson.object()
                .text("admin_graphql_api_id", operation.gid())
                .time("completed_at", operation.completedAt())
                .time("created_at", operation.createdAt())
                .lower("error_code", operation.errorCode().orElse(""))
                .text("status", operation.status().name().toLowerCase(Locale.ROOT))
                .text("type", "query")
                .node();
    }

    /** {@code customers/data_request}. */
    ObjectNode dataRequest(Customer customer, List<Long> orders, long requestId) {
        return privacy()
                .numbers("orders_requested", orders)
                .child("customer", person(customer))
                .child("data_request", RestJson.object().number("id", requestId).node())
                .node();
    }

    /** {@code customers/redact}. */
    ObjectNode redactCustomer(Customer customer, List<Long> orders) {
        return privacy()
                .child("customer", person(customer))
                .numbers("orders_to_redact", orders)
                .node();
    }

    /** {@code shop/redact}. */
    ObjectNode redactShop() {
        return privacy().node();
    }

    /** What is left of a record that is gone. */
    static ObjectNode deleted(long id) {
        return JsonNodeFactory.instance.objectNode().put("id", id);
    }

    private RestJson privacy() {
        return RestJson.object().number("shop_id", SHOP_ID).text("shop_domain", domain);
    }

    private static ObjectNode person(Customer customer) {
        return RestJson.object()
                .number("id", customer.id())
                .textOrNull("email", customer.email())
                .textOrNull("phone", customer.phone())
                .node();
    }
}
