package dev.tidemark.simulator;

/** An amount in the shop's currency, with the currency the customer pays in. */
record MoneyBag(long shopMinor, Currency presentment) {

    /** An amount in minor units of its currency. */
    record Amount(long minor, Currency currency) {
        static Amount ofShop(long minor) {
            return new Amount(minor, Currency.SHOP);
        }
    }

    Amount shop() {
        return Amount.ofShop(shopMinor);
    }

    Amount paid() {
        return new Amount(presentment.fromShop(shopMinor), presentment);
    }
}
