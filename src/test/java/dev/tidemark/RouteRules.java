package dev.tidemark;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.RouteModel.Declaration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Rules of the route files. Each returns every violation, one line each. */
final class RouteRules {
    private static final Pattern ID = Pattern.compile(
            "(stream|fetch|archive|load|sync|backfill|telemetry|query|api|doctor|operations|webhook|catalog|lots|letters|erasure)(-[a-z0-9]+)*");

    /** Steps that lose, repeat or hide work; what to do instead is in docs/decisions. */
    private static final List<String> FORBIDDEN_STEPS = List.of(
            "aggregate",
            "transacted",
            "wireTap",
            "idempotentConsumer",
            "saga",
            "recipientList",
            "routingSlip",
            "dynamicRouter",
            "pollEnrich",
            "resequence",
            "sampling");

    private static final Pattern FORBIDDEN_ENDPOINT =
            Pattern.compile("^(seda|vm|disruptor|disruptor-vm|exec|language):.*");

    /** Dynamic endpoints, and why each is harmless. */
    private static final Map<String, String> REASONED_DYNAMIC_ENDPOINTS = Map.of(
            "direct:fetch-shopify-${variable.run.store}",
                    "the store was looked up in the settings when the run was made",
            "direct:fetch-recharge-${variable.run.store}",
                    "the store was looked up in the settings when the run was made",
            "direct:fetch-shopify-${variable.store}", "the store was looked up in the settings by the caller",
            "direct:fetch-recharge-${variable.store}", "the store was looked up in the settings by the caller",
            "direct:load-${variable.run.stream}", "the stream was looked up in the catalog when the run was made",
            "direct:load-deleted-${variable.run.stream}",
                    "the stream was looked up in the catalog when the run was made");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^}]+)}}");
    private static final Pattern DIRECT = Pattern.compile("direct:([A-Za-z0-9_${}.\\[\\]-]+)");
    private static final Pattern DIRECT_IN_JAVA = Pattern.compile("\"direct:([a-z0-9-]+)(\"\\s*\\+)?");
    private static final Pattern TEMPLATED_ROUTE = Pattern.compile("templatedRoute\\(\\s*\"([^\"]+)\"\\)");
    private static final Pattern PARAMETER = Pattern.compile("\\.parameter\\(\\s*\"([^\"]+)\"");

    private RouteRules() {}

    static List<String> idsAndDescriptions(RouteModel model) {
        List<String> violations = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Declaration route : model.routes()) {
            if (!ID.matcher(route.id()).matches()) {
                violations.add(route.where() + ": the id must be like " + ID);
            }
            if (!seen.add(route.id())) {
                violations.add(route.where() + ": the id is taken");
            }
            if (route.route().path("description").asText().isBlank()) {
                violations.add(route.where() + ": has no description");
            }
        }
        return violations;
    }

    static List<String> openingLines(RouteModel model) {
        return model.routes().stream()
                .flatMap(route -> Stream.of("In:", "Out:", "If it fails:")
                        .filter(word -> !route.opening().contains(word))
                        .map(word -> route.where() + ": the comment above it lacks '" + word + "'"))
                .toList();
    }

    /** Each {@code direct:} has one consumer, which has the same name, and is sent to only if it exists. */
    static List<String> directEndpoints(RouteModel model, ProjectFiles java) {
        List<String> violations = new ArrayList<>();
        Map<String, Integer> consumers = new TreeMap<>();
        for (Declaration route : model.routes()) {
            if (route.from().startsWith("direct:")) {
                String name = route.from().substring("direct:".length());
                consumers.merge(withoutVariables(name), 1, Integer::sum);
                boolean sameAsId = route.isTemplate() ? name.startsWith(route.id()) : name.equals(route.id());
                if (!sameAsId) {
                    violations.add(
                            route.where() + ": consumes " + route.from() + ", which is not named after the route");
                }
            }
        }
        consumers.forEach((name, count) -> {
            if (count > 1) {
                violations.add("direct:" + name + " has " + count + " consumers");
            }
        });
        for (Declaration declaration : model.declarations()) {
            declaration.texts().filter(text -> text.startsWith("direct:")).forEach(text -> {
                Matcher target = DIRECT.matcher(text);
                if (target.find() && !consumers.containsKey(withoutVariables(target.group(1)))) {
                    violations.add(declaration.where() + ": sends to " + text + ", which nothing consumes");
                }
            });
        }
        java.textByPath().forEach((file, text) -> {
            Matcher target = DIRECT_IN_JAVA.matcher(text);
            while (target.find()) {
                String name = target.group(1) + (target.group(2) == null ? "" : "*");
                if (!consumers.containsKey(name)) {
                    violations.add(file + ": sends to direct:" + name + ", which nothing consumes");
                }
            }
        });
        return violations;
    }

    /** An open breaker without this option lets the route continue, and a page looks empty. */
    static List<String> breakersThrow(RouteModel model) {
        return violations(
                model,
                "circuitBreaker",
                breaker -> breaker.path("resilience4jConfiguration")
                                .path("throwExceptionWhenHalfOpenOrOpenState")
                                .asBoolean()
                        ? ""
                        : "a circuit breaker must have throwExceptionWhenHalfOpenOrOpenState: true");
    }

    /** With any other form a failed part is lost and the next step runs. */
    static List<String> safeSplits(RouteModel model) {
        return violations(model, "split", split -> {
            String strategy = split.path("aggregationStrategy").asText();
            boolean customShared = split.path("shareUnitOfWork").asBoolean()
                    && split.path("stopOnException").asBoolean();
            boolean safe = strategy.isEmpty() || strategy.endsWith("UseLatestAggregationStrategy") || customShared;
            return safe ? "" : "a split with strategy " + strategy + " must have stopOnException and shareUnitOfWork";
        });
    }

    static List<String> noForbiddenSteps(RouteModel model) {
        List<String> violations = new ArrayList<>();
        for (Declaration declaration : model.declarations()) {
            FORBIDDEN_STEPS.forEach(step -> {
                if (!declaration.steps(step).isEmpty()) {
                    violations.add(declaration.where() + ": uses " + step);
                }
            });
            declaration
                    .texts()
                    .filter(text -> FORBIDDEN_ENDPOINT.matcher(text).matches())
                    .forEach(uri -> violations.add(declaration.where() + ": uses the endpoint " + uri));
        }
        return violations;
    }

    /** Data in an endpoint's address picks the component: it can write files and run code. */
    static List<String> noDataInAddresses(RouteModel model) {
        return violations(model, "toD", step -> {
            String uri = step.isTextual() ? step.asText() : step.path("uri").asText();
            return REASONED_DYNAMIC_ENDPOINTS.containsKey(uri) ? "" : "toD " + uri + " has no reason in the list";
        });
    }

    /** What no branch expects must not be dropped in silence. */
    static List<String> choicesHaveOtherwise(RouteModel model) {
        return violations(model, "choice", choice -> choice.has("otherwise") ? "" : "a choice has no otherwise");
    }

    /** What an endpoint is asked not to keep for a second reading, Camel itself keeps between two steps, in memory. */
    static List<String> filesPassOnce(RouteModel model) {
        return model.routes().stream()
                .filter(route ->
                        route.node().findValuesAsText("disableStreamCache").contains("true"))
                .filter(route -> !route.node().path("streamCache").asText().equals("false"))
                .map(route -> route.where() + ": has disableStreamCache, but not streamCache: \"false\"")
                .toList();
    }

    /** By default a dead letter that cannot be written is swallowed. */
    static List<String> deadLettersThrow(RouteModel model) {
        return violations(
                model,
                "deadLetterChannel",
                channel -> channel.path("deadLetterHandleNewException")
                                .asText("true")
                                .equals("false")
                        ? ""
                        : "a dead letter channel must have deadLetterHandleNewException: false");
    }

    /** An undeclared parameter of a template is accepted without a word and stays unset. */
    static List<String> templateParameters(RouteModel model, ProjectFiles java) {
        List<String> violations = new ArrayList<>();
        for (Declaration template :
                model.routes().stream().filter(Declaration::isTemplate).toList()) {
            Set<String> declared = declaredParameters(template);
            template.texts().forEach(text -> {
                Matcher placeholder = PLACEHOLDER.matcher(text);
                while (placeholder.find()) {
                    String name = placeholder.group(1);
                    if (!name.contains(".") && !declared.contains(name)) {
                        violations.add(template.where() + ": uses {{" + name + "}}, which it does not declare");
                    }
                }
            });
            declared.forEach(name -> {
                if (template.texts().noneMatch(text -> text.contains("{{" + name + "}}"))) {
                    violations.add(template.where() + ": declares " + name + ", which it does not use");
                }
            });
        }
        java.textByPath().forEach((file, text) -> {
            Matcher use = TEMPLATED_ROUTE.matcher(text);
            while (use.find()) {
                Set<String> given = new HashSet<>();
                Matcher parameter = PARAMETER.matcher(statementAfter(text, use.end()));
                while (parameter.find()) {
                    given.add(parameter.group(1));
                }
                Set<String> declared = model.template(use.group(1))
                        .map(RouteRules::declaredParameters)
                        .orElse(Set.of());
                if (!given.equals(declared)) {
                    violations.add(file + ": gives the template " + use.group(1) + " the parameters " + given
                            + ", but it declares " + declared);
                }
            }
        });
        return violations;
    }

    /** The calls that are chained to what ends at a position, as far as their parentheses balance. */
    private static String statementAfter(String text, int begin) {
        int depth = 0;
        int end = begin;
        while (end < text.length() && depth >= 0 && !(depth == 0 && text.charAt(end) == ';')) {
            depth += text.charAt(end) == '(' ? 1 : text.charAt(end) == ')' ? -1 : 0;
            end++;
        }
        return text.substring(begin, end);
    }

    private static Set<String> declaredParameters(Declaration template) {
        Set<String> names = new HashSet<>();
        template.node()
                .path("parameters")
                .forEach(parameter -> names.add(parameter.path("name").asText()));
        return names;
    }

    /** {@code fetch-shopify-{{store}}} and {@code fetch-shopify-${variable.store}} are the same family of endpoints. */
    private static String withoutVariables(String name) {
        return name.replaceAll("(\\{\\{|\\$\\{).*?}+", "*");
    }

    private static List<String> violations(RouteModel model, String step, Function<JsonNode, String> complaint) {
        return model.declarations().stream()
                .flatMap(declaration -> declaration.steps(step).stream()
                        .map(complaint)
                        .filter(text -> !text.isEmpty())
                        .map(text -> declaration.where() + ": " + text))
                .toList();
    }
}
