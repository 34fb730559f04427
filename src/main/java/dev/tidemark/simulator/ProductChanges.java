package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Changes to products and their variants: {@code {"action":"update-variant","product_id":1,"variant":{"price":"9.90"}}}. */
final class ProductChanges {
    private static final Set<String> SETTABLE =
            Set.of("title", "vendor", "product_type", "status", "tags", "published_at");

    private final SimulatedShop shop;
    private final ShopClock clock;

    ProductChanges(SimulatedShop shop, ShopClock clock) {
        this.shop = shop;
        this.clock = clock;
    }

    /**
     * Applies one change or an array of them, all at the same instant of the shop's clock.
     *
     * @return the new versions
     * @throws IllegalArgumentException when the change makes no sense; those before it in the array are done
     */
    List<Product> apply(JsonNode changes) {
        long now = clock.millis();
        List<Product> made = new ArrayList<>();
        ChangeJson.each(changes).forEach(change -> {
            change.refuseOthersThan(SETTABLE);
            if (change.action().equals("create")) {
                for (long i = 0; i < change.count(); i++) {
                    made.add(change(blank(change, now), change, now));
                }
                return;
            }
            for (long id : change.targets("product_id", shop.products())) {
                made.add(change(shop.products().latest(id, "product"), change, now));
            }
        });
        return made;
    }

    private Product blank(ChangeJson change, long now) {
        List<Product.Variant> variants = new ArrayList<>();
        JsonNode wanted = change.body().path("variants");
        if (wanted.isArray()) {
            wanted.forEach(one -> variants.add(newVariant(one, now)));
        } else {
            for (int i = 0; i < wanted.asInt(1); i++) {
                variants.add(newVariant(change.body().path("variant"), now));
            }
        }
        return new Product(
                shop.products().newId(),
                now,
                now,
                now,
                now,
                0,
                "New product",
                "Tideland Labs",
                "Powder",
                "ACTIVE",
                now,
                List.of(),
                variants);
    }

    private Product change(Product before, ChangeJson change, long now) {
        List<Product.Variant> variants = new ArrayList<>(before.variants());
        JsonNode wanted = change.body().path("variant");
        switch (change.action()) {
            case "create", "update", "delete" -> {}
            case "add-variant" -> variants.add(newVariant(wanted, now));
            case "update-variant" -> {
                Product.Variant old = variantOf(before, wanted);
                variants.set(variants.indexOf(old), changed(old, wanted, now));
            }
            case "delete-variant" -> {
                Product.Variant gone = variantOf(before, wanted);
                variants.remove(gone);
                stopStocking(gone, now);
            }
            default ->
                throw new IllegalArgumentException("Unknown action " + change.action()
                        + "; there are create, update, delete, add-variant, update-variant, delete-variant");
        }
        boolean deleted = change.action().equals("delete");
        if (deleted) {
            variants.forEach(variant -> stopStocking(variant, now));
            shop.diary().destroyed(Gid.PRODUCT, before.id(), now);
        }
        // Something that a comparison notices, where nothing else is asked for.
        List<String> tags = change.action().equals("update") && change.set().isEmpty()
                ? Stream.concat(before.tags().stream(), Stream.of("touched")).toList()
                : before.tags();
        Product after = new Product(
                before.id(),
                change.committedAt(now),
                change.visibleAt(now, shop.indexLagMillis()),
                change.updatedAt(now, before.updatedAt()),
                change.time("created_at").orElse(before.createdAt()),
                deleted ? now : 0,
                change.text("title", before.title()),
                change.text("vendor", before.vendor()),
                change.text("product_type", before.type()),
                change.text("status", before.status()),
                change.set().has("published_at")
                        ? new ChangeJson(change.set()).time("published_at").orElse(0L)
                        : before.publishedAt(),
                change.texts("tags", tags),
                List.copyOf(variants));
        shop.products().add(after);
        return after;
    }

    private Product.Variant newVariant(JsonNode wanted, long now) {
        long id = shop.newVariantId();
        String sku = wanted.path("sku").asText("NEW-" + id % 1_000_000);
        shop.inventoryItems().add(new InventoryItem(InventoryItem.idOf(id), now, now, now, now, 0, sku, true, -1));
        return changed(new Product.Variant(id, "Size " + id % 1_000_000, sku, "", 1_990, 0, now, now), wanted, now);
    }

    private static Product.Variant changed(Product.Variant before, JsonNode to, long now) {
        return new Product.Variant(
                before.id(),
                to.path("title").asText(before.title()),
                to.path("sku").asText(before.sku()),
                to.path("barcode").asText(before.barcode()),
                cents(to, "price").orElse(before.price()),
                cents(to, "compare_at_price").orElse(before.compareAtPrice()),
                before.createdAt(),
                now);
    }

    private static Optional<Long> cents(JsonNode variant, String member) {
        return variant.hasNonNull(member) ? Optional.of(ChangeJson.cents(variant.get(member))) : Optional.empty();
    }

    /** The variant of the id, else the last one. */
    private static Product.Variant variantOf(Product product, JsonNode wanted) {
        JsonNode id = wanted.path("variant_id");
        return product.variants().stream()
                .filter(variant -> id.isMissingNode() || variant.id() == id.asLong())
                .reduce((first, last) -> last)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Product " + product.id() + " has no variant " + id.asText("at all")));
    }

    private void stopStocking(Product.Variant variant, long now) {
        InventoryItem item = shop.inventoryItems().latest(InventoryItem.idOf(variant.id()), "inventory item");
        shop.inventoryItems()
                .add(new InventoryItem(
                        item.id(), now, now, now, item.createdAt(), now, item.sku(), item.tracked(), item.cost()));
    }
}
