package dev.tidemark.simulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The fields of the shop's records by their names in the API. Paged answers and bulk files both read values through this
 * table, so they cannot disagree.
 */
final class ShopTypes {

    /** How one field of an {@code S} is read: a value, a nested object (absent for null), or many (list or connection). */
    sealed interface Field<S> {
        record Value<S>(BiConsumer<S, ValueSink> write) implements Field<S> {}

        record Child<S, C>(Type<C> type, Function<S, Optional<C>> get) implements Field<S> {}

        record Many<S, C>(Type<C> type, Function<S, List<C>> get) implements Field<S> {}
    }

    /** A type of the schema and its fields. */
    static final class Type<S> {
        private final String name;
        private final Class<S> source;
        private final Map<String, Field<S>> fields = new LinkedHashMap<>();

        private Type(String name, Class<S> source) {
            this.name = name;
            this.source = source;
        }

        String name() {
            return name;
        }

        Optional<Field<S>> field(String fieldName) {
            return Optional.ofNullable(fields.get(fieldName));
        }

        boolean describes(Object value) {
            return source.isInstance(value);
        }

        S cast(Object value) {
            return source.cast(value);
        }

        private Type<S> value(String fieldName, BiConsumer<S, ValueSink> write) {
            fields.put(fieldName, new Field.Value<>(write));
            return this;
        }

        private <C> Type<S> child(String fieldName, Type<C> type, Function<S, Optional<C>> get) {
            fields.put(fieldName, new Field.Child<>(type, get));
            return this;
        }

        private <C> Type<S> many(String fieldName, Type<C> type, Function<S, List<C>> get) {
            fields.put(fieldName, new Field.Many<>(type, get));
            return this;
        }
    }

    /** An amount in the shop's currency, with the currency the customer pays in. */
    record Bag(long shopMinor, Currency presentment) {}

    record Amount(long minor, Currency currency) {}

    record Customer(long id, String email) {}

    /** A line with the order it belongs to, whose currency it needs. */
    record OrderLine(Order order, Order.Line line) {}

    record ProductVariant(Product product, Product.Variant variant) {}

    static final Type<Amount> AMOUNT = new Type<>("MoneyV2", Amount.class)
            .value("amount", (amount, out) -> out.money(amount.minor(), amount.currency()))
            .value("currencyCode", (amount, out) -> out.text(amount.currency().code()));

    static final Type<Bag> BAG = new Type<>("MoneyBag", Bag.class)
            .child("shopMoney", AMOUNT, bag -> Optional.of(new Amount(bag.shopMinor(), Currency.SHOP)))
            .child(
                    "presentmentMoney",
                    AMOUNT,
                    bag -> Optional.of(new Amount(bag.presentment().fromShop(bag.shopMinor()), bag.presentment())));

    static final Type<String> EMAIL_ADDRESS =
            new Type<>("CustomerEmailAddress", String.class).value("emailAddress", (email, out) -> out.text(email));

    static final Type<Customer> CUSTOMER = new Type<>("Customer", Customer.class)
            .value("id", (customer, out) -> out.gid(Gid.CUSTOMER, customer.id()))
            .value("legacyResourceId", (customer, out) -> out.text(Long.toString(customer.id())))
            .value("email", (customer, out) -> out.text(customer.email()))
            .child("defaultEmailAddress", EMAIL_ADDRESS, customer -> Optional.of(customer.email()));

    static final Type<Product> PRODUCT = new Type<>("Product", Product.class);

    static final Type<ProductVariant> VARIANT = new Type<>("ProductVariant", ProductVariant.class)
            .value(
                    "id",
                    (variant, out) ->
                            out.gid(Gid.PRODUCT_VARIANT, variant.variant().id()))
            .value(
                    "legacyResourceId",
                    (variant, out) -> out.text(Long.toString(variant.variant().id())))
            .value("title", (variant, out) -> out.text(variant.variant().title()))
            .value("sku", (variant, out) -> out.text(variant.variant().sku()))
            .value("price", (variant, out) -> out.money(variant.variant().price(), Currency.SHOP))
            .value("createdAt", (variant, out) -> out.time(variant.product().createdAt()))
            .value("updatedAt", (variant, out) -> out.time(variant.product().updatedAt()))
            .child("product", PRODUCT, variant -> Optional.of(variant.product()));

    static final Type<OrderLine> LINE_ITEM = lineItem();

    static final Type<Order> ORDER = order();

    /** Every type whose fields this table knows. */
    static final List<Type<?>> ALL = List.of(AMOUNT, BAG, EMAIL_ADDRESS, CUSTOMER, PRODUCT, VARIANT, LINE_ITEM, ORDER);

    static {
        PRODUCT.value("id", (product, out) -> out.gid(Gid.PRODUCT, product.id()))
                .value("legacyResourceId", (product, out) -> out.text(Long.toString(product.id())))
                .value("title", (product, out) -> out.text(product.title()))
                .value("vendor", (product, out) -> out.text(product.vendor()))
                .value("productType", (product, out) -> out.text(product.type()))
                .value("status", (product, out) -> out.text("ACTIVE"))
                .value("createdAt", (product, out) -> out.time(product.createdAt()))
                .value("updatedAt", (product, out) -> out.time(product.updatedAt()))
                .many("variants", VARIANT, product -> product.variants().stream()
                        .map(variant -> new ProductVariant(product, variant))
                        .toList());
    }

    private ShopTypes() {}

    private static Type<OrderLine> lineItem() {
        return new Type<>("LineItem", OrderLine.class)
                .value("id", (line, out) -> out.gid(Gid.LINE_ITEM, line.line().id()))
                .value(
                        "name",
                        (line, out) -> out.text(
                                line.line().title() + " - " + line.line().variantTitle()))
                .value("title", (line, out) -> out.text(line.line().title()))
                .value("variantTitle", (line, out) -> out.text(line.line().variantTitle()))
                .value("sku", (line, out) -> out.text(line.line().sku()))
                .value("vendor", (line, out) -> line.line()
                        .choice()
                        .ifPresentOrElse(choice -> out.text(choice.product().vendor()), out::nothing))
                .value("quantity", (line, out) -> out.number(line.line().quantity()))
                .value("currentQuantity", (line, out) -> out.number(line.line().currentQuantity()))
                .value("requiresShipping", (line, out) -> out.flag(true))
                .value("taxable", (line, out) -> out.flag(line.order().taxPerMille() > 0))
                .value("isGiftCard", (line, out) -> out.flag(false))
                .child(
                        "originalUnitPriceSet",
                        BAG,
                        line -> bag(line, line.line().unitPrice()))
                .child(
                        "originalTotalSet",
                        BAG,
                        line -> bag(line, line.line().unitPrice() * line.line().quantity()))
                .child(
                        "discountedUnitPriceSet",
                        BAG,
                        line -> bag(
                                line,
                                line.line().total() / Math.max(1, line.line().quantity())))
                .child("discountedTotalSet", BAG, line -> bag(line, line.line().total()))
                .child("totalDiscountSet", BAG, line -> bag(line, line.line().discount()))
                .child("product", PRODUCT, line -> line.line().choice().map(Product.Choice::product))
                .child("variant", VARIANT, line -> line.line()
                        .choice()
                        .map(choice -> new ProductVariant(choice.product(), choice.variant())));
    }

    private static Type<Order> order() {
        return new Type<>("Order", Order.class)
                .value("id", (order, out) -> out.gid(Gid.ORDER, order.id()))
                .value("legacyResourceId", (order, out) -> out.text(Long.toString(order.id())))
                .value("name", (order, out) -> out.text(order.name()))
                .value("email", (order, out) -> out.text(order.email()))
                .value("note", (order, out) -> orNothing(order.note(), out))
                .value("createdAt", (order, out) -> out.time(order.createdAt()))
                .value("updatedAt", (order, out) -> out.time(order.updatedAt()))
                .value("processedAt", (order, out) -> out.time(order.createdAt()))
                .value("closedAt", (order, out) -> out.time(order.closedAt()))
                .value("cancelledAt", (order, out) -> out.time(order.cancelledAt()))
                .value("cancelReason", (order, out) -> orNothing(order.cancelledAt() > 0 ? "CUSTOMER" : "", out))
                .value("test", (order, out) -> out.flag(false))
                .value("confirmed", (order, out) -> out.flag(true))
                .value("taxesIncluded", (order, out) -> out.flag(false))
                .value("sourceName", (order, out) -> out.text(order.subscription() ? "subscription_contract" : "web"))
                .value("currencyCode", (order, out) -> out.text(Currency.SHOP.code()))
                .value(
                        "presentmentCurrencyCode",
                        (order, out) -> out.text(order.currency().code()))
                .value("displayFinancialStatus", (order, out) -> out.text(order.financialStatus()))
                .value("displayFulfillmentStatus", (order, out) -> out.text(order.fulfillmentStatus()))
                .value(
                        "subtotalLineItemsQuantity",
                        (order, out) -> out.number(order.lines().stream()
                                .mapToLong(Order.Line::quantity)
                                .sum()))
                .child("subtotalPriceSet", BAG, set(Order::subtotal))
                .child("totalDiscountsSet", BAG, set(Order::discounts))
                .child("totalTaxSet", BAG, set(Order::tax))
                .child("totalShippingPriceSet", BAG, set(Order::shipping))
                .child("totalPriceSet", BAG, set(Order::total))
                .child("currentTotalPriceSet", BAG, set(Order::currentTotal))
                .child("currentSubtotalPriceSet", BAG, set(order -> order.cancelledAt() > 0 ? 0 : order.subtotal()))
                .child("currentTotalTaxSet", BAG, set(order -> order.cancelledAt() > 0 ? 0 : order.tax()))
                .child("totalRefundedSet", BAG, set(Order::refunded))
                .child(
                        "customer",
                        CUSTOMER,
                        order -> order.customerId() == 0
                                ? Optional.empty()
                                : Optional.of(new Customer(order.customerId(), order.email())))
                .many("lineItems", LINE_ITEM, ShopTypes::orderLines);
    }

    // A loop, not a stream: it runs once for each of millions of orders.
    private static List<OrderLine> orderLines(Order order) {
        List<OrderLine> lines = new ArrayList<>(order.lines().size());
        for (Order.Line line : order.lines()) {
            lines.add(new OrderLine(order, line));
        }
        return lines;
    }

    private static Function<Order, Optional<Bag>> set(ToLongFunction<Order> amount) {
        return order -> Optional.of(new Bag(amount.applyAsLong(order), order.currency()));
    }

    private static Optional<Bag> bag(OrderLine line, long minor) {
        return Optional.of(new Bag(minor, line.order().currency()));
    }

    private static void orNothing(String text, ValueSink out) {
        if (text.isEmpty()) {
            out.nothing();
        } else {
            out.text(text);
        }
    }
}
