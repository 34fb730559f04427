package dev.tidemark.simulator;

import graphql.language.Argument;
import graphql.language.Document;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.IntValue;
import graphql.language.OperationDefinition;
import graphql.language.VariableReference;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a query costs before it is run: an object 1 point, a connection its page size times its node, a mutation 10. */
final class QueryCost {
    private final Map<String, FragmentDefinition> fragments;
    private final Map<String, Object> variables;

    private QueryCost(Document document, Map<String, Object> variables) {
        this.fragments = document.getDefinitionsOfType(FragmentDefinition.class).stream()
                .collect(Collectors.toMap(FragmentDefinition::getName, Function.identity()));
        this.variables = variables;
    }

    static int of(Document document, OperationDefinition operation, Map<String, Object> variables) {
        QueryCost cost = new QueryCost(document, variables);
        var fields = Selection.flatten(operation.getSelectionSet(), cost.fragments);
        return operation.getOperation() == OperationDefinition.Operation.MUTATION
                ? 10 * fields.size()
                : fields.stream().mapToInt(cost::of).sum();
    }

    private int of(Field field) {
        if (field.getSelectionSet() == null) {
            return 0;
        }
        var inner = Selection.flatten(field.getSelectionSet(), fragments);
        boolean connection = inner.stream()
                .anyMatch(
                        part -> part.getName().equals("edges") || part.getName().equals("nodes"));
        if (!connection) {
            return 1 + inner.stream().mapToInt(this::of).sum();
        }
        int perNode = inner.stream()
                .filter(part -> !part.getName().equals("pageInfo"))
                .mapToInt(part -> Math.max(1, of(part) - (part.getName().equals("edges") ? 1 : 0)))
                .max()
                .orElse(1);
        return 2 + (int) Math.ceil(pageSize(field) * (double) perNode / 4);
    }

    private int pageSize(Field field) {
        return field.getArguments().stream()
                .filter(argument ->
                        argument.getName().equals("first") || argument.getName().equals("last"))
                .map(Argument::getValue)
                .mapToInt(value -> {
                    Object number = value instanceof VariableReference variable
                            ? variables.get(variable.getName())
                            : value instanceof IntValue given ? given.getValue() : null;
                    return number instanceof Number size ? size.intValue() : 10;
                })
                .findFirst()
                .orElse(10);
    }
}
