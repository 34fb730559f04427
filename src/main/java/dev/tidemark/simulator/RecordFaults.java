package dev.tidemark.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Damage to single lines of one bulk file: which records it concerns, and what becomes of their lines. */
final class RecordFaults {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final int NESTING = 20_000;

    private final List<Faults.Active> faults;
    private final Map<Long, List<Faults.Active>> byRank = new HashMap<>();
    private final Map<Long, List<Faults.Active>> byOrder = new HashMap<>();
    private Function<String, Optional<String>> keys = Optional::of;
    private long rank;
    private byte[] child = new byte[0];

    /** @param faults those in force that damage records */
    RecordFaults(List<Faults.Active> faults) {
        this.faults = faults;
        faults.forEach(fault -> fault.orders().forEach(order -> remember(byOrder, order, fault)));
    }

    static boolean isOne(Fault fault) {
        return fault.form() == Fault.Form.COUNT || fault == Fault.MALFORMED_LINE || fault == Fault.LONG_LINE;
    }

    /** Whether the line is a child added by a fault, not counted among the roots. */
    static boolean isOrphan(byte[] line) {
        int from = Math.max(0, line.length - 80);
        return new String(line, from, line.length - from, StandardCharsets.ISO_8859_1).contains("\"__parentId\"");
    }

    /** Whether it must know how many orders the file will hold, in order to choose evenly among them. */
    boolean needsCount() {
        return !faults.isEmpty();
    }

    void begin(long expected, Selection<?> selected) {
        keys = selected::keyOf;
        if (expected == 0) {
            return;
        }
        for (Faults.Active fault : faults) {
            if (fault.fault() == Fault.MALFORMED_LINE || fault.fault() == Fault.LONG_LINE) {
                remember(byRank, place(fault.argument(), expected), fault);
            } else {
                chooseRanks(fault, expected);
            }
        }
    }

    boolean concerns(long orderId, long ofRank) {
        if (faults.isEmpty()) {
            return false;
        }
        rank = ofRank;
        return byOrder.containsKey(orderId) || byRank.containsKey(ofRank);
    }

    /**
     * The line of the order and those around it, after the damage.
     *
     * @param firstChild the line of the order's first child, empty when it has none
     */
    List<byte[]> applyTo(byte[] line, byte[] firstChild, long orderId) {
        child = firstChild;
        Set<Faults.Active> here = new HashSet<>(byOrder.getOrDefault(orderId, List.of()));
        here.addAll(byRank.getOrDefault(rank, List.of()));
        List<byte[]> lines = new ArrayList<>(List.of(line));
        for (Faults.Active fault : here) {
            if (fault.fault().form() == Fault.Form.COUNT) {
                fault.choose(orderId);
            }
            fault.strike();
            try {
                apply(fault, lines);
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "Damaging a line by " + fault.fault().label() + " failed", e);
            }
        }
        return lines;
    }

    /**
     * A record after the damage of one fault, with further ones that this puts around it.
     *
     * @param keyOf the name under which a field appears in it, absent when it does not
     */
    static List<byte[]> damaged(Fault fault, byte[] record, Function<String, Optional<String>> keyOf)
            throws IOException {
        RecordFaults faults = new RecordFaults(List.of());
        faults.keys = keyOf;
        List<byte[]> records = new ArrayList<>(List.of(record));
        faults.apply(new Faults.Active(fault, "", 0), records);
        return records;
    }

    private void chooseRanks(Faults.Active fault, long expected) {
        long missing = Math.min(fault.numberOr(1), expected) - fault.orders().size();
        for (long j = 0; j < missing; j++) {
            long even = (2 * j + 1) * expected / (2 * missing);
            remember(byRank, (even + 7L * fault.fault().ordinal()) % expected, fault);
        }
    }

    private static long place(String argument, long expected) {
        return switch (argument) {
            case "first" -> 0;
            case "last" -> expected - 1;
            default -> expected / 2;
        };
    }

    private static void remember(Map<Long, List<Faults.Active>> map, long key, Faults.Active fault) {
        map.computeIfAbsent(key, unused -> new ArrayList<>()).add(fault);
    }

    private void apply(Faults.Active fault, List<byte[]> lines) throws IOException {
        byte[] line = lines.get(0);
        switch (fault.fault()) {
            case MALFORMED_LINE -> lines.set(0, Arrays.copyOf(line, line.length * 2 / 3));
            case UNKNOWN_TYPE ->
                lines.add(bytes("{\"__typename\":\"Mystery\",\"id\":\"gid://shopify/Mystery/" + (rank + 1)
                        + "\",\"riddle\":true}"));
            case ORPHAN_CHILDREN -> lines.add(orphan(child));
            case DUPLICATE_OLDER -> lines.add(older(line));
            case DUPLICATE_NEWER -> lines.add(0, older(line));
            case LONG_LINE -> lines.set(0, longLine(line, fault.numberOr(64)));
            case DEEP_NESTING ->
                lines.set(0, withMember(line, "\"deep\":" + "[".repeat(NESTING) + "]".repeat(NESTING)));
            case DUPLICATE_KEYS ->
                lines.set(0, withMember(line, "\"" + key("id") + "\":\"gid:\\/\\/shopify\\/Order\\/1\""));
            case NUL -> lines.set(0, withName(line, bytes("#nul\\u0000")));
            case LONE_SURROGATE -> lines.set(0, withName(line, bytes("#lone\\ud83d")));
            case BAD_UTF8 -> lines.set(0, withName(line, new byte[] {'#', (byte) 0xC3, (byte) 0x28, (byte) 0xFF}));
            case BAD_MONEY -> lines.set(0, withTotal(line, "\"twelve\""));
            case HUGE_NUMBER -> lines.set(0, withTotal(line, "\"" + "9".repeat(400) + "\""));
            case HUGE_EXPONENT -> lines.set(0, withTotal(line, "\"1e999999999\""));
            case MONEY_AS_NUMBER -> lines.set(0, moneyAsNumbers(line));
            case MISSING_ID -> lines.set(0, without(line, key("id")));
            case MISSING_UPDATED_AT -> lines.set(0, without(line, key("updatedAt")));
            case NULL_UPDATED_AT -> lines.set(0, with(line, key("updatedAt"), null));
            case FUTURE_UPDATED_AT -> lines.set(0, with(line, key("updatedAt"), "2999-01-01T00:00:00Z"));
            case INFINITE_UPDATED_AT -> lines.set(0, with(line, key("updatedAt"), "infinity"));
            case ODD_OFFSET_UPDATED_AT ->
                lines.set(
                        0,
                        with(
                                line,
                                key("updatedAt"),
                                Instant.parse(text(line, "updatedAt"))
                                        .atOffset(ZoneOffset.ofHoursMinutes(5, 45))
                                        .toString()));
            case NANOSECOND_UPDATED_AT ->
                lines.set(
                        0, with(line, key("updatedAt"), text(line, "updatedAt").replace("Z", ".123456789Z")));
            case LEAP_SECOND_UPDATED_AT -> lines.set(0, with(line, key("updatedAt"), "2026-06-30T23:59:60Z"));
            case EXTRA_FIELD -> lines.set(0, withMember(line, "\"surprise\":{\"since\":\"today\"}"));
            case NO_OFFSET_UPDATED_AT ->
                lines.set(
                        0, with(line, key("updatedAt"), text(line, "updatedAt").replace("Z", "")));
            default -> throw new IllegalStateException(fault.fault().label() + " does not damage records");
        }
    }

    private String key(String field) {
        return keys.apply(field).orElse(field);
    }

    /** What an order is named by, or the text of another record that comes nearest to it. */
    private String nameKey() {
        return Stream.of("name", "title", "displayName", "lastName", "sku", "email")
                .flatMap(field -> keys.apply(field).stream())
                .findFirst()
                .orElse("name");
    }

    private String text(byte[] line, String field) throws IOException {
        return JSON.readTree(line).path(key(field)).asText("2026-01-01T00:00:00Z");
    }

    /** A child like a real one, of a parent that is not in the file. */
    private byte[] orphan(byte[] like) throws IOException {
        ObjectNode tree = like.length == 0 ? JSON.createObjectNode() : (ObjectNode) JSON.readTree(like);
        tree.put("id", renumbered(tree.path("id").asText(Gid.LINE_ITEM.of(0)), 9_007_000_000_000_000L + rank));
        tree.put(
                "__parentId",
                renumbered(tree.path("__parentId").asText(Gid.ORDER.of(0)), 9_002_000_000_000_000L + rank));
        return bytes(tree);
    }

    private static String renumbered(String gid, long number) {
        return gid.replaceFirst("\\d+", Long.toString(number));
    }

    private byte[] older(byte[] line) throws IOException {
        Instant earlier = Instant.parse(text(line, "updatedAt")).minus(1, ChronoUnit.HOURS);
        return withTotal(with(line, key("updatedAt"), earlier.toString()), "\"0.01\"");
    }

    private byte[] with(byte[] line, String key, String value) throws IOException {
        ObjectNode tree = (ObjectNode) JSON.readTree(line);
        tree.put(key, value);
        return bytes(tree);
    }

    private byte[] without(byte[] line, String key) throws IOException {
        ObjectNode tree = (ObjectNode) JSON.readTree(line);
        tree.remove(key);
        return bytes(tree);
    }

    private byte[] withName(byte[] line, byte[] rawName) throws IOException {
        return replaced(with(line, nameKey(), "@@"), rawName);
    }

    /** Puts raw JSON in the place of the order's total in the shop's currency, or of the first amount there is. */
    private byte[] withTotal(byte[] line, String rawValue) throws IOException {
        ObjectNode tree = (ObjectNode) JSON.readTree(line);
        JsonNode preferred = tree.path(key("totalPriceSet")).findParent("amount");
        JsonNode amount = preferred == null ? tree.findParent("amount") : preferred;
        if (amount instanceof ObjectNode found) {
            found.put("amount", "@@");
        }
        return replacedWithQuotes(bytes(tree), bytes(rawValue));
    }

    private static byte[] moneyAsNumbers(byte[] line) throws IOException {
        JsonNode tree = JSON.readTree(line);
        for (JsonNode parent : tree.findParents("amount")) {
            ((ObjectNode) parent)
                    .put("amount", new BigDecimal(parent.get("amount").asText()));
        }
        return bytes(tree);
    }

    private static byte[] longLine(byte[] line, long megabytes) {
        byte[] open = bytes("\"padding\":\"");
        byte[] whole = new byte[line.length + open.length + (int) (megabytes * 1024 * 1024) + 2];
        System.arraycopy(line, 0, whole, 0, line.length - 1);
        whole[line.length - 1] = ',';
        System.arraycopy(open, 0, whole, line.length, open.length);
        Arrays.fill(whole, line.length + open.length, whole.length - 2, (byte) 'x');
        whole[whole.length - 2] = '"';
        whole[whole.length - 1] = '}';
        return whole;
    }

    private static byte[] withMember(byte[] line, String member) {
        String text = new String(line, StandardCharsets.UTF_8);
        return bytes(text.substring(0, text.length() - 1) + "," + member + "}");
    }

    private static byte[] replaced(byte[] line, byte[] raw) {
        return splice(line, bytes("@@"), raw);
    }

    private static byte[] replacedWithQuotes(byte[] line, byte[] raw) {
        return splice(line, bytes("\"@@\""), raw);
    }

    private static byte[] splice(byte[] line, byte[] mark, byte[] raw) {
        int at = new String(line, StandardCharsets.ISO_8859_1).indexOf(new String(mark, StandardCharsets.ISO_8859_1));
        if (at < 0) {
            return line;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(line.length + raw.length);
        out.write(line, 0, at);
        out.writeBytes(raw);
        out.write(line, at + mark.length, line.length - at - mark.length);
        return out.toByteArray();
    }

    private static byte[] bytes(JsonNode tree) throws JsonProcessingException {
        return bytes(JSON.writeValueAsString(tree).replace("/", "\\/"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
