package dev.tidemark.simulator;

import java.util.List;

/** A product of the shop with its variants; products do not change. */
record Product(
        long id, String title, String vendor, String type, long createdAt, long updatedAt, List<Variant> variants) {

    /** One size of a product. The price is in minor units of the shop's currency. */
    record Variant(long id, String title, String sku, long price) {}

    /** What a line of an order sells: a product and one of its variants. */
    record Choice(Product product, Variant variant) {}
}
