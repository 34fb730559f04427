package dev.tidemark.simulator;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;

/**
 * One version of a product with its variants. Times are milliseconds, 0 for none.
 *
 * @param publishedAt 0 while it is not on sale
 */
record Product(
        long id,
        long committedAt,
        long visibleAt,
        long updatedAt,
        long createdAt,
        long deletedAt,
        String title,
        String vendor,
        String type,
        String status,
        long publishedAt,
        List<String> tags,
        List<Variant> variants)
        implements Version {

    /**
     * One size of a product. Prices are in minor units of the shop's currency.
     *
     * @param compareAtPrice what it cost before; 0 for none
     */
    record Variant(
            long id,
            String title,
            String sku,
            String barcode,
            long price,
            long compareAtPrice,
            long createdAt,
            long updatedAt) {}

    /** What a line of an order sells: a product and one of its variants. */
    record Choice(Product product, Variant variant) {}

    /** The product's name in addresses. */
    String handle() {
        return Normalizer.normalize(title, Normalizer.Form.NFD)
                .toLowerCase(Locale.ROOT)
                .replaceAll("\\p{M}", "")
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
    }

    /** Places begin with 1. */
    int positionOf(Variant variant) {
        return variants.indexOf(variant) + 1;
    }
}
