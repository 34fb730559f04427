package dev.tidemark.simulator;

import java.util.ArrayList;
import java.util.List;

/** What the shop sells: food supplements in several sizes, the same for the same seed. */
final class ProductRange {
    private static final long FIRST_PRODUCT_ID = 9_003_000_000_000_000L;
    private static final long FIRST_VARIANT_ID = 9_003_500_000_000_000L;
    private static final long TWO_YEARS_MILLIS = 730L * 86_400_000;
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
        long price = 990 + 50L * dice.below(80, i, 902);
        long created = startMillis - TWO_YEARS_MILLIS + dice.belowLong(TWO_YEARS_MILLIS / 2, i, 903);
        List<Product.Variant> variants = new ArrayList<>();
        for (int v = 0; v < SIZES[type].length; v++) {
            long id = FIRST_VARIANT_ID + i * 65_537L + v * 101L;
            String sku = "%s-%03d-%d".formatted(TYPES[type].substring(0, 3).toUpperCase(), i + 1, v + 1);
            variants.add(new Product.Variant(id, SIZES[type][v], sku, price + v * price * 7 / 10));
        }
        return new Product(
                FIRST_PRODUCT_ID + i * 104_729L,
                SUBSTANCES[i],
                VENDORS[dice.below(VENDORS.length, i, 904)],
                TYPES[type],
                created,
                created + dice.belowLong(TWO_YEARS_MILLIS / 2, i, 905),
                List.copyOf(variants));
    }
}
