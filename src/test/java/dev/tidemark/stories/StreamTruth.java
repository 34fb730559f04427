package dev.tidemark.stories;

import static java.util.Map.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Compares the tables of a stream with the source's truth, row by row and column by column, by code that the product has no part in. */
final class StreamTruth {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
            .build();
    /** What the ledger writes to a row; everything else must be found in the truth. */
    private static final Set<String> LEDGER_COLUMNS =
            Set.of("store_id", "run_number", "deleted_at", "removed_at", "redacted_at");

    private static final String NUMBER = "-?(0|[1-9]\\d{0,30})(\\.\\d{1,30})?";
    private static final String INSTANT = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)";
    private static final String LINES = "line_items";

    /**
     * A table and where its truth is.
     *
     * @param truth the kind whose truth holds the rows; those of a table of lines are inside its records
     * @param key columns that name a row
     * @param names columns that the truth names otherwise
     * @param computed by the truth's name: an expression over the row {@code t} where a column's form is the source's own
     * @param beside columns that the truth has nothing about, or that {@code computed} speaks for
     * @param parent what else a row tells about its parent; null for roots
     */
    private record Table(
            String name,
            String truth,
            List<String> key,
            Map<String, String> names,
            Map<String, String> computed,
            Set<String> beside,
            Parent parent) {

        static Table of(String name, String truth, String... key) {
            return new Table(name, truth, List.of(key), Map.of(), Map.of(), Set.of(), null);
        }

        Table named(Map<String, String> columns) {
            return new Table(name, truth, key, columns, computed, beside, parent);
        }

        Table computing(Map<String, String> expressions) {
            return new Table(name, truth, key, names, expressions, beside, parent);
        }

        Table beside(String... columns) {
            return new Table(name, truth, key, names, computed, Set.of(columns), parent);
        }

        Table under(String kind, String parentKey, String version) {
            return new Table(name, truth, key, names, computed, beside, new Parent(kind, parentKey, version));
        }

        boolean holdsLines() {
            return key.contains("line_index");
        }

        String named(String column) {
            return names.getOrDefault(column, column);
        }
    }

    /**
     * @param kind whose truth knows the parent
     * @param key names the parent in both truths
     * @param version the column that repeats the parent's update time
     */
    private record Parent(String kind, String key, String version) {}

    private static final Map<String, List<Table>> TABLES = Map.ofEntries(
            entry(
                    "shopify-customers",
                    List.of(Table.of("customer", "customers", "customer_id").named(Map.of("country", "country_code")))),
            entry(
                    "shopify-products",
                    List.of(
                            Table.of("product", "products", "product_id").beside("first_ordered_at", "last_ordered_at"),
                            Table.of("product_variant", "variants", "variant_id")
                                    .under("products", "product_id", "product_updated_at"))),
            entry(
                    "shopify-inventory",
                    List.of(
                            // The source tells a currency only along with a cost.
                            Table.of("inventory_item", "inventory-items", "inventory_item_id")
                                    .computing(
                                            Map.of(
                                                    "currency",
                                                    "case when t.unit_cost is null then coalesce(t.currency, 'USD') else t.currency end")),
                            Table.of("inventory_level", "inventory-levels", "inventory_item_id", "location_id")
                                    .under("inventory-items", "inventory_item_id", "item_updated_at"))),
            entry(
                    "shopify-refunds",
                    List.of(
                            Table.of("refund", "refunds", "shopify_refund_id")
                                    .named(Map.of("shopify_refund_id", "refund_id"))
                                    .computing(
                                            Map.of(
                                                    "transaction_ids",
                                                    "(select coalesce(jsonb_agg(cast(substring(e #>> '{node,id}' from '[0-9]+$') as int8) order by i), '[]') "
                                                            + "from jsonb_array_elements(t.transactions) with ordinality x(e, i))",
                                                    "order_adjustments",
                                                    "(select coalesce(jsonb_agg(jsonb_build_object("
                                                            + "'order_adjustment_id', cast(substring(e #>> '{node,id}' from '[0-9]+$') as int8), "
                                                            + "'amount', e #>> '{node,amountSet,shopMoney,amount}', "
                                                            + "'tax_amount', e #>> '{node,taxAmountSet,shopMoney,amount}', "
                                                            + "'reason', e #>> '{node,reason}') order by i), '[]') "
                                                            + "from jsonb_array_elements(t.adjustments) with ordinality x(e, i))"))
                                    .beside("transactions", "adjustments"),
                            Table.of("refund_line_item", "refund-line-items", "shopify_refund_id", "line_item_id")
                                    .named(Map.of("shopify_refund_id", "refund_id"))
                                    .under("refunds", "refund_id", "refund_updated_at"))),
            entry(
                    "shopify-transactions",
                    List.of(Table.of("order_transaction", "transactions", "transaction_id")
                            .named(Map.of("parent_transaction_id", "parent_id"))
                            .under("orders", "order_id", "order_updated_at"))),
            entry(
                    "shopify-fulfillments",
                    List.of(Table.of("fulfillment", "fulfillments", "fulfillment_id")
                            .computing(Map.of(
                                    "tracking_company", "t.tracking #>> '{0,company}'",
                                    "tracking_number", "t.tracking #>> '{0,number}'",
                                    "tracking_url", "t.tracking #>> '{0,url}'"))
                            .beside("tracking"))),
            entry("recharge-customers", List.of(Table.of("recharge_customer", "recharge/customers", "customer_id"))),
            entry("recharge-addresses", List.of(Table.of("recharge_address", "recharge/addresses", "address_id"))),
            entry(
                    "recharge-subscriptions",
                    List.of(Table.of("subscription", "recharge/subscriptions", "subscription_id")
                            .named(Map.of("currency", "presentment_currency")))),
            entry(
                    "recharge-charges",
                    List.of(
                            Table.of("charge", "recharge/charges", "charge_id"),
                            Table.of("charge_line_item", "recharge/charges", "charge_id", "line_index")
                                    .under("recharge/charges", "charge_id", "charge_updated_at"))),
            entry(
                    "recharge-orders",
                    List.of(
                            Table.of("recharge_order", "recharge/orders", "order_id"),
                            Table.of("recharge_order_line_item", "recharge/orders", "order_id", "line_index")
                                    .under("recharge/orders", "order_id", "order_updated_at"))));

    private final World world;
    private final List<Table> tables;

    StreamTruth(World world, String stream) {
        this.world = world;
        this.tables = TABLES.get(stream);
    }

    /** The streams whose truth is known here, in order. */
    static List<String> streams() {
        return TABLES.keySet().stream().sorted().toList();
    }

    /** Rows of the first of the stream's tables. */
    long rows() {
        return Long.parseLong(
                world.sql().value("select count(*) from " + tables.get(0).name()));
    }

    /** Everything in which the tables differ from the truth, a sentence each. */
    List<String> differences() {
        List<String> sentences = new ArrayList<>();
        for (Table table : tables) {
            Set<String> columns = columns(table);
            Map<String, JsonNode> truth = truth(table);
            Map<String, JsonNode> stored = stored(table);
            Set<String> keys = new TreeSet<>(truth.keySet());
            keys.addAll(stored.keySet());
            if (truth.isEmpty()) {
                sentences.add(table.name() + ": the truth is empty, so nothing was compared");
            }
            for (String key : keys) {
                if (!stored.containsKey(key)) {
                    sentences.add(key + " is missing");
                } else if (!truth.containsKey(key)) {
                    sentences.add(key + " is not in the source");
                } else {
                    columns.forEach(column -> compare(key, column, stored.get(key), truth.get(key), sentences));
                }
            }
        }
        return sentences;
    }

    /** What each row of the stream's tables says, by table and key; without which run has written it. */
    Map<String, String> contents() {
        Map<String, String> contents = new TreeMap<>();
        for (Table table : tables) {
            for (JsonNode row : rows("select to_jsonb(t) - 'run_number' from " + table.name() + " t")) {
                contents.put(name(table, row, table.key()), row.toString());
            }
        }
        return contents;
    }

    /** Rows of the tables that a run wrote, by table and key; those it marked as removed are not among them. */
    Set<String> writtenBy(Outcome run) {
        Set<String> written = new TreeSet<>();
        for (Table table : tables) {
            String removed = table == tables.get(0) ? "deleted_at" : "removed_at";
            for (JsonNode row : rows(
                    "select to_jsonb(t) from " + table.name()
                            + " t join sync_run r using (run_number) where r.run_id = cast(? as uuid) and t." + removed
                            + " is null",
                    run.runId())) {
                written.add(name(table, row, table.key()));
            }
        }
        return written;
    }

    /**
     * What a run had to write between two states of the tables: rows that are new or say something else, parents that lost a
     * child, and the children of such parents, which prove by it that they are still there.
     */
    Set<String> toBeWritten(Map<String, String> before, Map<String, String> after) {
        Set<String> changed = after.keySet().stream()
                .filter(row -> !Objects.equals(before.get(row), after.get(row)))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> wanted = new TreeSet<>(changed);
        if (tables.size() > 1) {
            Table child = tables.get(1);
            String parentKey = child.holdsLines() || child.key().size() > 1
                    ? child.key().get(0)
                    : child.parent().key();
            Function<JsonNode, String> parent =
                    row -> tables.get(0).name() + " " + row.path(parentKey).asText();
            for (JsonNode row : rows("select to_jsonb(t) from " + child.name() + " t where removed_at is not null")) {
                if (wanted.remove(name(child, row, child.key()))) {
                    wanted.add(parent.apply(row));
                }
            }
            for (JsonNode row : rows("select to_jsonb(t) from " + child.name() + " t where removed_at is null")) {
                if (wanted.contains(parent.apply(row))) {
                    wanted.add(name(child, row, child.key()));
                }
            }
        }
        return wanted;
    }

    private static void compare(String row, String column, JsonNode stored, JsonNode truth, List<String> sentences) {
        if (!truth.has(column)) {
            sentences.add(row + ": the truth has no " + column);
            return;
        }
        String is = plain(stored.path(column));
        String was = plain(truth.path(column));
        if (!is.equals(was)) {
            sentences.add(row + ": " + column + " is " + is + " and should be " + was);
        }
    }

    /** The columns to be compared, by the truth's names: all that the table has but those of the ledger. */
    private Set<String> columns(Table table) {
        Set<String> columns = new TreeSet<>(table.computed().keySet());
        world
                .sql()
                .rows("select column_name from information_schema.columns where table_name = ?", table.name())
                .stream()
                .filter(column ->
                        !LEDGER_COLUMNS.contains(column) && !table.beside().contains(column))
                .forEach(column -> columns.add(table.named(column)));
        return columns;
    }

    private Map<String, JsonNode> stored(Table table) {
        String removed = table == tables.get(0) ? "deleted_at" : "removed_at";
        StringBuilder row = new StringBuilder("to_jsonb(t)");
        table.computed().forEach((name, expression) -> row.append(" || jsonb_build_object('")
                .append(name)
                .append("', ")
                .append(expression)
                .append(')'));
        Map<String, JsonNode> stored = new HashMap<>();
        for (JsonNode each : rows("select " + row + " from " + table.name() + " t where " + removed + " is null")) {
            ObjectNode renamed = (ObjectNode) each;
            table.names().forEach((column, name) -> renamed.set(name, renamed.remove(column)));
            stored.put(
                    name(table, renamed, table.key().stream().map(table::named).toList()), renamed);
        }
        return stored;
    }

    private Map<String, JsonNode> truth(Table table) {
        Map<String, JsonNode> parents = new HashMap<>();
        if (table.parent() != null) {
            world.shop()
                    .truth(table.parent().kind())
                    .forEach(parent ->
                            parents.put(parent.path(table.parent().key()).asText(), parent));
        }
        Map<String, JsonNode> truth = new HashMap<>();
        Set<String> twice = new HashSet<>();
        for (JsonNode record : world.shop().truth(table.truth())) {
            for (ObjectNode row : table.holdsLines() ? lines(table, record) : List.of((ObjectNode) record)) {
                if (table.parent() != null) {
                    JsonNode parent =
                            parents.getOrDefault(row.path(table.parent().key()).asText(), NullNode.getInstance());
                    row.set(table.parent().version(), parent.path("updated_at"));
                }
                String name =
                        name(table, row, table.key().stream().map(table::named).toList());
                if (truth.put(name, row) != null) {
                    twice.add(name);
                }
            }
        }
        if (!twice.isEmpty()) {
            throw new IllegalStateException("The truth has these twice: " + twice);
        }
        return truth;
    }

    private static List<ObjectNode> lines(Table table, JsonNode record) {
        List<ObjectNode> lines = new ArrayList<>();
        for (JsonNode line : record.path(LINES)) {
            ObjectNode row = line.deepCopy();
            row.set(table.key().get(0), record.path(table.key().get(0)));
            row.put("line_index", lines.size());
            lines.add(row);
        }
        return lines;
    }

    private static String name(Table table, JsonNode row, List<String> key) {
        return table.name() + " "
                + key.stream().map(column -> row.path(column).asText()).collect(Collectors.joining("/"));
    }

    private List<JsonNode> rows(String sql, Object... parameters) {
        return world.sql().rows(sql, parameters).stream().map(StreamTruth::read).toList();
    }

    private static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A row is no JSON: " + text, e);
        }
    }

    /** A value as text that does not depend on how it is written: numbers without needless digits, moments in UTC. */
    private static String plain(JsonNode value) {
        if (value.isArray()) {
            return StreamSupport.stream(value.spliterator(), false)
                    .map(StreamTruth::plain)
                    .collect(Collectors.joining(", ", "[", "]"));
        }
        if (value.isObject()) {
            Map<String, String> members = new TreeMap<>();
            value.properties().forEach(member -> members.put(member.getKey(), plain(member.getValue())));
            return members.toString();
        }
        String text = value.isNumber() ? value.decimalValue().toPlainString() : value.asText();
        if (text.matches(NUMBER)) {
            return new BigDecimal(text).stripTrailingZeros().toPlainString();
        }
        return text.matches(INSTANT) ? OffsetDateTime.parse(text).toInstant().toString() : text;
    }
}
