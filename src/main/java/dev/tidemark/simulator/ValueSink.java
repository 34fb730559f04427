package dev.tidemark.simulator;

import java.util.List;

/** Takes the value of one field; exactly one call per field. */
interface ValueSink {
    void nothing();

    void text(String value);

    void texts(List<String> values);

    void gid(Gid type, long id);

    /** A time in milliseconds, shown in whole seconds; 0 is no time. */
    void time(long millis);

    /** An amount in minor units of the currency, shown as a decimal in quotes. */
    void money(long minor, Currency currency);

    void flag(boolean value);

    void number(long value);
}
