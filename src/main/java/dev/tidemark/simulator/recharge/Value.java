package dev.tidemark.simulator.recharge;

/** Values that each version of the API writes in its own way. */
sealed interface Value {

    /** An amount in cents of the shop's currency. */
    record Money(long cents) implements Value {}

    /** Seconds since 1970. */
    record Time(long seconds) implements Value {}

    /** A date without a time, counted from 1970-01-01. */
    record Day(long number) implements Value {}

    /** What the shop calls something; empty when the shop does not know it. */
    record External(String text) implements Value {
        static External of(long id) {
            return new External(id == 0 ? "" : Long.toString(id));
        }
    }
}
