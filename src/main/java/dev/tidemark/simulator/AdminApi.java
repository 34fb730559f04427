package dev.tidemark.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.GraphQL;
import graphql.GraphQLError;
import graphql.language.Document;
import graphql.language.OperationDefinition;
import graphql.parser.InvalidSyntaxException;
import graphql.parser.Parser;
import graphql.schema.GraphQLSchema;
import graphql.validation.ValidationError;
import graphql.validation.Validator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The vendor's Admin API over HTTP: who may ask, which version answers, what it costs, and what comes back. */
final class AdminApi {
    private static final Pattern GRAPHQL = Pattern.compile("/admin/api/([^/]+)/graphql\\.json");
    private static final Pattern SCOPES = Pattern.compile("/admin/(?:oauth|api/[^/]+)/access_scopes\\.json");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SimulatorOptions options;
    private final ApiVersions versions;
    private final AdminFields fields;
    private final Faults faults;
    private final HttpFaults httpFaults;
    private final CostBucket bucket;
    private final PageDamage damage;
    private final Map<String, GraphQL> engines = new ConcurrentHashMap<>();

    AdminApi(SimulatorOptions options, AdminFields fields, Faults faults, HttpFaults httpFaults) {
        this.options = options;
        this.versions = new ApiVersions(options.apiVersions());
        this.fields = fields;
        this.faults = faults;
        this.httpFaults = httpFaults;
        this.damage = new PageDamage(faults);
        this.bucket = new CostBucket(options.restoreRate());
    }

    Reply answer(Request request, String baseUrl) {
        Optional<Reply> struck = httpFaults.strike();
        if (struck.isPresent()) {
            return struck.get();
        }
        if (!request.header("x-shopify-access-token").orElse("").equals(options.token())) {
            return HttpFaults.unauthorized();
        }
        if (SCOPES.matcher(request.path()).matches()) {
            return json(Map.of(
                    "access_scopes",
                    AccessScopes.granted(faults).stream()
                            .map(scope -> Map.of("handle", scope))
                            .toList()));
        }
        Matcher graphql = GRAPHQL.matcher(request.path());
        Optional<String> served =
                graphql.matches() && request.method().equals("POST") ? serving(graphql.group(1)) : Optional.empty();
        if (served.isEmpty()) {
            return Reply.notFound();
        }
        return graphql(request, served.get(), baseUrl).with("X-Shopify-API-Version", served.get());
    }

    private Optional<String> serving(String requested) {
        Optional<String> served = versions.serving(requested);
        return faults.strike(Fault.FALL_FORWARD)
                .map(forward -> forward.argumentOr(versions.after(served.orElse(requested))))
                .or(() -> served);
    }

    private Reply graphql(Request request, String version, String baseUrl) {
        JsonNode body;
        try {
            body = request.header("content-type").orElse("").contains("application/graphql")
                    ? JSON.createObjectNode().put("query", request.text())
                    : JSON.readTree(request.body());
        } catch (IOException notJson) {
            return Reply.json(400, "{\"errors\":{\"query\":\"Required parameter missing or invalid\"}}");
        }
        String query = body.path("query").asText("");
        if (query.isEmpty()) {
            return Reply.json(400, "{\"errors\":{\"query\":\"Required parameter missing or invalid\"}}");
        }
        Map<String, Object> variables =
                body.path("variables").isObject() ? variables(body.path("variables")) : Map.of();
        Map<String, Object> answer =
                execute(query, variables, body.path("operationName").asText(null), version, baseUrl, request);
        return answer.isEmpty() ? Reply.none() : json(answer);
    }

    /** The answer's JSON; empty when the connection is to break instead. */
    private Map<String, Object> execute(
            String text,
            Map<String, Object> variables,
            String operationName,
            String version,
            String baseUrl,
            Request request) {
        Document document;
        try {
            document = Parser.parse(text);
        } catch (InvalidSyntaxException e) {
            return Map.of(
                    "errors",
                    List.of(VendorErrors.of(
                            "syntax error, unexpected "
                                    + (e.getOffendingToken() == null
                                            ? "end of file"
                                            : "'" + e.getOffendingToken() + "'"),
                            "parseError")));
        }
        GraphQL engine = engines.computeIfAbsent(version, this::engine);
        List<ValidationError> invalid =
                new Validator().validateDocument(engine.getGraphQLSchema(), document, Locale.ENGLISH);
        if (!invalid.isEmpty()) {
            return Map.of("errors", invalid.stream().map(VendorErrors::of).toList());
        }
        Optional<OperationDefinition> operation = document.getDefinitionsOfType(OperationDefinition.class).stream()
                .filter(candidate -> operationName == null || operationName.equals(candidate.getName()))
                .findFirst();
        if (operation.isEmpty()) {
            return Map.of(
                    "errors",
                    List.of(VendorErrors.of("No operation named \"" + operationName + "\"", "missingOperation")));
        }
        int cost = QueryCost.of(document, operation.get(), variables);
        String asked = text + variables;
        Optional<Map<String, Object>> refused = refusal(text, asked, cost);
        if (refused.isPresent()) {
            return refused.get();
        }
        AdminFields.Call call = new AdminFields.Call(
                version, baseUrl, request.header("user-agent").orElse("unknown"), new ArrayList<>());
        ExecutionResult result = engine.execute(ExecutionInput.newExecutionInput(text)
                .operationName(operationName)
                .variables(variables)
                .graphQLContext(Map.of("call", call))
                .build());
        if (text.contains("bulkOperationRunQuery")
                && faults.strike(Fault.SUBMIT_LOST).isPresent()) {
            return Map.of();
        }
        return answer(fields.listIn(asked), call, result, cost);
    }

    private Optional<Map<String, Object>> refusal(String text, String asked, int cost) {
        Optional<Faults.Active> throttled = faults.strike(Fault.THROTTLED);
        if (cost > CostBucket.MOST_PER_QUERY) {
            return Optional.of(Map.of(
                    "errors",
                    List.of(VendorErrors.of(
                            "Query cost is " + cost + ", which exceeds the single query max cost limit ("
                                    + CostBucket.MOST_PER_QUERY + ").",
                            "MAX_COST_EXCEEDED"))));
        }
        if (throttled.isPresent() || !bucket.take(cost)) {
            Map<String, Object> status =
                    throttled.isPresent() ? bucket.status(throttled.get().numberOr(0)) : bucket.status();
            return Optional.of(Map.of(
                    "errors", List.of(VendorErrors.of("Throttled", "THROTTLED")),
                    "extensions", Map.of("cost", cost(cost, null, status))));
        }
        Optional<Faults.Active> error = faults.strike(Fault.GRAPHQL_ERROR);
        if (error.isPresent()) {
            String message = "Internal error. Looks like something went wrong on our end.";
            return Optional.of(Map.of(
                    "errors", List.of(VendorErrors.of(message, error.get().argumentOr("INTERNAL_SERVER_ERROR")))));
        }
        return fields.denied(asked).map(list -> {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put(
                    "errors",
                    List.of(VendorErrors.accessDenied(
                            text.contains("bulkOperationRunQuery") ? "bulkOperationRunQuery" : list.name(),
                            list.scope())));
            answer.put("data", null);
            return answer;
        });
    }

    private Map<String, Object> answer(Optional<String> list, AdminFields.Call call, ExecutionResult result, int cost) {
        // Half of a page's estimate is the usual actual cost; mutations and single objects cost what was asked.
        int actual = cost <= 10 ? cost : Math.max(1, cost / 2);
        bucket.giveBack(cost - actual);
        Map<String, Object> answer = new LinkedHashMap<>();
        if (!result.getErrors().isEmpty()) {
            answer.put(
                    "errors", result.getErrors().stream().map(AdminApi::error).toList());
        }
        if (result.isDataPresent()) {
            answer.put("data", damage.applyTo(result.getData()));
        }
        Map<String, Object> extensions = new LinkedHashMap<>();
        extensions.put("cost", cost(cost, actual, bucket.status()));
        if (list.isPresent()) {
            faults.strike(Fault.SEARCH_WARNING).ifPresent(warning -> call.searches()
                    .add(AdminFields.searchNote(
                            list.get(),
                            "",
                            List.of(new SearchFilter.Warning(
                                    warning.argumentOr("updated_at"),
                                    "Invalid search field for this query.",
                                    "invalid_field")))));
        }
        if (!call.searches().isEmpty()) {
            extensions.put("search", call.searches());
        }
        answer.put("extensions", extensions);
        return answer;
    }

    private static Map<String, Object> cost(int requested, Integer actual, Map<String, Object> status) {
        Map<String, Object> cost = new LinkedHashMap<>();
        cost.put("requestedQueryCost", requested);
        cost.put("actualQueryCost", actual);
        cost.put("throttleStatus", status);
        return cost;
    }

    private static Map<String, Object> error(GraphQLError error) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("message", error.getMessage().replaceFirst("^Exception while fetching data \\([^)]*\\) : ", ""));
        Map<String, Object> extensions = error.getExtensions();
        fields.put(
                "extensions",
                extensions == null || !extensions.containsKey("code")
                        ? Map.of(
                                "code",
                                error.getMessage().contains("ariable") ? "INVALID_VARIABLE" : "INTERNAL_SERVER_ERROR")
                        : Map.of("code", extensions.get("code")));
        if (error.getPath() != null) {
            fields.put("path", error.getPath());
        }
        return fields;
    }

    private GraphQL engine(String version) {
        GraphQLSchema schema = AdminSchema.of(version, fields, fields::nameOf);
        return GraphQL.newGraphQL(schema).build();
    }

    @SuppressWarnings("unchecked") // a JSON object is a map of text to values
    private static Map<String, Object> variables(JsonNode variables) {
        return JSON.convertValue(variables, Map.class);
    }

    private static Reply json(Object body) {
        try {
            return Reply.of(
                    200, "application/json; charset=utf-8", new Reply.Content.Bytes(JSON.writeValueAsBytes(body)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Answers are plain maps and lists", e);
        }
    }
}
