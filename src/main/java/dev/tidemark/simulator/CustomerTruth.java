package dev.tidemark.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** The truth about a customer. */
final class CustomerTruth {
    private CustomerTruth() {}

    static void write(Customer customer, TruthJson out) throws IOException {
        JsonGenerator json = out.generator();
        json.writeStartObject();
        json.writeNumberField("customer_id", customer.id());
        out.textOrNull("email", customer.email());
        out.textOrNull("phone", customer.phone());
        out.textOrNull("first_name", customer.firstName());
        out.textOrNull("last_name", customer.lastName());
        json.writeStringField("display_name", customer.displayName());
        out.time("created_at", customer.createdAt());
        out.time("updated_at", customer.updatedAt());
        json.writeStringField("state", customer.state());
        out.texts("tags", customer.tags());
        out.textOrNull("note", customer.note());
        json.writeNumberField("number_of_orders", customer.orders());
        json.writeStringField("currency", Currency.SHOP.code());
        out.money("amount_spent", customer.spent(), Currency.SHOP);
        json.writeBooleanField("tax_exempt", customer.taxExempt());
        out.textOrNull("country_code", customer.country());
        out.versionOf(customer);
        json.writeEndObject();
    }
}
