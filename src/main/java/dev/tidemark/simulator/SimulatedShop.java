package dev.tidemark.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything the shop has: the truth that all answers are given from.
 *
 * <p>What the seed decides is computed when asked for; only records changed since the start are kept in memory. Thread-safe.
 */
final class SimulatedShop {
    private static final long FIRST_CREATED_ORDER_ID = 9_005_900_000_000_000L;
    private static final long FIRST_CREATED_LINE_ID = 9_007_100_000_000_000L;
    private static final long FIRST_CREATED_CUSTOMER_ID = 9_004_900_000_000_000L;

    private static final long FIRST_CREATED_PRODUCT_ID = 9_003_400_000_000_000L;
    private static final long FIRST_CREATED_VARIANT_ID = 9_003_600_000_000_000L;
    // Items take their ids from variants, so none is ever made of this.
    private static final long FIRST_CREATED_ITEM_ID =
            FIRST_CREATED_VARIANT_ID - ProductRange.FIRST_VARIANT_ID + InventoryItem.FIRST_ID;

    private final Duration indexLag;
    private final ProductRange range;
    private final CustomerGenerator customerGenerator;
    private final OrderGenerator orderGenerator;
    private final Records<Order> orders;
    private final Records<Customer> customers;
    private final Records<Product> products;
    private final Records<InventoryItem> inventoryItems;
    private final Stock stock;
    private final Diary diary;

    private long createdLines;
    private long createdVariants;

    SimulatedShop(SimulatorOptions options, ShopClock clock) {
        Dice dice = new Dice(options.seed());
        long start = options.startsAt().toEpochMilli();
        this.indexLag = options.indexLag();
        this.range = new ProductRange(dice, start);
        this.products = new Records<>(Origin.of(range.products()), clock, FIRST_CREATED_PRODUCT_ID, 1_021);
        this.inventoryItems =
                new Records<>(Origin.of(range.inventoryItems(dice, start)), clock, FIRST_CREATED_ITEM_ID, 1);
        this.stock = new Stock(dice, clock, start);
        this.diary = new Diary(clock);
        this.customerGenerator = new CustomerGenerator(dice, options.orders(), start, options.sameSecond());
        this.customers = new Records<>(customerGenerator, clock, FIRST_CREATED_CUSTOMER_ID, 1_013);
        this.orderGenerator =
                new OrderGenerator(dice, options.orders(), start, range, customerGenerator, options.sameSecond());
        this.orders = new Records<>(orderGenerator, clock, FIRST_CREATED_ORDER_ID, 1_009);
    }

    ProductRange range() {
        return range;
    }

    Records<Order> orders() {
        return orders;
    }

    Records<Customer> customers() {
        return customers;
    }

    Records<Product> products() {
        return products;
    }

    Records<InventoryItem> inventoryItems() {
        return inventoryItems;
    }

    Stock stock() {
        return stock;
    }

    Diary diary() {
        return diary;
    }

    /** The variants of all products that exist now, in no order that means anything. */
    List<SoldVariant> variants() throws IOException {
        List<SoldVariant> variants = new ArrayList<>();
        products.all(0, () -> true, product -> {
            if (!product.isDeleted()) {
                product.variants().forEach(variant -> variants.add(new SoldVariant(product, variant)));
            }
        });
        return variants;
    }

    Optional<SoldVariant> variant(long id) {
        try {
            return variants().stream()
                    .filter(variant -> variant.variant().id() == id)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized long newVariantId() {
        return FIRST_CREATED_VARIANT_ID + 103 * createdVariants++;
    }

    SubscriptionOrders subscriptionOrders() {
        return new SubscriptionOrders(orderGenerator);
    }

    long indexLagMillis() {
        return indexLag.toMillis();
    }

    /** The number of an order made since the start. */
    long numberOf(long createdOrderId) {
        return OrderGenerator.NUMBERS_AFTER + 1 + orders.atStart() + orders.placeOf(createdOrderId);
    }

    /** The id of the order that has or would have this number. */
    long orderOfNumber(long number) {
        return number > OrderGenerator.NUMBERS_AFTER ? orders.idOfPlace(number - OrderGenerator.NUMBERS_AFTER - 1) : 0;
    }

    synchronized long newLineId() {
        return FIRST_CREATED_LINE_ID + 101 * createdLines++;
    }

    /** Whom an order is of. An order may be put under a customer who never was: the seed tells what they are like. */
    CustomerSource customerOf(Order order) {
        return new CustomerSource() {
            @Override
            public long id() {
                return order.customerId();
            }

            @Override
            public Customer full() {
                return customers.versions(order.customerId()).stream()
                        .reduce((older, newer) -> newer)
                        .orElseGet(() -> customerGenerator.of(order.customerId(), order.createdAt(), order.email()));
            }
        };
    }
}
