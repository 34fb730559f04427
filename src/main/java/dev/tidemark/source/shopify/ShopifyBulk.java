package dev.tidemark.source.shopify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import dev.tidemark.run.TransientFailure;
import dev.tidemark.run.Waiting;
import dev.tidemark.run.Window;
import dev.tidemark.settings.Settings;
import dev.tidemark.source.HttpDate;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The vendor's bulk protocol: the documents to send and what an answer means. It makes no request and keeps no state;
 * {@code routes/2-fetch-shopify.camel.yaml} sends, and the run's row remembers.
 *
 * <p>Vendor facts are from the Admin API schema and recordings of the live API.
 */
public final class ShopifyBulk {
    private static final Logger LOG = LoggerFactory.getLogger(ShopifyBulk.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FIELDS =
            "id status errorCode createdAt completedAt objectCount rootObjectCount fileSize url partialDataUrl query";
    /** A token without {@code read_all_orders} sees orders of the last 60 days only. */
    private static final Duration ORDERS_SEEN_WITHOUT_SCOPE = Duration.ofDays(60);

    private final Settings settings;
    private final StreamCatalog catalog;
    private final Clock clock;

    public ShopifyBulk(Settings settings, StreamCatalog catalog, Clock clock) {
        this.settings = settings;
        this.catalog = catalog;
        this.clock = clock;
    }

    /** The access token of a store, for the request header. */
    public String token(String store) {
        return shop(store).token();
    }

    /** Asks who the shop is and what the token may read. */
    public String identityRequest() {
        return request(
                "query { shop { myshopifyDomain name currencyCode ianaTimezone } currentAppInstallation { accessScopes { handle } } }",
                Map.of());
    }

    /**
     * Fixes the window: values of {@code sql/ledger/record_window.sql}.
     *
     * @throws RunFailed when the shop is another than the configured one, or the token lacks a scope the stream needs
     */
    public Map<String, Object> window(Run run, GraphqlReply reply) {
        StreamDeclaration stream = catalog.of(run);
        refuseDenied(reply);
        if (reply.hasErrors()) {
            LOG.warn(
                    "{}: the source would not say who it is ({}); alias and scopes are not checked",
                    run,
                    firstMessage(reply));
        }
        refuseAlias(
                run.store(), reply.data().path("shop").path("myshopifyDomain").asText(""));
        Optional<Set<String>> scopes = scopes(reply);
        scopes.ifPresent(granted -> refuseMissingScopes(run.store(), stream, granted));
        Instant sourceNow = reply.sourceClock().orElseGet(() -> {
            LOG.warn("{}: the source's answer carries no date; its clock is taken to be ours", run);
            return clock.instant();
        });
        Window asked = Window.of(run, sourceNow, settings.sync());
        Window window = stream.isWindowed() ? asked : asked.wholeHistory();
        if (run.isScan()) {
            return scanWindow(run, stream, asked, scopes, reply, sourceNow);
        }
        Optional<Instant> unseenBefore = unseenBefore(stream, scopes, window, sourceNow);
        if (run.isBackfill() && unseenBefore.isPresent()) {
            throw new RunFailed("missing_scope", hidden(run.store(), run.stream(), unseenBefore.get()));
        }
        String query = stream.pages().isPresent()
                ? stream.query()
                : stream.bulkQuery(Optional.of(window.from()), window.end());
        Map<String, Object> values = window.values(query, settings.sync().lag(), sourceNow);
        values.put("filter", stream.filter(Optional.of(window.from()), window.end()));
        values.put(
                "shop_time_zone",
                timeZone(reply.data().path("shop").path("ianaTimezone").asText("")));
        values.put("unseen_before", unseenBefore.map(Instant::toString).orElse(null));
        window.gap()
                .filter(gap -> gap.reason().equals("older_than_floor"))
                .ifPresent(gap -> LOG.error(
                        "{}: the watermark is older than the floor; {} to {} is a gap that only a backfill closes",
                        run,
                        gap.from().orElse(null),
                        gap.to()));
        if (values.get("unseen_before") != null) {
            LOG.warn(
                    "{}: the token lacks read_all_orders, so the source hides orders before {}; recorded as a gap",
                    run,
                    values.get("unseen_before"));
        }
        return values;
    }

    /** What the source hides from the token must not look as if it were gone. */
    private Map<String, Object> scanWindow(
            Run run,
            StreamDeclaration stream,
            Window asked,
            Optional<Set<String>> scopes,
            GraphqlReply reply,
            Instant sourceNow) {
        Window window = lacksHistory(stream, scopes)
                ? asked.notBefore(sourceNow.minus(ORDERS_SEEN_WITHOUT_SCOPE).plus(Duration.ofDays(1)))
                : asked;
        Optional<Instant> from = Optional.of(window.from()).filter(Instant.EPOCH::isBefore);
        Map<String, Object> values =
                window.values(stream.scanQuery(from), settings.sync().lag(), sourceNow);
        values.put("filter", stream.filter(from, Optional.empty()));
        values.put(
                "shop_time_zone",
                timeZone(reply.data().path("shop").path("ianaTimezone").asText("")));
        return values;
    }

    /**
     * How far into the past a backfill of a stream may look, for {@code backfill-plan}: the source's clock under {@code
     * now}, and under {@code hidden_before} the moment before which the token sees nothing, null when it sees everything.
     *
     * @throws RunFailed when a run would be refused for what was seen
     */
    public Map<String, Object> horizon(String store, String stream, GraphqlReply reply) {
        refuseDenied(reply);
        refuseAlias(store, reply.data().path("shop").path("myshopifyDomain").asText(""));
        StreamDeclaration declaration = catalog.find(stream).orElseThrow();
        Optional<Set<String>> scopes = scopes(reply);
        scopes.ifPresent(granted -> refuseMissingScopes(store, declaration, granted));
        Instant sourceNow = reply.sourceClock().orElseGet(clock::instant);
        Map<String, Object> horizon = new HashMap<>();
        horizon.put("now", sourceNow);
        horizon.put(
                "hidden_before", lacksHistory(declaration, scopes) ? sourceNow.minus(ORDERS_SEEN_WITHOUT_SCOPE) : null);
        return horizon;
    }

    /** How many bulk operations a shop runs at the same time. */
    public int slots() {
        return hasOperationList() ? 5 : 1;
    }

    /**
     * What a look at the shop shows, by name, for {@code ./tidemark doctor}.
     *
     * @throws RunFailed when a run would be refused for what was seen
     */
    public Map<String, Object> examined(String store, GraphqlReply reply) {
        refuseErrors(reply);
        JsonNode shop = reply.data().path("shop");
        refuseAlias(store, shop.path("myshopifyDomain").asText(""));
        Set<String> granted = scopes(reply).orElse(Set.of());
        List<StreamDeclaration> scheduled = catalog.streams().stream()
                .filter(stream -> stream.source().equals("shopify")
                        && settings.stores().get(store).schedules(stream.name()))
                .toList();
        scheduled.forEach(stream -> refuseMissingScopes(store, stream, granted));
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("streams", scheduled.stream().map(StreamDeclaration::name).collect(Collectors.joining(", ")));
        seen.put("domain", shop.path("myshopifyDomain").asText("not told"));
        seen.put("api version", settings.shopify().apiVersion());
        seen.put("time zone", shop.path("ianaTimezone").asText("not told"));
        seen.put("scopes", String.join(", ", granted.stream().sorted().toList()));
        seen.put(
                "history",
                granted.contains("read_all_orders")
                        ? "all orders are visible"
                        : "only orders of the last 60 days are visible; add read_all_orders to see the others");
        seen.put(
                "clock",
                reply.sourceClock()
                        .map(source -> "ours is "
                                + Duration.between(source, clock.instant()).toSeconds()
                                + " s ahead of the source's; only the source's counts")
                        .orElse("the source does not tell its time"));
        return seen;
    }

    /** Whether the run asks for a part of what the source has, so that an ignored filter would matter. */
    public boolean isFiltered(Map<String, Object> window) {
        return !"".equals(window.get("filter"));
    }

    /** Asks for one record by the window's own filter, only to see whether the source understood the filter. */
    public String probeRequest(Run run, Map<String, Object> window) {
        StreamDeclaration stream = catalog.of(run);
        return request(
                "query($filter: String!) { " + stream.rootField()
                        + "(first: 1, query: $filter) { edges { node { id } } } }",
                Map.of("filter", window.get("filter")));
    }

    /**
     * Takes an ignored search filter as the error it is: a source that ignores it would send everything, or nothing.
     *
     * @throws RunFailed when the source warns about the filter or denies access
     */
    public void checkProbe(Run run, GraphqlReply reply) {
        refuseDenied(reply);
        for (JsonNode search : reply.extensions().path("search")) {
            for (JsonNode warning : search.path("warnings")) {
                throw new RunFailed(
                        "search_warning",
                        "The source did not understand the search filter of " + run.stream() + ": "
                                + warning.path("field").asText() + ": "
                                + warning.path("message").asText()
                                + " (" + warning.path("code").asText() + ")");
            }
        }
        if (reply.hasErrors()) {
            LOG.warn("{}: the source would not check the search filter: {}", run, firstMessage(reply));
        }
    }

    /** Submits the bulk query whose intent is on the run's row. */
    public String submission(Run run) {
        String query = run.query().orElseThrow();
        if (settings.shopify().apiVersion().compareTo("2025-07") < 0) {
            return request(
                    "mutation($query: String!) { bulkOperationRunQuery(query: $query) { bulkOperation { " + FIELDS
                            + " } userErrors { field message code } } }",
                    Map.of("query", query));
        }
        return request(
                "mutation($query: String!, $groupObjects: Boolean!) { bulkOperationRunQuery(query: $query, groupObjects: $groupObjects) { bulkOperation { "
                        + FIELDS + " } userErrors { field message code } } }",
                Map.of("query", query, "groupObjects", catalog.of(run).groupObjects()));
    }

    /**
     * Values of {@code sql/ledger/record_operation.sql} from the answer to {@link #submission}.
     *
     * @throws Waiting while every bulk slot is taken, by whomever
     * @throws RunFailed when the source refuses the query
     */
    public Map<String, Object> submitted(Run run, GraphqlReply reply) {
        refuseErrors(reply);
        JsonNode payload = reply.data().path("bulkOperationRunQuery");
        for (JsonNode error : payload.path("userErrors")) {
            String code = error.path("code").asText("");
            String message = error.path("message").asText("");
            if (code.equals("OPERATION_IN_PROGRESS")
                    || code.equals("LIMIT_REACHED")
                    || message.contains("already in progress")) {
                throw new Waiting(
                        "another bulk operation is under way at the source: " + message,
                        settings.shopify().pollInterval());
            }
            throw new RunFailed(
                    "bulk_query_refused",
                    "The source refused the bulk query of " + run.stream() + ": " + code + " " + message);
        }
        if (!payload.path("bulkOperation").hasNonNull("id")) {
            throw new RunFailed(
                    "bulk_query_refused",
                    "The source accepted the bulk query of " + run.stream() + " but named no operation");
        }
        return operation(BulkOperation.of(payload.path("bulkOperation")));
    }

    /** The outcome of the request, for {@code sync-complete-step}: the first look comes after one poll interval. */
    public Map<String, Object> requested() {
        return Map.of("next_status", "polling", "pause", settings.shopify().pollInterval());
    }

    /** The outcome of an operation that has ended, for {@code sync-complete-step}. */
    public Map<String, Object> ended(Map<String, Object> look) {
        Map<String, Object> counts = new HashMap<>();
        counts.put("object_count", look.get("object_count"));
        counts.put("root_object_count", look.get("root_object_count"));
        counts.put("operation_status", look.get("operation_status"));
        return Map.of("next_status", "downloading", "counts", counts);
    }

    /** Asks for the operations that are there, to find one that was submitted before its id could be saved. */
    public String listing() {
        return hasOperationList()
                ? request("query { bulkOperations(first: 50) { edges { node { " + FIELDS + " type } } } }", Map.of())
                : request("query { currentBulkOperation(type: QUERY) { " + FIELDS + " } }", Map.of());
    }

    /**
     * Values of {@code sql/ledger/record_operation.sql} for the operation that carries this run's query and was created
     * after its window was fixed; null when there is none.
     */
    public Map<String, Object> found(Run run, GraphqlReply reply) {
        refuseErrors(reply);
        String query = squeezed(run.query().orElseThrow());
        // A retried window asks with the query of its earlier run, so what is older than this run is not its own.
        Instant earliest = run.sourceStartedAt().orElse(Instant.MIN);
        return StreamSupport.stream(operations(reply.data()).spliterator(), false)
                .filter(node -> node.hasNonNull("id"))
                .map(BulkOperation::of)
                .filter(operation -> operation
                        .query()
                        .map(ShopifyBulk::squeezed)
                        .filter(query::equals)
                        .isPresent())
                .filter(operation -> operation
                        .createdAt()
                        .filter(created ->
                                !created.isBefore(earliest.truncatedTo(java.time.temporal.ChronoUnit.SECONDS)))
                        .isPresent())
                .findFirst()
                .map(operation -> {
                    LOG.info(
                            "{}: found {} again, which was submitted before its id could be saved",
                            run,
                            operation.id());
                    return operation(operation);
                })
                .orElse(null);
    }

    /** Asks how the run's operation is getting on. */
    public String poll(Run run) {
        String id = run.operationId().orElseThrow();
        return hasOperationList()
                ? request("query($id: ID!) { bulkOperation(id: $id) { " + FIELDS + " } }", Map.of("id", id))
                : request(
                        "query($id: ID!) { node(id: $id) { ... on BulkOperation { " + FIELDS + " } } }",
                        Map.of("id", id));
    }

    /**
     * What a look at the operation means. While it is under way: values of {@code sql/ledger/postpone_step.sql}, with
     * {@code ended} false. When it has ended: values of {@code sql/ledger/record_result.sql}, with {@code ended} true;
     * any end but COMPLETED is marked as not complete.
     *
     * @throws RunFailed when the operation is gone, never ends, or ended with nothing to fetch
     */
    public Map<String, Object> polled(Run run, GraphqlReply reply) {
        refuseErrors(reply);
        JsonNode node = reply.data().hasNonNull("bulkOperation")
                ? reply.data().path("bulkOperation")
                : reply.data().path("node");
        if (!node.hasNonNull("status")) {
            throw new RunFailed(
                    "operation_missing",
                    "The source no longer knows " + run.operationId().orElse("the operation"));
        }
        BulkOperation operation = BulkOperation.of(node);
        return operation.isUnderWay() ? underWay(run, operation) : ended(run, operation);
    }

    private Map<String, Object> underWay(Run run, BulkOperation operation) {
        int polls = run.pollAttempts() + 1;
        if (polls >= settings.shopify().pollAttempts()) {
            throw new RunFailed(
                    "poll_attempts",
                    operation.id() + " is still " + operation.status() + " after " + polls
                            + " looks; it was left alone at the source");
        }
        Map<String, Object> values = new HashMap<>();
        values.put("ended", false);
        values.put("pause_millis", settings.shopify().pollInterval().toMillis());
        values.put(
                "reason",
                "the bulk operation is " + operation.status()
                        + operation
                                .objectCount()
                                .map(count -> ", " + count + " objects so far")
                                .orElse(""));
        values.put("attempts", 0);
        values.put("poll_attempts", polls);
        values.put("operation_status", operation.status());
        values.put("next_status", null);
        return values;
    }

    private Map<String, Object> ended(Run run, BulkOperation operation) {
        boolean completed = operation.isCompleted();
        boolean empty =
                completed && operation.objectCount().filter(count -> count == 0).isPresent();
        if (completed && operation.objectCount().isEmpty()) {
            throw new RunFailed(
                    "result_dropped",
                    operation.id() + " is COMPLETED but the source did not say how many objects it has");
        }
        if (completed && operation.url().isEmpty() && !empty) {
            throw new RunFailed(
                    "result_dropped",
                    operation.id() + " is COMPLETED with "
                            + operation.objectCount().orElse(0L) + " objects but the source offers no file");
        }
        if (!completed && operation.anyUrl().isEmpty()) {
            throw new RunFailed(
                    "operation_" + operation.status().toLowerCase(Locale.ROOT),
                    operation.id() + " ended as " + operation.status()
                            + operation
                                    .errorCode()
                                    .map(code -> " (" + code + ")")
                                    .orElse("") + " with nothing to load");
        }
        Map<String, Object> values = new HashMap<>();
        values.put("ended", true);
        values.put("operation_status", operation.status());
        values.put("result_complete", completed);
        values.put(
                "result_url",
                completed ? operation.url().orElse(null) : operation.anyUrl().orElse(null));
        values.put("object_count", operation.objectCount().orElse(null));
        values.put("root_object_count", operation.rootObjectCount().orElse(null));
        values.put("file_size", operation.fileSize().orElse(null));
        return values;
    }

    /**
     * Reads an answer of the GraphQL endpoint.
     *
     * @param body the answer's text
     * @param version its {@code X-Shopify-API-Version} header, or null
     * @param date its {@code Date} header, or null
     * @param deprecation its {@code X-Shopify-API-Deprecated-Reason} header, or null
     * @throws TransientFailure when the answer is not GraphQL at all, such as an error page with status 200
     * @throws Waiting when the source throttles, for as long as the missing cost takes to be restored
     * @throws RunFailed when another API version answered than was asked
     */
    public GraphqlReply reply(String body, String version, String date, String deprecation) {
        String asked = settings.shopify().apiVersion();
        if (version != null && !version.isBlank() && !version.strip().equals(asked)) {
            throw new RunFailed(
                    "api_version",
                    "Version " + asked + " was asked for but " + version.strip()
                            + " answered; the source fell forward, so set tidemark.shopify.api-version to a supported version");
        }
        if (deprecation != null && !deprecation.isBlank()) {
            LOG.warn("The source says that a used API is deprecated: {}", deprecation);
        }
        JsonNode json = parse(body);
        JsonNode errors = json.path("errors");
        if (!json.isObject() || !json.has("data") && !json.has("errors")) {
            throw new TransientFailure("The source answered 200 with something that is not GraphQL", Optional.empty());
        }
        if (errors.isTextual()) {
            throw new RunFailed("graphql_error", "The source answered: " + errors.asText());
        }
        for (JsonNode error : errors) {
            String code = error.path("extensions").path("code").asText("");
            if (code.equals("THROTTLED") || error.path("message").asText("").equals("Throttled")) {
                throw new Waiting(
                        "the source throttles",
                        restoreTime(json.path("extensions").path("cost")));
            }
            if (code.equals("INTERNAL_SERVER_ERROR")) {
                throw new TransientFailure(
                        "The source reported an internal error: "
                                + error.path("message").asText(),
                        Optional.empty());
            }
        }
        return new GraphqlReply(json.path("data"), errors, json.path("extensions"), HttpDate.read(date));
    }

    private static JsonNode parse(String body) {
        try {
            return JSON.readTree(body == null ? "" : body);
        } catch (JsonProcessingException e) {
            throw new TransientFailure("The source answered 200 with something that is not JSON", Optional.empty());
        }
    }

    /** Not a full bucket, only what the request lacked. */
    private Duration restoreTime(JsonNode cost) {
        double requested = cost.path("requestedQueryCost").asDouble(0);
        double available =
                cost.path("throttleStatus").path("currentlyAvailable").asDouble(0);
        double rate = cost.path("throttleStatus").path("restoreRate").asDouble(0);
        Duration least = settings.http().retryDelay();
        if (rate <= 0) {
            return least;
        }
        Duration restore = Duration.ofMillis((long) Math.ceil(Math.max(0, requested - available) / rate * 1_000));
        return restore.compareTo(least) > 0 ? restore : least;
    }

    private static void refuseDenied(GraphqlReply reply) {
        for (JsonNode error : reply.errors()) {
            if (error.path("extensions").path("code").asText("").equals("ACCESS_DENIED")) {
                throw new RunFailed(
                        "access_denied",
                        "The source denies access: " + error.path("message").asText()
                                + "; add the scope to the app and install it again");
            }
        }
    }

    /**
     * Refuses an answer that has errors, or one to which the source did not apply the filter.
     *
     * @throws RunFailed with what the source said
     */
    void refuseUnusable(Run run, GraphqlReply reply) {
        refuseErrors(reply);
        checkProbe(run, reply);
    }

    private static void refuseErrors(GraphqlReply reply) {
        refuseDenied(reply);
        if (reply.hasErrors()) {
            throw new RunFailed("graphql_error", "The source answered with an error: " + firstMessage(reply));
        }
    }

    private void refuseAlias(String store, String domain) {
        Optional<String> configured = shop(store).domain();
        if (!domain.isEmpty() && configured.isPresent() && !configured.get().equalsIgnoreCase(domain)) {
            throw new RunFailed(
                    "shop_alias",
                    "The shop calls itself " + domain + " but store " + store + " is configured as " + configured.get()
                            + "; configure the shop's permanent domain");
        }
    }

    private static void refuseMissingScopes(String store, StreamDeclaration stream, Set<String> granted) {
        List<String> missing = stream.requiredScopes().stream()
                // A write scope includes its read scope.
                .filter(scope -> !granted.contains(scope) && !granted.contains(scope.replaceFirst("^read_", "write_")))
                .toList();
        if (!missing.isEmpty()) {
            throw new RunFailed(
                    "missing_scope",
                    "The token of store " + store + " lacks " + String.join(", ", missing) + ", which " + stream.name()
                            + " needs; add the scope to the app and install it again, or leave the stream out of tidemark.stores."
                            + store + ".streams");
        }
    }

    /** Empty when the source did not list any. */
    private static Optional<Set<String>> scopes(GraphqlReply reply) {
        JsonNode scopes = reply.data().path("currentAppInstallation").path("accessScopes");
        return scopes.isArray()
                ? Optional.of(StreamSupport.stream(scopes.spliterator(), false)
                        .map(scope -> scope.path("handle").asText())
                        .collect(Collectors.toSet()))
                : Optional.empty();
    }

    private static boolean lacksHistory(StreamDeclaration stream, Optional<Set<String>> scopes) {
        return stream.requiredScopes().contains("read_orders")
                && scopes.filter(granted -> !granted.contains("read_all_orders"))
                        .isPresent();
    }

    private static Optional<Instant> unseenBefore(
            StreamDeclaration stream, Optional<Set<String>> scopes, Window window, Instant sourceNow) {
        return lacksHistory(stream, scopes)
                ? window.unseenBefore(sourceNow, ORDERS_SEEN_WITHOUT_SCOPE)
                : Optional.empty();
    }

    private static String hidden(String store, String stream, Instant before) {
        return "The token of store " + store + " lacks read_all_orders, so the source hides what " + stream
                + " has from before " + before + "; add the scope to the app and install it again";
    }

    private static String timeZone(String name) {
        try {
            return name.isEmpty() ? null : ZoneId.of(name).getId();
        } catch (DateTimeException e) {
            LOG.warn("The source names a time zone that is not known here: {}; days are cut in UTC", name);
            return null;
        }
    }

    private static Iterable<JsonNode> operations(JsonNode data) {
        JsonNode list = data.path("bulkOperations");
        return list.has("edges")
                ? list.path("edges").findValues("node")
                : list.has("nodes") ? list.path("nodes") : List.of(data.path("currentBulkOperation"));
    }

    private static Map<String, Object> operation(BulkOperation operation) {
        Map<String, Object> values = new HashMap<>();
        values.put("operation_id", operation.id());
        values.put("operation_status", operation.status());
        values.put(
                "source_started_at",
                operation.createdAt().map(Instant::toString).orElse(null));
        return values;
    }

    private boolean hasOperationList() {
        return settings.shopify().apiVersion().compareTo("2026-01") >= 0;
    }

    private Settings.ShopifyStore shop(String store) {
        return Optional.ofNullable(settings.stores().get(store))
                .flatMap(Settings.Store::shopify)
                .orElseThrow(
                        () -> new RunFailed("unknown_store", "Store " + store + " has no Shopify shop configured"));
    }

    static String request(String document, Map<String, Object> variables) {
        try {
            return JSON.writeValueAsString(Map.of("query", document, "variables", variables));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String firstMessage(GraphqlReply reply) {
        return reply.errors().path(0).path("message").asText();
    }

    private static String squeezed(String query) {
        return query.replaceAll("\\s+", " ").strip();
    }
}
