package dev.tidemark.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the shop sells: food supplements in several sizes, the same for the same seed. */
final class ProductRange {
    private static final long FIRST_PRODUCT_ID = 9_003_000_000_000_000L;
    static final long FIRST_VARIANT_ID = 9_003_500_000_000_000L;
    private static final long TWO_YEARS_MILLIS = 730L * 86_400_000;
    private static final long ORDER_DAYS_MILLIS = 120L * 86_400_000;
    private static final String[] SUBSTANCES = {
        "Magnesium Glycinate",
        "Omega-3 Fish Oil",
        "Vitamin D3 + K2",
        "Zinc Picolinate",
        "Vitamin B12",
        "Probiotic 50 Billion",
        "Collagen Peptides",
        "Creatine Monohydrate",
        "Whey Protein Isolate",
        "Ashwagandha KSM-66",
        "Turmeric Curcumin",
        "Electrolyte Powder",
        "Iron Bisglycinate",
        "Vitamin C Liposomal",
        "Melatonin 1 mg",
        "L-Theanine",
        "CoQ10 Ubiquinol",
        "Psyllium Husk",
        "Greens Powder",
        "Pre-Workout \"Focus\"",
        "Multivitamin Women",
        "Multivitamin Men 50+",
        "Kids' Gummies",
        "Elderberry Syrup",
        "Apple Cider Vinegar",
        "Glucosamine/Chondroitin",
        "Selenium",
        "Folate 5-MTHF",
        "Beta-Alanine",
        "Hyaluronic Acid",
        "Krill Oil",
        "Maca Root",
        "Rhodiola Rosea",
        "Lion's Mane",
        "Spirulina",
        "Café Keto Creamer"
    };
    private static final String[] TYPES = {"Capsules", "Powder", "Liquid", "Gummies"};
    private static final String[][] SIZES = {
        {"60 capsules", "120 capsules", "240 capsules"},
        {"250 g", "500 g / Vanilla", "500 g / Chocolate", "1 kg / Vanilla"},
        {"200 ml", "500 ml"},
        {"60 pieces / Berry", "60 pieces / Lemon"}
    };
    private static final String[] VENDORS = {"Northshore Naturals", "Tideland Labs", "Alder & Oak"};

    private final List<Product> products;
    private final List<Product.Choice> choices = new ArrayList<>();

    ProductRange(Dice dice, long startMillis) {
        List<Product> made = new ArrayList<>();
        for (int i = 0; i < SUBSTANCES.length; i++) {
            made.add(product(dice, startMillis, i));
        }
        products = List.copyOf(made);
        products.forEach(
                product -> product.variants().forEach(variant -> choices.add(new Product.Choice(product, variant))));
    }

    List<Product> products() {
        return products;
    }

    /** What is stocked of every variant, by rising id. */
    List<InventoryItem> inventoryItems(Dice dice, long startMillis) {
        return choices.stream()
                .map(choice -> {
                    long variant = choice.variant().id();
                    long updated = startMillis - 1 - dice.belowLong(ORDER_DAYS_MILLIS, variant, 910);
                    return new InventoryItem(
                            InventoryItem.idOf(variant),
                            updated,
                            updated,
                            updated,
                            choice.product().createdAt(),
                            0,
                            choice.variant().sku(),
                            !dice.percent(4, variant, 911),
                            dice.percent(10, variant, 912)
                                    ? -1
                                    : choice.variant().price() * (30 + dice.below(25, variant, 913)) / 100);
                })
                .toList();
    }

    /** Popular ones come more often: low numbers are likelier. */
    Product.Choice choose(Dice dice, long subject, int question) {
        int first = dice.below(choices.size(), subject, question);
        int second = dice.below(choices.size(), subject, question + 1);
        return choices.get(Math.min(first, second));
    }

    Product.Choice choice(int number) {
        return choices.get(Math.floorMod(number, choices.size()));
    }

    private static Product product(Dice dice, long startMillis, int i) {
        int type = dice.below(TYPES.length, i, 901);
        long single = 990 + 50L * dice.below(80, i, 902);
        long created = startMillis - TWO_YEARS_MILLIS + dice.belowLong(TWO_YEARS_MILLIS / 2, i, 903);
        // Merchants touch their products often, so all of them changed in the days from which the orders are.
        long updated = startMillis - 1 - dice.belowLong(ORDER_DAYS_MILLIS, i, 905);
        List<Product.Variant> variants = new ArrayList<>();
        for (int v = 0; v < SIZES[type].length; v++) {
            long id = FIRST_VARIANT_ID + i * 65_537L + v * 101L;
            String sku = "%s-%03d-%d".formatted(TYPES[type].substring(0, 3).toUpperCase(), i + 1, v + 1);
            long price = single + v * single * 7 / 10;
            variants.add(new Product.Variant(
                    id,
                    SIZES[type][v],
                    sku,
                    dice.percent(80, id, 906) ? "0%012d".formatted(dice.belowLong(1_000_000_000_000L, id, 907)) : "",
                    price,
                    dice.percent(20, id, 908) ? price * 5 / 4 : 0,
                    created,
                    updated));
        }
        return new Product(
                FIRST_PRODUCT_ID + i * 104_729L,
                updated,
                updated,
                updated,
                created,
                0,
                SUBSTANCES[i],
                VENDORS[dice.below(VENDORS.length, i, 904)],
                TYPES[type],
                "ACTIVE",
                created + 3_600_000,
                dice.percent(50, i, 909) ? List.of("bestseller", TYPES[type].toLowerCase(Locale.ROOT)) : List.of(),
                List.copyOf(variants));
    }
}
