package dev.tidemark.simulator;

import java.util.Optional;

/** The fields of amounts. */
final class MoneyFields {
    private MoneyFields() {}

    static void describe(ShopTypes types) {
        types.amount
                .value("amount", (amount, out) -> out.money(amount.minor(), amount.currency()))
                .value(
                        "currencyCode",
                        (amount, out) -> out.text(amount.currency().code()));
        types.bag
                .child("shopMoney", types.amount, bag -> Optional.of(bag.shop()))
                .child("presentmentMoney", types.amount, bag -> Optional.of(bag.paid()));
    }
}
