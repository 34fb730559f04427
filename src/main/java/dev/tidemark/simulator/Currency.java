package dev.tidemark.simulator;

import java.math.BigDecimal;
import java.util.List;

/**
 * A currency customers pay in.
 *
 * @param digits decimal places of its minor unit: 0 for yen, 3 for the Kuwaiti dinar
 * @param perShopUnitMillionths its price of one unit of the shop's currency, in millionths
 */
record Currency(String code, int digits, long perShopUnitMillionths) {
    /** The shop's own currency, in which it keeps its books. */
    static final Currency SHOP = new Currency("USD", 2, 1_000_000);

    static final List<Currency> FOREIGN = List.of(
            new Currency("CAD", 2, 1_372_500),
            new Currency("GBP", 2, 781_300),
            new Currency("EUR", 2, 921_700),
            new Currency("AUD", 2, 1_518_200),
            new Currency("JPY", 0, 151_430_000),
            new Currency("KWD", 3, 307_400));

    private static final long[] POWERS = {1, 10, 100, 1_000};

    static Currency of(String code) {
        return FOREIGN.stream()
                .filter(currency -> currency.code().equals(code))
                .findFirst()
                .orElse(SHOP);
    }

    /** The amount of the shop's minor units in this currency's minor units, rounded half up. */
    long fromShop(long shopMinor) {
        if (this == SHOP) {
            return shopMinor;
        }
        long scaled = shopMinor * POWERS[digits] * (perShopUnitMillionths / 100);
        return Math.floorDiv(scaled + 500_000, 1_000_000);
    }

    /** As the vendor writes decimals: at least one decimal place, no further trailing zeros. */
    String text(long minor) {
        BigDecimal amount = BigDecimal.valueOf(minor, digits).stripTrailingZeros();
        return amount.scale() < 1 ? amount.setScale(1).toPlainString() : amount.toPlainString();
    }
}
