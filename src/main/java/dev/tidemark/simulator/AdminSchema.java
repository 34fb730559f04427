package dev.tidemark.simulator;

import graphql.language.StringValue;
import graphql.language.Value;
import graphql.schema.Coercing;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetcherFactories;
import graphql.schema.GraphQLCodeRegistry;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLScalarType;
import graphql.schema.GraphQLSchema;
import graphql.schema.TypeResolver;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The schema of one version of the Admin API, made of the lines of {@code admin.graphqls} that this version has. */
final class AdminSchema {
    private static final Pattern SINCE = Pattern.compile(".*#since (\\d{4}-\\d\\d).*");
    private static final Pattern UNTIL = Pattern.compile(".*#until (\\d{4}-\\d\\d).*");
    private static final List<String> TEXT_SCALARS = List.of("DateTime", "Decimal", "UnsignedInt64", "URL", "Money");

    private AdminSchema() {}

    /**
     * @param fetcher gives the value of every field
     * @param nameOf tells of which type an object is
     */
    static GraphQLSchema of(String version, DataFetcher<Object> fetcher, Function<Object, String> nameOf) {
        String sdl = sdl().lines().filter(line -> isIn(version, line)).collect(Collectors.joining("\n"));
        TypeResolver resolver = environment ->
                (GraphQLObjectType) environment.getSchema().getType(nameOf.apply(environment.getObject()));
        RuntimeWiring.Builder wiring = RuntimeWiring.newRuntimeWiring()
                .codeRegistry(GraphQLCodeRegistry.newCodeRegistry()
                        .defaultDataFetcher(DataFetcherFactories.useDataFetcher(fetcher)))
                .type("Node", type -> type.typeResolver(resolver))
                .type("Event", type -> type.typeResolver(resolver));
        TEXT_SCALARS.forEach(name -> wiring.scalar(
                GraphQLScalarType.newScalar().name(name).coercing(new AsText()).build()));
        return new SchemaGenerator().makeExecutableSchema(new SchemaParser().parse(sdl), wiring.build());
    }

    private static boolean isIn(String version, String line) {
        var since = SINCE.matcher(line);
        var until = UNTIL.matcher(line);
        return (!since.matches() || version.compareTo(since.group(1)) >= 0)
                && (!until.matches() || version.compareTo(until.group(1)) <= 0);
    }

    private static String sdl() {
        try (InputStream in = AdminSchema.class.getResourceAsStream("/simulator/admin.graphqls")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the simulator's schema failed", e);
        }
    }

    /** Scalars that travel as JSON strings. */
    private static final class AsText implements Coercing<String, String> {
        @Override
        public String serialize(Object value, graphql.GraphQLContext context, Locale locale) {
            return value.toString();
        }

        @Override
        public String parseValue(Object input, graphql.GraphQLContext context, Locale locale) {
            return input.toString();
        }

        @Override
        public String parseLiteral(
                Value<?> input,
                graphql.execution.CoercedVariables variables,
                graphql.GraphQLContext context,
                Locale locale) {
            return input instanceof StringValue text ? text.getValue() : input.toString();
        }
    }
}
