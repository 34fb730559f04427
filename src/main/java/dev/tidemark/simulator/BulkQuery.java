package dev.tidemark.simulator;

import graphql.language.Argument;
import graphql.language.Document;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.OperationDefinition;
import graphql.language.StringValue;
import graphql.parser.InvalidSyntaxException;
import graphql.parser.Parser;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLList;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLType;
import graphql.schema.GraphQLTypeUtil;
import graphql.validation.ValidationError;
import graphql.validation.Validator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The query of a bulk operation, checked by the vendor's rules and compiled.
 *
 * @param roots its top-level connections in the order of the query
 */
record BulkQuery(List<Root<?>> roots) {
    private static final int MOST_BYTES = 65_535;

    /**
     * One top-level connection.
     *
     * @param search its {@code query} argument, empty without one
     * @param sorted whether a {@code sortKey} was given, which in bulk makes the vendor leave records out
     */
    record Root<S>(RootList<S> list, Selection<S> selection, String search, boolean sorted) {}

    /** The query breaks a rule; the message is the vendor's. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /** Checks and compiles. */
    static BulkQuery parse(String text, GraphQLSchema schema, ShopRoots lists) throws Refused {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MOST_BYTES) {
            throw new Refused("Query is too large (" + bytes + " bytes; maximum is " + MOST_BYTES + " bytes)");
        }
        Document document = document(text);
        OperationDefinition operation = document.getFirstDefinitionOfType(OperationDefinition.class)
                .orElseThrow(() -> new Refused("Invalid bulk query: syntax error, unexpected end of file"));
        if (operation.getOperation() != OperationDefinition.Operation.QUERY) {
            throw new Refused("Invalid operation type. Only `query` operations are supported.");
        }
        List<ValidationError> errors = new Validator().validateDocument(schema, document, Locale.ENGLISH);
        if (!errors.isEmpty()) {
            throw new Refused("Invalid bulk query: " + VendorErrors.messageOf(errors.get(0)));
        }
        new Rules(document).check(operation, schema.getQueryType());
        return new BulkQuery(compile(operation, document, lists));
    }

    private static Document document(String text) throws Refused {
        try {
            return Parser.parse(text);
        } catch (InvalidSyntaxException e) {
            boolean ended =
                    e.getOffendingToken() == null || e.getOffendingToken().contains("EOF") || text.isBlank();
            throw new Refused("Invalid bulk query: syntax error, unexpected "
                    + (ended ? "end of file" : "'" + e.getOffendingToken() + "' at " + e.getLocation()));
        }
    }

    private static List<Root<?>> compile(OperationDefinition operation, Document document, ShopRoots lists)
            throws Refused {
        List<Root<?>> roots = new ArrayList<>();
        for (Field field : Selection.flatten(operation.getSelectionSet(), fragments(document))) {
            RootList<?> list = lists.named(field.getName())
                    .orElseThrow(() -> new Refused("Bulk queries must contain at least one connection."));
            roots.add(root(list, field, document));
        }
        return roots;
    }

    private static <S> Root<S> root(RootList<S> list, Field field, Document document) {
        String search = field.getArguments().stream()
                .filter(argument -> argument.getName().equals("query"))
                .map(Argument::getValue)
                .filter(StringValue.class::isInstance)
                .map(value -> ((StringValue) value).getValue())
                .findFirst()
                .orElse("");
        boolean sorted = field.getArguments().stream()
                .anyMatch(argument -> argument.getName().equals("sortKey"));
        return new Root<>(list, Selection.compile(list.type(), Selection.nodeOf(field), document), search, sorted);
    }

    private static Map<String, FragmentDefinition> fragments(Document document) {
        return document.getDefinitionsOfType(FragmentDefinition.class).stream()
                .collect(Collectors.toMap(FragmentDefinition::getName, Function.identity()));
    }

    /** The vendor's rules about connections, one walk over the document. */
    private static final class Rules {
        private final Map<String, FragmentDefinition> fragments;
        private int connections;
        private int depth;
        private boolean inList;
        private final List<String> selectedByNodes = new ArrayList<>();
        private final List<String> withoutParentId = new ArrayList<>();

        Rules(Document document) {
            this.fragments = fragments(document);
        }

        void check(OperationDefinition operation, GraphQLObjectType query) throws Refused {
            List<Field> top = Selection.flatten(operation.getSelectionSet(), fragments);
            if (top.stream().anyMatch(field -> field.getName().equals("node"))) {
                throw new Refused("Bulk queries cannot contain a top level `node` field.");
            }
            walk(top, query, 0, false, null);
            if (connections == 0) {
                throw new Refused("Bulk queries must contain at least one connection.");
            }
            if (connections > 5) {
                throw new Refused("Bulk queries cannot contain more than 5 connections.");
            }
            if (depth > 2) {
                throw new Refused("Bulk queries cannot contain connections with a nesting depth greater than 2.");
            }
            if (!selectedByNodes.isEmpty()) {
                throw new Refused(
                        "All connection fields in a bulk query must select their contents using 'edges' > 'node',"
                                + " e.g: 'orders { edges { node {'. Selecting via 'nodes' is not supported."
                                + " Invalid connection fields: '" + String.join("', '", selectedByNodes) + "'.");
            }
            if (inList) {
                throw new Refused(
                        "Queries that contain a connection field within a list field are not currently supported.");
            }
            if (!withoutParentId.isEmpty()) {
                throw new Refused(
                        "The parent 'node' field for a nested connection must select the 'id' field without an"
                                + " alias and must be of 'ID' return type. Connection fields without 'id': "
                                + String.join(", ", withoutParentId) + ".");
            }
        }

        private void walk(List<Field> fields, GraphQLObjectType type, int above, boolean list, Field parentConnection) {
            for (Field field : fields) {
                GraphQLFieldDefinition definition = type.getFieldDefinition(field.getName());
                boolean hasFields = definition != null
                        && GraphQLTypeUtil.unwrapAll(definition.getType()) instanceof GraphQLObjectType;
                if (!hasFields) {
                    continue;
                }
                GraphQLObjectType inner = (GraphQLObjectType) GraphQLTypeUtil.unwrapAll(definition.getType());
                List<Field> below = Selection.flatten(field.getSelectionSet(), fragments);
                if (inner.getName().endsWith("Connection")) {
                    walkConnection(field, inner, below, above, list, fields, parentConnection);
                } else {
                    walk(below, inner, above, list || isList(definition.getType()), parentConnection);
                }
            }
        }

        private void walkConnection(
                Field field,
                GraphQLObjectType connection,
                List<Field> below,
                int above,
                boolean list,
                List<Field> siblings,
                Field parentConnection) {
            connections++;
            depth = Math.max(depth, above + 1);
            inList |= list;
            boolean idSelected =
                    siblings.stream().anyMatch(sibling -> sibling.getName().equals("id") && sibling.getAlias() == null);
            if (parentConnection != null && !idSelected) {
                withoutParentId.add(parentConnection.getName());
            }
            List<Field> nodes = below.stream()
                    .filter(inner -> inner.getName().equals("edges"))
                    .flatMap(edges -> Selection.flatten(edges.getSelectionSet(), fragments).stream())
                    .filter(inner -> inner.getName().equals("node"))
                    .toList();
            if (nodes.isEmpty()
                    || below.stream().anyMatch(inner -> inner.getName().equals("nodes"))) {
                selectedByNodes.add(field.getName());
                return;
            }
            GraphQLType edge = GraphQLTypeUtil.unwrapAll(
                    connection.getFieldDefinition("edges").getType());
            GraphQLType node = GraphQLTypeUtil.unwrapAll(
                    ((GraphQLObjectType) edge).getFieldDefinition("node").getType());
            List<Field> selected = Selection.flatten(nodes.get(0).getSelectionSet(), fragments);
            // Of the lists that hold more than one type, events, none has a connection below it.
            if (node instanceof GraphQLObjectType type) {
                walk(selected, type, above + 1, false, field);
            }
        }

        private static boolean isList(GraphQLType type) {
            return GraphQLTypeUtil.unwrapNonNull(type) instanceof GraphQLList;
        }
    }
}
