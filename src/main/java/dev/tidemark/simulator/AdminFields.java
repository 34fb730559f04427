package dev.tidemark.simulator;

import graphql.GraphqlErrorException;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.GraphQLNamedType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** The values of all fields of the Admin API. */
final class AdminFields implements DataFetcher<Object> {
    private static final int MOST_PER_PAGE = 250;

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
    private final SimulatedShop shop;
    private final ShopClock clock;
    private final BulkOperations bulk;
    private final Faults faults;
    private final Downloads downloads;

    AdminFields(
            SimulatorOptions options,
            SimulatedShop shop,
            ShopClock clock,
            BulkOperations bulk,
            Faults faults,
            Downloads downloads) {
        this.options = options;
        this.shop = shop;
        this.clock = clock;
        this.bulk = bulk;
        this.faults = faults;
        this.downloads = downloads;
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
        if (source instanceof BulkOperation operation) {
            return ofOperation(operation, field, environment.getGraphQlContext().get("call"));
        }
        return ShopTypes.ALL.stream()
                .filter(known -> known.name().equals(type))
                .findFirst()
                .map(known -> ofRecord(known, source, field, environment))
                .orElse(null);
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
            case "order" -> order(environment.getArgument("id")).orElse(null);
            case "product" -> product(environment.getArgument("id")).orElse(null);
            case "orders" -> orders(environment, call);
            case "products" -> products(environment, call);
            case "bulkOperation" -> operation(environment.getArgument("id")).orElse(null);
            case "bulkOperations" -> operations(environment, call);
            case "currentBulkOperation" ->
                environment.getArgument("type").equals("QUERY")
                        ? bulk.all().stream().findFirst().orElse(null)
                        : null;
            default -> null;
        };
    }

    private Object mutation(String field, DataFetchingEnvironment environment) {
        Call call = environment.getGraphQlContext().get("call");
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
            BulkQuery query = BulkQuery.parse(text, environment.getGraphQLSchema());
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
        fields.put("id", Gid.SHOP.of(9_000_000_001L));
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
        if (gid.startsWith("gid://shopify/BulkOperation/")) {
            return operation(gid).orElse(null);
        }
        Optional<Order> order = order(gid);
        return order.isPresent() ? order.get() : product(gid).orElse(null);
    }

    private Optional<Order> order(String gid) {
        long from = AccessScopes.ordersVisibleFrom(faults, clock);
        return Gid.ORDER.numberIn(gid).flatMap(shop::stored).filter(order -> order.createdAt() >= from);
    }

    private Optional<Product> product(String gid) {
        return Gid.PRODUCT.numberIn(gid).flatMap(id -> shop.range().products().stream()
                .filter(product -> product.id() == id)
                .findFirst());
    }

    private Optional<BulkOperation> operation(String gid) {
        return Gid.BULK_OPERATION.numberIn(gid).flatMap(bulk::operation);
    }

    private Page<Order> orders(DataFetchingEnvironment environment, Call call) throws IOException {
        String query = environment.getArgumentOrDefault("query", "");
        SearchFilter<Order> filter = OrderSearch.orders(query == null ? "" : query, call.version());
        noteSearch("orders", query, filter.warnings(), call);
        String sortKey = environment.getArgument("sortKey");
        ToLongFunction<Order> key =
                switch (sortKey) {
                    case "UPDATED_AT" -> Order::updatedAt;
                    case "TOTAL_PRICE" -> Order::total;
                    case "ID", "ORDER_NUMBER", "RELEVANCE" -> Order::number;
                    default -> Order::createdAt;
                };
        long from = AccessScopes.ordersVisibleFrom(faults, clock);
        return page(
                environment,
                key,
                Order::id,
                offer -> shop.search(filter, order -> {
                    if (order.createdAt() >= from) {
                        offer.accept(order);
                    }
                }));
    }

    private Page<Product> products(DataFetchingEnvironment environment, Call call) throws IOException {
        String query = environment.getArgumentOrDefault("query", "");
        SearchFilter<Product> filter = OrderSearch.products(query == null ? "" : query, call.version());
        noteSearch("products", query, filter.warnings(), call);
        String sortKey = environment.getArgument("sortKey");
        ToLongFunction<Product> key =
                switch (sortKey) {
                    case "UPDATED_AT" -> Product::updatedAt;
                    case "CREATED_AT" -> Product::createdAt;
                    default -> Product::id;
                };
        return page(environment, key, Product::id, offer -> shop.range().products().stream()
                .filter(filter::matches)
                .forEach(offer));
    }

    private Page<BulkOperation> operations(DataFetchingEnvironment environment, Call call) throws IOException {
        String query = environment.getArgumentOrDefault("query", "");
        SearchFilter<BulkOperation> filter =
                new SearchFilter<>(query == null ? "" : query, OPERATION_FIELDS, OrderSearch.SHOP_ZONE, false);
        if (filter.warnings().stream().anyMatch(warning -> warning.field().equals("created_at"))) {
            throw badRequest("Invalid timestamp for query filter `created_at`.");
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
        return page(
                environment,
                operation -> -key.applyAsLong(operation),
                operation -> -operation.id(),
                offer -> bulk.all().stream().filter(filter::matches).forEach(offer));
    }

    /** Offers every record that belongs to the list, in any order. */
    private interface Source<T> {
        void offerTo(Consumer<T> offer) throws IOException;
    }

    /** The page after (or before) a cursor, by the sort key and then the id, keeping no more than one page in memory. */
    private static <T> Page<T> page(
            DataFetchingEnvironment environment, ToLongFunction<T> key, ToLongFunction<T> id, Source<T> source)
            throws IOException {
        Integer first = environment.getArgument("first");
        Integer last = environment.getArgument("last");
        if (first == null && last == null) {
            throw badRequest("you must provide one of first or last");
        }
        if (first != null && last != null) {
            throw badRequest("providing both first and last is not supported");
        }
        int size = first != null ? first : last;
        if (size > MOST_PER_PAGE || size < 1) {
            throw badRequest(
                    "Argument 'first' has an invalid value (" + size + "). Expected at most " + MOST_PER_PAGE + ".");
        }
        Comparator<T> order = Comparator.comparingLong(key).thenComparingLong(id);
        boolean reverse = Boolean.TRUE.equals(environment.getArgument("reverse"));
        boolean backwards = last != null;
        Comparator<T> walk = reverse ^ backwards ? order.reversed() : order;
        String cursor = environment.getArgument(backwards ? "before" : "after");
        long[] at = cursor == null ? null : decode(cursor);
        // The greatest of what is kept is on top, so that it can make room for a smaller one.
        PriorityQueue<T> kept = new PriorityQueue<>(walk.reversed());
        source.offerTo(record -> {
            if (at == null || isBeyond(record, at, key, id, reverse ^ backwards)) {
                kept.add(record);
                if (kept.size() > size + 1) {
                    kept.poll();
                }
            }
        });
        boolean more = kept.size() > size;
        if (more) {
            kept.poll();
        }
        List<T> nodes = new ArrayList<>(kept);
        nodes.sort(backwards ? walk.reversed() : walk);
        return new Page<>(
                nodes,
                record -> encode(key.applyAsLong(record), id.applyAsLong(record)),
                backwards ? at != null : more,
                backwards ? more : at != null);
    }

    private static <T> boolean isBeyond(
            T record, long[] at, ToLongFunction<T> key, ToLongFunction<T> id, boolean descending) {
        int byKey = Long.compare(key.applyAsLong(record), at[0]);
        int place = byKey != 0 ? byKey : Long.compare(id.applyAsLong(record), at[1]);
        return descending ? place < 0 : place > 0;
    }

    private static String encode(long key, long id) {
        String text = "{\"last_id\":" + id + ",\"last_value\":\"" + key + "\"}";
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static long[] decode(String cursor) {
        try {
            String[] numbers = new String(Base64.getDecoder().decode(cursor), StandardCharsets.UTF_8).split("[^-0-9]+");
            return new long[] {Long.parseLong(numbers[2]), Long.parseLong(numbers[1])};
        } catch (RuntimeException notOurs) {
            throw badRequest("Invalid cursor for current pagination sort.");
        }
    }

    private static RuntimeException badRequest(String message) {
        return GraphqlErrorException.newErrorException()
                .message(message)
                .extensions(Map.of("code", "BAD_REQUEST"))
                .build();
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
            default -> pageInfo(page);
        };
    }

    private Map<String, Object> pageInfo(Page<?> page) {
        List<? extends Page.Edge<?>> edges = page.edges();
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("hasNextPage", page.hasNext());
        info.put("hasPreviousPage", page.hasPrevious());
        info.put("startCursor", edges.isEmpty() ? null : edges.get(0).cursor());
        info.put(
                "endCursor",
                edges.isEmpty() ? null : edges.get(edges.size() - 1).cursor());
        if (faults.strike(Fault.CURSOR_LOOP).isPresent()) {
            info.put("hasNextPage", true);
            info.put("endCursor", info.get("startCursor"));
        }
        if (faults.strike(Fault.PAGE_WITHOUT_CURSOR).isPresent()) {
            info.put("hasNextPage", true);
            info.put("endCursor", null);
        }
        return info;
    }

    private <S> Object ofRecord(
            ShopTypes.Type<S> type, Object source, String name, DataFetchingEnvironment environment) {
        S record = type.cast(source);
        ShopTypes.Field<S> field = type.field(name).orElseThrow();
        if (field instanceof ShopTypes.Field.Value<S> value) {
            CapturedValue captured = new CapturedValue();
            value.write().accept(record, captured);
            return captured.value();
        }
        if (field instanceof ShopTypes.Field.Child<S, ?> child) {
            return child.get().apply(record).orElse(null);
        }
        return field instanceof ShopTypes.Field.Many<S, ?> many ? nested(many, record, environment) : null;
    }

    private static <S, C> Page<C> nested(
            ShopTypes.Field.Many<S, C> many, S record, DataFetchingEnvironment environment) {
        List<C> all = many.get().apply(record);
        ToLongFunction<C> place = all::indexOf;
        try {
            return page(environment, place, place, offer -> all.forEach(offer));
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
