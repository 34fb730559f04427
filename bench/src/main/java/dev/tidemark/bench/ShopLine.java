package dev.tidemark.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.OffsetDateTime;

/**
 * One line of the bulk file as a developer would bind it with Jackson: an order, or a line item when it names a parent.
 * The peers and the preparation of the floor read the file through it; Tidemark does not.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ShopLine(
        String id,
        @JsonProperty("__parentId") String parentId,
        String name,
        String email,
        Reference customer,
        OffsetDateTime createdAt,
        OffsetDateTime updatedAt,
        OffsetDateTime processedAt,
        OffsetDateTime cancelledAt,
        OffsetDateTime closedAt,
        Boolean test,
        String currencyCode,
        String presentmentCurrencyCode,
        String displayFinancialStatus,
        String displayFulfillmentStatus,
        MoneyBag subtotalPriceSet,
        MoneyBag totalDiscountsSet,
        MoneyBag totalTaxSet,
        MoneyBag totalPriceSet,
        MoneyBag currentTotalPriceSet,
        Reference product,
        Reference variant,
        String sku,
        String title,
        String variantTitle,
        Integer quantity,
        Integer currentQuantity,
        MoneyBag originalUnitPriceSet,
        MoneyBag discountedTotalSet) {

    /** An object that is only pointed at. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Reference(String id) {}

    /** The same amount in the shop's money and in the buyer's. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record MoneyBag(Money shopMoney, Money presentmentMoney) {}

    /** An amount with its currency. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Money(BigDecimal amount, String currencyCode) {}

    private static final ObjectReader READER =
            new ObjectMapper().registerModule(new JavaTimeModule()).readerFor(ShopLine.class);

    /** Binds one line; a line that is no JSON throws. */
    public static ShopLine parse(String line) {
        try {
            return READER.readValue(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isLineItem() {
        return parentId != null;
    }

    /** The numeric part of a gid such as {@code gid://shopify/Order/1}; null stays null. */
    public static Long number(String gid) {
        return gid == null ? null : Long.valueOf(gid.substring(gid.lastIndexOf('/') + 1));
    }

    public static Long number(Reference reference) {
        return reference == null ? null : number(reference.id());
    }

    public static BigDecimal shop(MoneyBag bag) {
        return bag == null || bag.shopMoney() == null ? null : bag.shopMoney().amount();
    }

    public static BigDecimal presentment(MoneyBag bag) {
        return bag == null || bag.presentmentMoney() == null ? null : bag.presentmentMoney().amount();
    }

    public static String shopCurrencyOf(MoneyBag bag) {
        return bag == null || bag.shopMoney() == null ? null : bag.shopMoney().currencyCode();
    }

    public static String presentmentCurrencyOf(MoneyBag bag) {
        return bag == null || bag.presentmentMoney() == null ? null : bag.presentmentMoney().currencyCode();
    }
}
