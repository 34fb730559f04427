package dev.tidemark.simulator;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The types of the shop's records by their names in the API. Paged answers and bulk files both read values through this
 * table, so they cannot disagree.
 */
final class ShopTypes {
    final RecordType<MoneyBag.Amount> amount = new RecordType<>("MoneyV2", MoneyBag.Amount.class);
    final RecordType<MoneyBag> bag = new RecordType<>("MoneyBag", MoneyBag.class);
    final RecordType<String> emailAddress = new RecordType<>("CustomerEmailAddress", String.class);
    final RecordType<String> phoneNumber = new RecordType<>("CustomerPhoneNumber", String.class);
    final RecordType<CustomerSource> customer = new RecordType<>("Customer", CustomerSource.class);
    final RecordType<Customer> address = new RecordType<>("MailingAddress", Customer.class);
    final RecordType<Product> product = new RecordType<>("Product", Product.class);
    final RecordType<SoldVariant> variant = new RecordType<>("ProductVariant", SoldVariant.class);
    final RecordType<InventoryItem> inventoryItem = new RecordType<>("InventoryItem", InventoryItem.class);
    final RecordType<StockLevel> inventoryLevel = new RecordType<>("InventoryLevel", StockLevel.class);
    final RecordType<StockLevel.Quantity> inventoryQuantity =
            new RecordType<>("InventoryQuantity", StockLevel.Quantity.class);
    final RecordType<Location> location = new RecordType<>("Location", Location.class);
    final RecordType<Location> locationAddress = new RecordType<>("LocationAddress", Location.class);
    final RecordType<SoldLine> lineItem = new RecordType<>("LineItem", SoldLine.class);
    final RecordType<Refunded> refund = new RecordType<>("Refund", Refunded.class);
    final RecordType<Refunded.Line> refundLineItem = new RecordType<>("RefundLineItem", Refunded.Line.class);
    final RecordType<Refunded.Adjustment> orderAdjustment =
            new RecordType<>("OrderAdjustment", Refunded.Adjustment.class);
    final RecordType<Payment> transaction = new RecordType<>("OrderTransaction", Payment.class);
    final RecordType<Parcel> fulfillment = new RecordType<>("Fulfillment", Parcel.class);
    final RecordType<Parcel> trackingInfo = new RecordType<>("FulfillmentTrackingInfo", Parcel.class);
    final RecordType<BasicEvent> event = new RecordType<>("BasicEvent", BasicEvent.class);
    final RecordType<Order> order = new RecordType<>("Order", Order.class);

    private final List<RecordType<?>> all = List.of(
            amount,
            bag,
            emailAddress,
            phoneNumber,
            customer,
            address,
            product,
            variant,
            inventoryItem,
            inventoryLevel,
            inventoryQuantity,
            location,
            locationAddress,
            lineItem,
            refund,
            refundLineItem,
            orderAdjustment,
            transaction,
            fulfillment,
            trackingInfo,
            event,
            order);

    private final Map<String, RecordType<?>> byName =
            all.stream().collect(Collectors.toMap(RecordType::name, Function.identity()));

    ShopTypes(SimulatedShop shop) {
        MoneyFields.describe(this);
        CustomerFields.describe(this);
        ProductFields.describe(this, shop);
        InventoryFields.describe(this, shop);
        OrderFields.describe(this, shop);
        RefundFields.describe(this);
        DeliveryFields.describe(this);
        EventFields.describe(this);
    }

    RecordType<?> named(String name) {
        RecordType<?> type = byName.get(name);
        if (type == null) {
            throw new IllegalStateException("The schema has a type " + name + ", the shop does not");
        }
        return type;
    }

    /** The name of the type that describes a record. */
    String nameOf(Object record) {
        return all.stream()
                .filter(type -> type.describes(record))
                .findFirst()
                .orElseThrow()
                .name();
    }
}
