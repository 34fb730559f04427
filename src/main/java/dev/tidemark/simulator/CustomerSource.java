package dev.tidemark.simulator;

/** A customer, or a reference to one that is looked up only when more than the id is asked for. */
interface CustomerSource {
    long id();

    Customer full();
}
