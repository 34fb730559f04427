package dev.tidemark.simulator;

import dev.tidemark.simulator.webhook.Subscription;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.GraphQLNamedType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** The values of all fields of the Admin API. */
final class AdminFields implements DataFetcher<Object> {
    /** What one request carries through its fields. */
    record Call(String version, String baseUrl, String who, List<Map<String, Object>> searches) {}

    private static final SearchFilter.Fields<BulkOperation> OPERATION_FIELDS = new SearchFilter.Fields<BulkOperation>()
            .time("created_at", BulkOperation::createdAt)
            .number("id", BulkOperation::id)
            .text("operation_type", operation -> "query", value -> value.matches("(?i)query|mutation"))
            // The vendor refuses EXPIRED here although it is a status.
            .text(
                    "status",
                    operation -> operation.status().name(),
                    value -> value.matches("(?i)created|running|canceling|canceled|completed|failed"));

    private final SimulatorOptions options;
    private final ShopTypes types;
    private final ShopRoots roots;
    private final ShopNodes nodes;
    private final Paging paging;
    private final ShopClock clock;
    private final BulkOperations bulk;
    private final Faults faults;
    private final Downloads downloads;
    private final PageChanges betweenPages;
    private final WebhookFields webhooks;

    AdminFields(
            SimulatorOptions options,
            ShopTypes types,
            ShopRoots roots,
            ShopNodes nodes,
            ShopClock clock,
            BulkOperations bulk,
            Faults faults,
            Downloads downloads,
            PageChanges betweenPages,
            WebhookFields webhooks) {
        this.options = options;
        this.types = types;
        this.roots = roots;
        this.nodes = nodes;
        this.paging = new Paging(faults);
        this.clock = clock;
        this.bulk = bulk;
        this.faults = faults;
        this.downloads = downloads;
        this.betweenPages = betweenPages;
        this.webhooks = webhooks;
    }

    @Override
    public Object get(DataFetchingEnvironment environment) throws IOException {
        String type = ((GraphQLNamedType) environment.getParentType()).getName();
        String field = environment.getField().getName();
        Object source = environment.getSource();
        if (type.equals("QueryRoot")) {
            return query(field, environment);
        }
        if (type.equals("Mutation")) {
            return mutation(field, environment);
        }
        if (source instanceof Map<?, ?> map) {
            return map.get(field);
        }
        if (source instanceof Page<?> page) {
            return ofPage(page, field);
        }
        if (source instanceof Page.Edge<?> edge) {
            return field.equals("cursor") ? edge.cursor() : edge.node();
        }
        if (source instanceof Subscription subscription) {
            return webhooks.value(
                    subscription, field, environment.getGraphQlContext().get("call"));
        }
        if (source instanceof BulkOperation operation) {
            return ofOperation(operation, field, environment.getGraphQlContext().get("call"));
        }
        return ofRecord(types.named(type), source, field, environment);
    }

    private Object query(String field, DataFetchingEnvironment environment) throws IOException {
        Call call = environment.getGraphQlContext().get("call");
        return switch (field) {
            case "shop" -> shopFields();
            case "currentAppInstallation" ->
                Map.of(
                        "id",
                        "gid://shopify/AppInstallation/1",
                        "accessScopes",
                        AccessScopes.granted(faults).stream()
                                .map(scope -> Map.of("handle", scope, "description", scope.replace('_', ' ')))
                                .toList());
            case "node" -> node(environment.getArgument("id"));
            case "bulkOperation" -> operation(environment.getArgument("id")).orElse(null);
            case "bulkOperations" -> operations(environment, call);
            case "webhookSubscriptions" ->
                paging.page(environment, Subscription::id, Subscription::id, (worthwhile, offer) -> webhooks.list(
                                environment)
                        .forEach(offer));
            case "webhookSubscription" ->
                webhooks.find(environment.getArgument("id")).orElse(null);
            case "currentBulkOperation" ->
                environment.getArgument("type").equals("QUERY")
                        ? bulk.all().stream().findFirst().orElse(null)
                        : null;
            default -> {
                Optional<RootList<?>> root = roots.named(field);
                yield root.isPresent() ? list(root.get(), environment, call) : one(field, environment);
            }
        };
    }

    /** A field such as {@code order(id:)}, which finds only ids of its own type. */
    private Object one(String field, DataFetchingEnvironment environment) {
        String type = field.substring(0, 1).toUpperCase(Locale.ROOT) + field.substring(1);
        return nodes.find(environment.getArgument("id"))
                .filter(record -> types.nameOf(record).equals(type))
                .orElse(null);
    }

    private Object mutation(String field, DataFetchingEnvironment environment) {
        Call call = environment.getGraphQlContext().get("call");
        if (field.startsWith("webhookSubscription")) {
            return webhooks.mutation(field, environment);
        }
        if (field.equals("bulkOperationCancel")) {
            String id = environment.getArgument("id");
            return payload(Gid.BULK_OPERATION
                    .numberIn(id)
                    .map(bulk::cancel)
                    .orElseGet(() ->
                            BulkOperations.Outcome.refused(null, List.of("id"), "Bulk operation does not exist")));
        }
        String text = environment.getArgument("query");
        boolean grouped = ApiVersions.alwaysGroups(call.version())
                || Boolean.TRUE.equals(environment.getArgument("groupObjects"));
        try {
            BulkQuery query = BulkQuery.parse(text, environment.getGraphQLSchema(), roots);
            return payload(bulk.submit(text, query, call.version(), grouped, call.who()));
        } catch (BulkQuery.Refused refused) {
            return payload(BulkOperations.Outcome.refused("INVALID", List.of("query"), refused.getMessage()));
        }
    }

    private static Map<String, Object> payload(BulkOperations.Outcome outcome) {
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put("bulkOperation", outcome.operation().orElse(null));
        payload.put(
                "userErrors",
                outcome.error().stream()
                        .map(error -> {
                            Map<String, Object> fields = new LinkedHashMap<>();
                            fields.put("code", error.code());
                            fields.put("field", error.field());
                            fields.put("message", error.message());
                            return fields;
                        })
                        .toList());
        return payload;
    }

    private Map<String, Object> shopFields() {
        String domain = faults.inForce(Fault.SHOP_ALIAS)
                .map(alias -> alias.argumentOr("renamed-" + options.domain()))
                .orElse(options.domain());
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", Gid.SHOP.of(ShopBodies.SHOP_ID));
        fields.put("name", "Tidemark Demo Supplements");
        fields.put("email", "owner@example.com");
        fields.put("myshopifyDomain", domain);
        fields.put("primaryDomain", Map.of("host", domain, "url", "https://" + domain));
        fields.put("url", "https://" + domain);
        fields.put("currencyCode", Currency.SHOP.code());
        fields.put(
                "enabledPresentmentCurrencies",
                Stream.concat(Stream.of(Currency.SHOP), Currency.FOREIGN.stream())
                        .map(Currency::code)
                        .toList());
        fields.put("ianaTimezone", OrderSearch.SHOP_ZONE.getId());
        fields.put(
                "timezoneOffset",
                clock.now().atZone(OrderSearch.SHOP_ZONE).getOffset().getId().replace(":", ""));
        fields.put("plan", Map.of("displayName", "Advanced", "partnerDevelopment", true, "shopifyPlus", false));
        return fields;
    }

    private Object node(String gid) {
        return gid.startsWith("gid://shopify/BulkOperation/")
                ? operation(gid).orElse(null)
                : nodes.find(gid).orElse(null);
    }

    /** The type of an object that is only known as a node. */
    String nameOf(Object node) {
        return node instanceof BulkOperation
                ? "BulkOperation"
                : node instanceof Subscription ? "WebhookSubscription" : types.nameOf(node);
    }

    /** The name of the first list that a query speaks of. */
    Optional<String> listIn(String asked) {
        return roots.all().stream().map(RootList::name).filter(asked::contains).findFirst();
    }

    /** The first list that a query speaks of and the app may not read. */
    Optional<RootList<?>> denied(String asked) {
        for (RootList<?> root : roots.all()) {
            if (asked.contains(root.name())) {
                boolean granted = AccessScopes.isGranted(root.scope(), faults);
                boolean struck = root.name().equals("orders")
                        && granted
                        && faults.strike(Fault.ACCESS_DENIED).isPresent();
                if (!granted || struck) {
                    return Optional.of(root);
                }
            }
        }
        return Optional.empty();
    }

    private Optional<BulkOperation> operation(String gid) {
        return Gid.BULK_OPERATION.numberIn(gid).flatMap(bulk::operation);
    }

    private <S> Page<S> list(RootList<S> root, DataFetchingEnvironment environment, Call call) throws IOException {
        String query = environment.getArgumentOrDefault("query", "");
        SearchFilter<S> filter = root.filter(query == null ? "" : query, call.version());
        noteSearch(root.name(), query, filter.warnings(), call);
        String sortKey = environment.getArgumentOrDefault("sortKey", "ID");
        boolean byUpdate = "UPDATED_AT".equals(sortKey);
        Page<S> page = paging.page(environment, root.sortedBy(sortKey), root.id(), (worthwhile, offer) -> root.walk()
                .through(filter, byUpdate ? worthwhile : updatedAt -> true, offer::accept));
        betweenPages.served(root.name());
        return page;
    }

    private Page<BulkOperation> operations(DataFetchingEnvironment environment, Call call) throws IOException {
        String query = environment.getArgumentOrDefault("query", "");
        SearchFilter<BulkOperation> filter =
                new SearchFilter<>(query == null ? "" : query, OPERATION_FIELDS, OrderSearch.SHOP_ZONE, false);
        if (filter.warnings().stream().anyMatch(warning -> warning.field().equals("created_at"))) {
            throw Paging.badRequest("Invalid timestamp for query filter `created_at`.");
        }
        noteSearch("bulkOperations", query, filter.warnings(), call);
        String sortKey = environment.getArgument("sortKey");
        ToLongFunction<BulkOperation> key =
                switch (sortKey) {
                    case "COMPLETED_AT" -> BulkOperation::completedAt;
                    case "ID" -> BulkOperation::id;
                    default -> BulkOperation::createdAt;
                };
        // Newest first unless reversed, the other way round than everywhere else.
        return paging.page(
                environment,
                operation -> -key.applyAsLong(operation),
                operation -> -operation.id(),
                (worthwhile, offer) ->
                        bulk.all().stream().filter(filter::matches).forEach(offer));
    }

    private void noteSearch(String path, String query, List<SearchFilter.Warning> warnings, Call call) {
        if (query != null && !query.isEmpty() && !warnings.isEmpty()) {
            call.searches().add(searchNote(path, query, warnings));
        }
    }

    static Map<String, Object> searchNote(String path, String query, List<SearchFilter.Warning> warnings) {
        Map<String, Object> note = new LinkedHashMap<>();
        note.put("path", List.of(path));
        note.put("query", query);
        note.put(
                "warnings",
                warnings.stream()
                        .map(warning ->
                                Map.of("field", warning.field(), "message", warning.message(), "code", warning.code()))
                        .toList());
        return note;
    }

    private Object ofPage(Page<?> page, String field) {
        return switch (field) {
            case "edges" -> page.edges();
            case "nodes" -> page.nodes();
            default -> paging.pageInfo(page);
        };
    }

    private <S> Object ofRecord(RecordType<S> type, Object source, String name, DataFetchingEnvironment environment) {
        S record = type.cast(source);
        RecordType.Field<S> field = type.field(name).orElseThrow();
        if (field instanceof RecordType.Field.Value<S> value) {
            CapturedValue captured = new CapturedValue();
            value.write().accept(record, captured);
            return captured.value();
        }
        if (field instanceof RecordType.Field.Child<S, ?> child) {
            return child.get().apply(record).orElse(null);
        }
        if (field instanceof RecordType.Field.Listed<S, ?> list) {
            return list.get().apply(record, environment.getArguments());
        }
        return field instanceof RecordType.Field.Many<S, ?> many ? nested(many, record, environment) : null;
    }

    private <S, C> Page<C> nested(RecordType.Field.Many<S, C> many, S record, DataFetchingEnvironment environment) {
        List<C> all = many.get().apply(record);
        Map<C, Long> places = new IdentityHashMap<>();
        all.forEach(child -> places.put(child, (long) places.size()));
        try {
            return paging.page(environment, places::get, places::get, (worthwhile, offer) -> all.forEach(offer));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Object ofOperation(BulkOperation operation, String field, Call call) {
        boolean partial = operation.partial();
        return switch (field) {
            case "id" -> operation.gid();
            case "status" -> operation.status().name();
            case "type" -> "QUERY";
            case "errorCode" -> operation.errorCode().orElse(null);
            case "createdAt" -> time(operation.createdAt());
            case "completedAt" -> time(operation.completedAt());
            case "objectCount" -> Long.toString(operation.objectCount());
            case "rootObjectCount" -> Long.toString(operation.rootObjectCount());
            case "fileSize" -> operation.fileSize() < 0 ? null : Long.toString(operation.fileSize());
            case "url" -> partial ? null : url(operation, call);
            case "partialDataUrl" -> partial ? url(operation, call) : null;
            default -> operation.query();
        };
    }

    private String url(BulkOperation operation, Call call) {
        return operation
                .urlElsewhere()
                .or(() -> operation.file().map(file -> downloads.url(call.baseUrl(), file, operation)))
                .orElse(null);
    }

    private static String time(long millis) {
        return millis == 0 ? null : Instant.ofEpochSecond(millis / 1_000).toString();
    }
}
