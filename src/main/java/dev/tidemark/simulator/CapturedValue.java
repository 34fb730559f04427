package dev.tidemark.simulator;

import java.time.Instant;
import java.util.List;

/** Keeps one field's value as an object, for answers that are not rendered straight into bytes. */
final class CapturedValue implements ValueSink {
    private Object value;

    Object value() {
        return value;
    }

    @Override
    public void nothing() {
        value = null;
    }

    @Override
    public void text(String text) {
        value = text;
    }

    @Override
    public void texts(List<String> values) {
        value = values;
    }

    @Override
    public void gid(Gid type, long id) {
        value = id == 0 ? null : type.of(id);
    }

    @Override
    public void time(long millis) {
        value = millis == 0
                ? null
                : Instant.ofEpochSecond(Math.floorDiv(millis, 1_000)).toString();
    }

    @Override
    public void money(long minor, Currency currency) {
        value = currency.text(minor);
    }

    @Override
    public void flag(boolean flag) {
        value = flag;
    }

    @Override
    public void number(long number) {
        value = (int) number;
    }
}
