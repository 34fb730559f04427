package dev.tidemark.simulator;

/** A variant with the product it belongs to. */
record SoldVariant(Product product, Product.Variant variant) {}
