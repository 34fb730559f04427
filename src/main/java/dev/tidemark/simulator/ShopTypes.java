package dev.tidemark.simulator;

import java.util.List;

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
            order);

    ShopTypes(SimulatedShop shop) {
        MoneyFields.describe(this);
        CustomerFields.describe(this);
        ProductFields.describe(this, shop);
        InventoryFields.describe(this, shop);
        OrderFields.describe(this, shop);
    }

    RecordType<?> named(String name) {
        return all.stream()
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The schema has a type " + name + ", the shop does not"));
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
