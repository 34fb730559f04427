package dev.tidemark.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A file of receipts, CSV with a header or JSON lines: every line becomes a lot or is refused with its number and a reason.
 * The reference page lists the columns.
 */
public final class LotFile {
    private static final List<String> REQUIRED =
            List.of("lot_id", "variant_id", "received_at", "quantity", "unit_cost", "currency");
    private static final List<String> OPTIONAL = List.of("store", "product_id", "reference");
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final LocalDate EARLIEST = LocalDate.of(2000, 1, 1);
    private static final LocalDate LATEST = LocalDate.of(2100, 1, 1);

    /** A line that is no lot. */
    public record Refusal(long line, String lotId, String reason) {}

    /** The file as a whole cannot be read as lots; the message says why. */
    public static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }
    }

    private final Optional<String> defaultStore;
    private final Map<String, List<ObjectNode>> lotsByStore = new LinkedHashMap<>();
    private final List<Refusal> refusals = new ArrayList<>();
    private final Map<String, ObjectNode> seen = new HashMap<>();
    private long lines;
    private long repeated;

    private LotFile(Optional<String> defaultStore) {
        this.defaultStore = defaultStore;
    }

    /**
     * Reads a file to its end.
     *
     * @param defaultStore the store of lines that do not name one
     * @throws Unreadable when its name ends in neither {@code .csv} nor {@code .jsonl}, or its header lacks a column or has
     *     an unknown one
     * @throws IOException when it cannot be read, or is not UTF-8
     */
    public static LotFile read(Path file, Optional<String> defaultStore) throws IOException {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        LotFile lots = new LotFile(defaultStore);
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            if (name.endsWith(".csv")) {
                lots.readCsv(reader);
            } else if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
                lots.readJson(reader);
            } else {
                throw new Unreadable("A file of lots is named .csv or .jsonl, not " + file.getFileName());
            }
        }
        return lots;
    }

    /** Good lines as {@code sql/measure/import_lots.sql} takes them, by store. */
    public Map<String, List<ObjectNode>> lotsByStore() {
        return lotsByStore;
    }

    public List<Refusal> refusals() {
        return refusals;
    }

    /** Lines with something on them, the header excepted. */
    public long lines() {
        return lines;
    }

    /** Lines that say what an earlier line has said. */
    public long repeated() {
        return repeated;
    }

    private void readCsv(BufferedReader reader) throws IOException {
        String first = reader.readLine();
        if (first == null) {
            throw new Unreadable(
                    "The file is empty; its first line must name the columns " + String.join(",", REQUIRED));
        }
        List<String> header = cells(first.startsWith("\uFEFF") ? first.substring(1) : first).stream()
                .map(String::strip)
                .toList();
        checkHeader(header);
        long line = 1;
        for (String text = reader.readLine(); text != null; text = reader.readLine()) {
            line++;
            if (text.isBlank()) {
                continue;
            }
            lines++;
            try {
                List<String> cells = cells(text);
                if (cells.size() != header.size()) {
                    throw new IllegalArgumentException(
                            "has " + cells.size() + " cells, the header has " + header.size());
                }
                Map<String, String> values = new HashMap<>();
                for (int i = 0; i < cells.size(); i++) {
                    values.put(header.get(i), cells.get(i).strip());
                }
                take(line, values);
            } catch (IllegalArgumentException refused) {
                refusals.add(new Refusal(line, null, refused.getMessage()));
            }
        }
    }

    private static void checkHeader(List<String> header) {
        Set<String> wrong = new TreeSet<>(header);
        wrong.removeAll(REQUIRED);
        wrong.removeAll(OPTIONAL);
        Set<String> missing = new TreeSet<>(REQUIRED);
        missing.removeAll(header);
        if (!wrong.isEmpty() || !missing.isEmpty() || Set.copyOf(header).size() < header.size()) {
            throw new Unreadable(
                    "The first line must name the columns " + String.join(", ", REQUIRED) + " and may name "
                            + String.join(", ", OPTIONAL) + ", each once"
                            + (missing.isEmpty() ? "" : "; missing: " + String.join(", ", missing))
                            + (wrong.isEmpty() ? "" : "; unknown: " + String.join(", ", wrong)));
        }
    }

    /** The cells of one line; a quoted cell may hold commas and doubled quotes, but no line break. */
    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                cell.append('"');
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        if (quoted) {
            throw new IllegalArgumentException("has a quote that is not closed");
        }
        cells.add(cell.toString());
        return cells;
    }

    private void readJson(BufferedReader reader) throws IOException {
        long line = 0;
        for (String text = reader.readLine(); text != null; text = reader.readLine()) {
            line++;
            if (text.isBlank()) {
                continue;
            }
            lines++;
            try {
                take(line, members(text));
            } catch (IllegalArgumentException refused) {
                refusals.add(new Refusal(line, null, refused.getMessage()));
            }
        }
    }

    private static Map<String, String> members(String text) {
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (JsonProcessingException notJson) {
            throw new IllegalArgumentException("is not JSON");
        }
        if (!node.isObject()) {
            throw new IllegalArgumentException("is not a JSON object");
        }
        Map<String, String> values = new HashMap<>();
        node.properties().forEach(member -> {
            if (!REQUIRED.contains(member.getKey()) && !OPTIONAL.contains(member.getKey())) {
                throw new IllegalArgumentException("has an unknown member " + member.getKey());
            }
            JsonNode value = member.getValue();
            if (value.isContainerNode()) {
                throw new IllegalArgumentException(member.getKey() + " must be a text or a number");
            }
            if (!value.isNull()) {
                values.put(
                        member.getKey(),
                        value.isNumber()
                                ? value.decimalValue().toPlainString()
                                : value.asText().strip());
            }
        });
        return values;
    }

    private void take(long line, Map<String, String> values) {
        String lotId = values.getOrDefault("lot_id", "");
        try {
            String store = Optional.ofNullable(values.get("store"))
                    .filter(named -> !named.isEmpty())
                    .or(() -> defaultStore)
                    .orElseThrow(() -> new IllegalArgumentException("names no store, and --store is not given"));
            ObjectNode lot = lot(values);
            ObjectNode before = seen.putIfAbsent(store + "\n" + lotId, lot.deepCopy());
            if (before != null && !before.equals(lot)) {
                throw new IllegalArgumentException("lot " + lotId + " is on an earlier line with other values");
            }
            if (before != null) {
                repeated++;
                return;
            }
            lotsByStore.computeIfAbsent(store, none -> new ArrayList<>()).add(lot.put("line", line));
        } catch (IllegalArgumentException refused) {
            refusals.add(new Refusal(line, lotId.isEmpty() ? null : lotId, refused.getMessage()));
        }
    }

    private static ObjectNode lot(Map<String, String> values) {
        for (String name : REQUIRED) {
            if (values.getOrDefault(name, "").isEmpty()) {
                throw new IllegalArgumentException(name + " is missing");
            }
        }
        if (values.values().stream().anyMatch(value -> value.indexOf('\0') >= 0 || value.length() > 200)) {
            throw new IllegalArgumentException("a value is longer than 200 characters or holds a NUL");
        }
        ObjectNode lot = JsonNodeFactory.instance.objectNode();
        lot.put("lot_id", values.get("lot_id"));
        lot.put("variant_id", id(values, "variant_id"));
        if (!values.getOrDefault("product_id", "").isEmpty()) {
            lot.put("product_id", id(values, "product_id"));
        }
        lot.put("received_at", receivedAt(values.get("received_at")));
        String quantity = values.get("quantity");
        if (!quantity.matches("0*[1-9]\\d{0,8}")) {
            throw new IllegalArgumentException("quantity must be a whole number from 1 to 999999999, not " + quantity);
        }
        lot.put("quantity", Integer.parseInt(quantity));
        String cost = values.get("unit_cost");
        if (!cost.matches("\\d{1,12}(\\.\\d{1,6})?")) {
            throw new IllegalArgumentException(
                    "unit_cost must be an amount like 12.50 with at most six decimals, not " + cost);
        }
        lot.put("unit_cost", cost);
        String currency = values.get("currency");
        if (!currency.matches("[A-Z]{3}")) {
            throw new IllegalArgumentException("currency must be three capital letters, not " + currency);
        }
        lot.put("currency", currency);
        if (!values.getOrDefault("reference", "").isEmpty()) {
            lot.put("reference", values.get("reference"));
        }
        return lot;
    }

    /** The number, also out of a global id such as {@code gid://shopify/ProductVariant/1}. */
    private static long id(Map<String, String> values, String name) {
        String digits = values.get(name).replaceFirst("^gid://shopify/\\w+/", "");
        if (!digits.matches("[1-9]\\d{0,17}")) {
            throw new IllegalArgumentException(name + " must be a number, not " + values.get(name));
        }
        return Long.parseLong(digits);
    }

    private static String receivedAt(String text) {
        try {
            LocalDate day = text.length() == "2026-01-01".length()
                    ? LocalDate.parse(text)
                    : OffsetDateTime.parse(text).toLocalDate();
            if (day.isBefore(EARLIEST) || !day.isBefore(LATEST)) {
                throw new IllegalArgumentException("received_at must lie between 2000 and 2099, not " + text);
            }
            return text;
        } catch (DateTimeException notATime) {
            throw new IllegalArgumentException(
                    "received_at must be a date, or a time with its offset as in 2026-03-01T08:00:00Z, not " + text);
        }
    }
}
