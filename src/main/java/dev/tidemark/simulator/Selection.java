package dev.tidemark.simulator;

import graphql.language.Argument;
import graphql.language.ArrayValue;
import graphql.language.Document;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.IntValue;
import graphql.language.SelectionSet;
import graphql.language.StringValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The fields selected of one type, compiled once into steps that write a record straight into bytes. Connections below it
 * become lines of their own.
 */
final class Selection<S> {
    private static final byte[] PARENT_ID = ",\"__parentId\":".getBytes(StandardCharsets.US_ASCII);

    private interface Step<S> {
        void write(S source, JsonBytes out);
    }

    /** Lines below a line. */
    record Children<S, C>(Function<S, List<C>> get, Selection<C> selection) {
        List<C> of(S source) {
            return get.apply(source);
        }
    }

    private final RecordType<S> type;
    private final List<Step<S>> steps = new ArrayList<>();
    private final List<Children<S, ?>> children = new ArrayList<>();
    private final Map<String, String> keys = new HashMap<>();

    private Selection(RecordType<S> type) {
        this.type = type;
    }

    /** Compiles a selection that has been validated against the schema. */
    static <S> Selection<S> compile(RecordType<S> type, SelectionSet selected, Document document) {
        Selection<S> selection = new Selection<>(type);
        Map<String, FragmentDefinition> fragments = document.getDefinitionsOfType(FragmentDefinition.class).stream()
                .collect(Collectors.toMap(FragmentDefinition::getName, Function.identity()));
        for (Field field : flatten(selected, fragments)) {
            selection.add(field, document);
        }
        return selection;
    }

    /** Fields of a selection with its fragments put in their place. */
    static List<Field> flatten(SelectionSet selected, Map<String, FragmentDefinition> fragments) {
        List<Field> fields = new ArrayList<>();
        for (graphql.language.Selection<?> part : selected.getSelections()) {
            if (part instanceof Field field) {
                fields.add(field);
            } else if (part instanceof InlineFragment inline) {
                fields.addAll(flatten(inline.getSelectionSet(), fragments));
            } else if (part instanceof FragmentSpread spread) {
                fields.addAll(flatten(fragments.get(spread.getName()).getSelectionSet(), fragments));
            }
        }
        return fields;
    }

    /** The name under which a field appears, which an alias may have changed; absent when it is not selected. */
    Optional<String> keyOf(String fieldName) {
        return Optional.ofNullable(keys.get(fieldName));
    }

    List<Children<S, ?>> children() {
        return children;
    }

    /** One line without its newline. */
    void writeRoot(S source, JsonBytes out) {
        out.raw('{');
        writeFields(source, out);
        out.raw('}');
    }

    /** One line of a child, which names its parent last. */
    <P> void writeChild(S source, Selection<P> parent, P parentSource, JsonBytes out) {
        out.raw('{');
        writeFields(source, out);
        out.raw(PARENT_ID);
        parent.writeId(parentSource, out);
        out.raw('}');
    }

    private void writeId(S source, JsonBytes out) {
        if (type.field("id").orElseThrow() instanceof RecordType.Field.Value<S> id) {
            id.write().accept(source, out);
        }
    }

    private void writeFields(S source, JsonBytes out) {
        for (int i = 0; i < steps.size(); i++) {
            if (i > 0) {
                out.raw(',');
            }
            steps.get(i).write(source, out);
        }
    }

    private void add(Field selected, Document document) {
        String key = selected.getAlias() == null ? selected.getName() : selected.getAlias();
        keys.put(selected.getName(), key);
        byte[] keyBytes = ("\"" + key + "\":").getBytes(StandardCharsets.UTF_8);
        if (selected.getName().equals("__typename")) {
            steps.add((source, out) -> {
                out.raw(keyBytes);
                out.text(type.name());
            });
            return;
        }
        RecordType.Field<S> field = type.field(selected.getName())
                .orElseThrow(() -> new IllegalStateException(
                        "The schema has " + type.name() + "." + selected.getName() + ", the shop does not"));
        if (field instanceof RecordType.Field.Value<S> value) {
            steps.add((source, out) -> {
                out.raw(keyBytes);
                value.write().accept(source, out);
            });
        } else if (field instanceof RecordType.Field.Child<S, ?> child) {
            addChild(child, keyBytes, selected, document);
        } else if (field instanceof RecordType.Field.Listed<S, ?> list) {
            addListed(list, keyBytes, selected, document);
        } else if (field instanceof RecordType.Field.Many<S, ?> many) {
            addMany(many, selected, document);
        }
    }

    private <C> void addChild(RecordType.Field.Child<S, C> child, byte[] keyBytes, Field selected, Document document) {
        Selection<C> inner = compile(child.type(), selected.getSelectionSet(), document);
        steps.add((source, out) -> {
            out.raw(keyBytes);
            C value = child.get().apply(source).orElse(null);
            if (value == null) {
                out.nothing();
            } else {
                inner.writeRoot(value, out);
            }
        });
    }

    private <C> void addListed(RecordType.Field.Listed<S, C> list, byte[] keyBytes, Field selected, Document document) {
        Selection<C> inner = compile(list.type(), selected.getSelectionSet(), document);
        Map<String, Object> arguments = argumentsOf(selected);
        steps.add((source, out) -> {
            out.raw(keyBytes);
            out.raw('[');
            boolean further = false;
            for (C value : list.get().apply(source, arguments)) {
                if (further) {
                    out.raw(',');
                }
                inner.writeRoot(value, out);
                further = true;
            }
            out.raw(']');
        });
    }

    /** The arguments that are written out in the query: numbers, and lists of text. */
    private static Map<String, Object> argumentsOf(Field selected) {
        Map<String, Object> arguments = new HashMap<>();
        for (Argument argument : selected.getArguments()) {
            if (argument.getValue() instanceof IntValue number) {
                arguments.put(argument.getName(), number.getValue().intValue());
            } else if (argument.getValue() instanceof ArrayValue list) {
                arguments.put(
                        argument.getName(),
                        list.getValues().stream()
                                .filter(StringValue.class::isInstance)
                                .map(value -> ((StringValue) value).getValue())
                                .toList());
            }
        }
        return arguments;
    }

    private <C> void addMany(RecordType.Field.Many<S, C> many, Field selected, Document document) {
        children.add(new Children<>(many.get(), compile(many.type(), nodeOf(selected), document)));
    }

    /** What a connection selects of its nodes, by {@code edges { node { … } }}. */
    static SelectionSet nodeOf(Field connection) {
        return inner(inner(connection.getSelectionSet(), "edges"), "node");
    }

    private static SelectionSet inner(SelectionSet selected, String name) {
        return selected.getSelectionsOfType(Field.class).stream()
                .filter(field -> field.getName().equals(name))
                .findFirst()
                .orElseThrow()
                .getSelectionSet();
    }
}
