package dev.tidemark.simulator;

import java.util.Optional;

/** The fields of customers. */
final class CustomerFields {
    private CustomerFields() {}

    static void describe(ShopTypes types) {
        types.emailAddress.value("emailAddress", (email, out) -> out.text(email));
        types.phoneNumber.value("phoneNumber", (phone, out) -> out.text(phone));
        types.address
                .value("countryCodeV2", (customer, out) -> out.text(customer.country()))
                .textOrNull("firstName", Customer::firstName)
                .textOrNull("lastName", Customer::lastName)
                .textOrNull("phone", Customer::phone);
        types.customer
                .value("id", (customer, out) -> out.gid(Gid.CUSTOMER, customer.id()))
                .value("legacyResourceId", (customer, out) -> out.text(Long.toString(customer.id())))
                .textOrNull("email", customer -> customer.full().email())
                .textOrNull("phone", customer -> customer.full().phone())
                .child(
                        "defaultEmailAddress",
                        types.emailAddress,
                        customer -> present(customer.full().email()))
                .child(
                        "defaultPhoneNumber",
                        types.phoneNumber,
                        customer -> present(customer.full().phone()))
                .textOrNull("firstName", customer -> customer.full().firstName())
                .textOrNull("lastName", customer -> customer.full().lastName())
                .value(
                        "displayName",
                        (customer, out) -> out.text(customer.full().displayName()))
                .value("createdAt", (customer, out) -> out.time(customer.full().createdAt()))
                .value("updatedAt", (customer, out) -> out.time(customer.full().updatedAt()))
                .value("state", (customer, out) -> out.text(customer.full().state()))
                .value("tags", (customer, out) -> out.texts(customer.full().tags()))
                .textOrNull("note", customer -> customer.full().note())
                .value(
                        "numberOfOrders",
                        (customer, out) ->
                                out.text(Long.toString(customer.full().orders())))
                .child(
                        "amountSpent",
                        types.amount,
                        customer -> Optional.of(
                                MoneyBag.Amount.ofShop(customer.full().spent())))
                .value("taxExempt", (customer, out) -> out.flag(customer.full().taxExempt()))
                .child("defaultAddress", types.address, customer -> Optional.of(customer.full())
                        .filter(known -> !known.country().isEmpty()));
    }

    private static Optional<String> present(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
