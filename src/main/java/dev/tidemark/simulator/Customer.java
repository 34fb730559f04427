package dev.tidemark.simulator;

import java.util.List;

/**
 * One version of a customer. Empty text stands for none.
 *
 * @param orders how many orders they ever made, those before the shop's 120 days included
 * @param spent in minor units of the shop's currency
 */
record Customer(
        long id,
        long committedAt,
        long visibleAt,
        long updatedAt,
        long createdAt,
        long deletedAt,
        String firstName,
        String lastName,
        String email,
        String phone,
        String state,
        List<String> tags,
        String note,
        long orders,
        long spent,
        boolean taxExempt,
        String country)
        implements Version, CustomerSource {

    @Override
    public Customer full() {
        return this;
    }

    String displayName() {
        String name = (firstName + " " + lastName).strip();
        return name.isEmpty() ? (email.isEmpty() ? phone : email) : name;
    }
}
