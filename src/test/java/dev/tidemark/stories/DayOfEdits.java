package dev.tidemark.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What happens to a shop's records on a busy day, something of each kind that the vendor lets happen. */
final class DayOfEdits {
    private final World world;

    DayOfEdits(World world) {
        this.world = world;
    }

    /** Edits what a stream reads. */
    void play(String stream) {
        changes(stream).forEach(world.shop()::change);
    }

    /** Something of each kind that can happen to a stream's records, by what is to be changed. */
    private Map<String, String> changes(String stream) {
        return switch (stream) {
            case "shopify-customers" ->
                Map.of(
                        "customers",
                        "[{\"sample\":5},{\"action\":\"create\",\"count\":3},"
                                + "{\"index\":7,\"set\":{\"note\":\"says \\\"ü\\\" – twice\\n\",\"tags\":[\"a\",\"b c\"]}},"
                                + "{\"index\":9,\"set\":{\"email\":\"\",\"phone\":\"\",\"country\":\"CH\"}}]");
            case "shopify-products" ->
                Map.of(
                        "products",
                        "[{\"sample\":3},{\"action\":\"create\",\"variants\":2},{\"action\":\"add-variant\",\"index\":4},"
                                + "{\"action\":\"update-variant\",\"index\":2,\"variant\":{\"price\":\"9.90\",\"compare_at_price\":\"12.00\"}},"
                                + "{\"action\":\"delete-variant\",\"product_id\":"
                                + some(
                                                "products",
                                                1,
                                                product -> product.path("variant_ids")
                                                                .size()
                                                        > 1)
                                        .get(0)
                                        .path("product_id")
                                + "}]");
            case "shopify-inventory" ->
                Map.of(
                        "inventory",
                        "[{\"action\":\"set-level\",\"sample\":4,\"available\":7},{\"action\":\"update\",\"index\":9},"
                                + "{\"action\":\"set-level\",\"index\":11,\"available\":-3,\"committed\":2,\"incoming\":5},"
                                + levelsLost()
                                + "]");
            case "shopify-refunds", "shopify-transactions" -> Map.of("orders", refunds());
            case "shopify-fulfillments" ->
                Map.of(
                        "orders",
                        some("fulfillments", 20, parcel -> parcel.path("delivered_at")
                                        .isNull())
                                .stream()
                                .map(parcel -> "{\"action\":\"deliver\",\"order_id\":" + parcel.path("order_id") + "}")
                                .collect(Collectors.joining(
                                        ",",
                                        "[{\"action\":\"create\",\"count\":5,\"set\":{\"fulfillment_status\":\"FULFILLED\"}},",
                                        "]")));
            case "recharge-customers" ->
                Map.of(
                        "recharge/customers",
                        "[{\"sample\":4},{\"index\":2,\"set\":{\"first_name\":\"Zoë\",\"phone\":null}},"
                                + "{\"action\":\"create\",\"count\":3}]");
            case "recharge-addresses" ->
                Map.of(
                        "recharge/addresses",
                        "[{\"sample\":4},{\"index\":2,\"set\":{\"city\":\"Łódź\",\"company\":\"\"}},"
                                + "{\"action\":\"create\",\"count\":3}]");
            case "recharge-subscriptions" ->
                Map.of(
                        "recharge/subscriptions",
                        "[{\"sample\":4},{\"action\":\"cancel\",\"index\":3},{\"index\":5,\"set\":{\"quantity\":12}},"
                                + "{\"action\":\"create\",\"count\":3}]");
            default -> {
                String kind = stream.replace('-', '/');
                List<JsonNode> two =
                        some(kind, 2, record -> record.path("line_items").size() > 1);
                String id = stream.equals("recharge-charges") ? "charge_id" : "order_id";
                yield Map.of(
                        kind,
                        "[{\"sample\":4},{\"action\":\"add-line\",\"index\":5},{\"action\":\"add-line\",\"index\":6},"
                                + "{\"action\":\"create\",\"count\":3},{\"action\":\"cancel\",\"index\":7},"
                                + "{\"action\":\"remove-line\",\"id\":"
                                + two.get(0).path(id) + "},"
                                + "{\"action\":\"remove-line\",\"id\":"
                                + two.get(1).path(id) + "}]");
            }
        };
    }

    /** One item is no longer stocked at a location, another one moves from one to another; both stay as they are. */
    private String levelsLost() {
        List<JsonNode> levels = world.shop().truth("inventory-levels");
        List<Long> places = levels.stream()
                .map(level -> level.path("location_id").asLong())
                .distinct()
                .toList();
        Map<Long, List<Long>> byItem = levels.stream()
                .collect(Collectors.groupingBy(
                        level -> level.path("inventory_item_id").asLong(),
                        TreeMap::new,
                        Collectors.mapping(level -> level.path("location_id").asLong(), Collectors.toList())));
        List<Map.Entry<Long, List<Long>>> items = byItem.entrySet().stream()
                .filter(item -> item.getValue().size() > 1 && item.getValue().size() < places.size())
                .limit(2)
                .toList();
        assertThat(items).as("items at some of %d places", places.size()).hasSize(2);
        long vacant = places.stream()
                .filter(place -> !items.get(1).getValue().contains(place))
                .findFirst()
                .orElseThrow();
        return ("{\"action\":\"disconnect\",\"inventory_item_id\":%d},{\"action\":\"disconnect\",\"inventory_item_id\":%2$d},"
                        + "{\"action\":\"set-level\",\"inventory_item_id\":%2$d,\"location_id\":%3$d,\"available\":3}")
                .formatted(items.get(0).getKey(), items.get(1).getKey(), vacant);
    }

    private String refunds() {
        List<JsonNode> paid = some(
                "orders",
                6,
                order -> order.path("financial_status").asText().equals("PAID")
                        && !order.path("line_items").isEmpty());
        return "[{\"action\":\"create\",\"count\":4},{\"action\":\"update\",\"sample\":60},"
                + refund(paid.get(0), "\"lines\":[{\"quantity\":1}],\"note\":\"broken – \\\"all\\\" of it\"")
                + refund(paid.get(1), "\"lines\":65")
                + refund(paid.get(2), "\"lines\":[],\"discrepancy\":\"-5.00\"")
                + refund(paid.get(3), "\"gateway\":\"gift_card\"")
                + refund(paid.get(4), "\"lines\":[{\"without_id\":true,\"restock_type\":\"NO_RESTOCK\"}]")
                + "{\"action\":\"cancel\",\"order_id\":" + paid.get(5).path("order_id") + "}]";
    }

    private static String refund(JsonNode order, String how) {
        return "{\"action\":\"refund\",\"order_id\":" + order.path("order_id") + "," + how + "},";
    }

    private List<JsonNode> some(String kind, int count, Predicate<JsonNode> which) {
        List<JsonNode> found =
                world.shop().truth(kind).stream().filter(which).limit(count).toList();
        assertThat(found).as("%s to be changed", kind).hasSizeGreaterThanOrEqualTo(Math.min(count, 2));
        return found;
    }
}
