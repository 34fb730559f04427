package dev.tidemark.simulator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/** A type of the API's schema and how its fields are read from an {@code S}. */
final class RecordType<S> {

    /** How one field is read: a value, a nested object (absent for null), a list, or the records of a connection. */
    sealed interface Field<S> {
        record Value<S>(BiConsumer<S, ValueSink> write) implements Field<S> {}

        record Child<S, C>(RecordType<C> type, Function<S, Optional<C>> get) implements Field<S> {}

        /** A plain list; it sees the arguments of the field. */
        record Listed<S, C>(RecordType<C> type, BiFunction<S, Map<String, Object>, List<C>> get) implements Field<S> {}

        record Many<S, C>(RecordType<C> type, Function<S, List<C>> get) implements Field<S> {}
    }

    private final String name;
    private final Class<S> source;
    private final Map<String, Field<S>> fields = new LinkedHashMap<>();

    RecordType(String name, Class<S> source) {
        this.name = name;
        this.source = source;
    }

    String name() {
        return name;
    }

    Optional<Field<S>> field(String fieldName) {
        return Optional.ofNullable(fields.get(fieldName));
    }

    boolean describes(Object value) {
        return source.isInstance(value);
    }

    S cast(Object value) {
        return source.cast(value);
    }

    RecordType<S> value(String fieldName, BiConsumer<S, ValueSink> write) {
        fields.put(fieldName, new Field.Value<>(write));
        return this;
    }

    /** A text that may be absent: empty stands for none. */
    RecordType<S> textOrNull(String fieldName, Function<S, String> read) {
        return value(fieldName, (record, out) -> {
            String text = read.apply(record);
            if (text.isEmpty()) {
                out.nothing();
            } else {
                out.text(text);
            }
        });
    }

    <C> RecordType<S> child(String fieldName, RecordType<C> type, Function<S, Optional<C>> get) {
        fields.put(fieldName, new Field.Child<>(type, get));
        return this;
    }

    /** A list cut to the argument {@code first} where that is given. */
    <C> RecordType<S> listed(String fieldName, RecordType<C> type, Function<S, List<C>> get) {
        return listed(fieldName, type, (record, arguments) -> {
            List<C> all = get.apply(record);
            return arguments.get("first") instanceof Number first && first.intValue() < all.size()
                    ? all.subList(0, Math.max(0, first.intValue()))
                    : all;
        });
    }

    <C> RecordType<S> listed(String fieldName, RecordType<C> type, BiFunction<S, Map<String, Object>, List<C>> get) {
        fields.put(fieldName, new Field.Listed<>(type, get));
        return this;
    }

    <C> RecordType<S> many(String fieldName, RecordType<C> type, Function<S, List<C>> get) {
        fields.put(fieldName, new Field.Many<>(type, get));
        return this;
    }
}
