package dev.tidemark.simulator.recharge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.simulator.ShopClock;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** Changes to the app's records as tests ask for them, in JSON. The reference page lists all members. */
final class RechargeChanges {
    private final RechargeRecords records;
    private final ShopClock clock;

    RechargeChanges(RechargeRecords records, ShopClock clock) {
        this.records = records;
        this.clock = clock;
    }

    /**
     * Applies one change or an array of them, all at the same instant of the shop's clock.
     *
     * @return the new versions
     * @throws IllegalArgumentException when the change makes no sense; those before it in the array are done
     */
    List<Entry> apply(Kind kind, JsonNode changes) {
        long now = clock.millis();
        List<Entry> made = new ArrayList<>();
        for (JsonNode change : changes.isArray() ? changes : List.of(changes)) {
            made.addAll(applyOne(kind, change, now));
        }
        return made;
    }

    private List<Entry> applyOne(Kind kind, JsonNode change, long now) {
        String action = change.path("action").asText("update");
        if (action.equals("create")) {
            return LongStream.range(0, change.path("count").asLong(1))
                    .mapToObj(i -> commit(kind, created(kind, i, change, now), change, now))
                    .toList();
        }
        return targets(kind, change).stream()
                .map(id -> commit(kind, changed(kind, action, latest(kind, id), change, now), change, now))
                .toList();
    }

    private List<Long> targets(Kind kind, JsonNode change) {
        if (change.has("id")) {
            return List.of(change.get("id").asLong());
        }
        if (change.has("index")) {
            return List.of(records.idAt(kind, change.get("index").asLong()));
        }
        if (change.has("sample")) {
            long atStart = records.countAtStart(kind);
            long count = Math.min(change.get("sample").asLong(), atStart);
            return LongStream.range(0, count)
                    .mapToObj(i -> records.idAt(kind, (2 * i + 1) * atStart / (2 * count)))
                    .toList();
        }
        throw new IllegalArgumentException("A change needs id, index or sample, or action create: " + change);
    }

    private Entry latest(Kind kind, long id) {
        List<Entry> versions = records.versions(kind, id);
        if (versions.isEmpty() || versions.get(versions.size() - 1).isDeleted()) {
            throw new IllegalArgumentException("There is no " + kind.singular() + " " + id);
        }
        return versions.get(versions.size() - 1);
    }

    private Entry commit(Kind kind, Entry version, JsonNode change, long now) {
        long committed = now + change.path("commit_delay_ms").asLong(0);
        long visible = committed + change.path("visible_delay_ms").asLong(0);
        Entry stored = new Entry(
                version.id(),
                committed,
                visible,
                version.createdAt(),
                version.updatedAt(),
                version.deletedMillis(),
                version.values());
        records.add(kind, stored);
        return stored;
    }

    /** A new record looks like one of the start; only what is set differs. */
    private Entry created(Kind kind, long number, JsonNode change, long now) {
        Entry pattern = latest(kind, records.idAt(kind, change.path("like").asLong(0) + number));
        Map<String, Object> values = new LinkedHashMap<>(pattern.values());
        set(kind, values, change.path("set"));
        return new Entry(
                records.newId(kind),
                0,
                0,
                time(change, "created_at").orElse(now / 1_000),
                time(change, "updated_at").orElse(now / 1_000),
                0,
                values);
    }

    private Entry changed(Kind kind, String action, Entry before, JsonNode change, long now) {
        Map<String, Object> values = new LinkedHashMap<>(before.values());
        switch (action) {
            case "update" -> {
                if (change.path("set").isEmpty()) {
                    touch(kind, values);
                } else {
                    set(kind, values, change.path("set"));
                }
            }
            case "cancel" -> cancel(kind, values, now);
            case "add-line" -> addLine(kind, values);
            case "remove-line" -> removeLine(kind, values);
            case "delete" -> {}
            default ->
                throw new IllegalArgumentException("Unknown action " + action
                        + "; there are create, update, cancel, delete, add-line, remove-line");
        }
        return new Entry(
                before.id(),
                0,
                0,
                before.createdAt(),
                time(change, "updated_at").orElse(now / 1_000),
                action.equals("delete") ? now : 0,
                values);
    }

    /** Something that a comparison notices: a version that was missed shows. */
    private static void touch(Kind kind, Map<String, Object> values) {
        switch (kind) {
            case CUSTOMERS -> values.put("phone", counted(values.get("phone")));
            case ADDRESSES -> values.put("order_note", counted(values.get("order_note")));
            case SUBSCRIPTIONS -> values.merge("price", new Value.Money(100), RechargeChanges::sum);
            case CHARGES, ORDERS -> values.merge("total_price", new Value.Money(100), RechargeChanges::sum);
        }
    }

    private static Object sum(Object left, Object right) {
        return new Value.Money(((Value.Money) left).cents() + ((Value.Money) right).cents());
    }

    private static String counted(Object before) {
        String text = before == null ? "" : before.toString();
        return text.matches("[+]\\d{1,18}") ? "+" + (Long.parseLong(text.substring(1)) + 1) : "+15550000001";
    }

    private static void cancel(Kind kind, Map<String, Object> values, long now) {
        if (kind == Kind.CUSTOMERS || kind == Kind.ADDRESSES) {
            throw new IllegalArgumentException("One of the " + kind.plural() + " cannot be cancelled");
        }
        values.put("status", "cancelled");
        if (kind == Kind.SUBSCRIPTIONS) {
            values.put("cancelled_at", new Value.Time(now / 1_000));
            values.put("next_charge_scheduled_at", null);
        }
    }

    private static void addLine(Kind kind, Map<String, Object> values) {
        List<Map<String, Object>> lines = lines(kind, values);
        Map<String, Object> added = new LinkedHashMap<>(lines.get(lines.size() - 1));
        added.put("purchase_item_id", (Long) added.get("purchase_item_id") + 1_000_000_000L);
        added.put("purchase_item_type", "onetime");
        lines.add(added);
        values.put("line_items", lines);
    }

    private static void removeLine(Kind kind, Map<String, Object> values) {
        List<Map<String, Object>> lines = lines(kind, values);
        if (lines.size() == 1) {
            throw new IllegalArgumentException("The last line cannot be removed");
        }
        lines.remove(lines.size() - 1);
        values.put("line_items", lines);
    }

    @SuppressWarnings("unchecked") // the generator makes lines of exactly this form
    private static List<Map<String, Object>> lines(Kind kind, Map<String, Object> values) {
        if (kind != Kind.CHARGES && kind != Kind.ORDERS) {
            throw new IllegalArgumentException(kind.plural() + " have no lines");
        }
        return new ArrayList<>((List<Map<String, Object>>) values.get("line_items"));
    }

    private static void set(Kind kind, Map<String, Object> values, JsonNode wanted) {
        wanted.properties().forEach(member -> {
            String name = member.getKey();
            if (!values.containsKey(name) || values.get(name) instanceof Map || values.get(name) instanceof List) {
                throw new IllegalArgumentException("Cannot set " + name + " of a " + kind.singular() + "; can: "
                        + values.entrySet().stream()
                                .filter(one -> !(one.getValue() instanceof Map) && !(one.getValue() instanceof List))
                                .map(Map.Entry::getKey)
                                .toList());
            }
            values.put(name, value(name, values.get(name), member.getValue()));
        });
    }

    /** What a member is made of follows from what it was, or, when it was nothing, from its name. */
    private static Object value(String name, Object before, JsonNode wanted) {
        if (before instanceof Value.External) {
            return new Value.External(wanted.isNull() ? "" : wanted.asText());
        }
        if (wanted.isNull()) {
            return null;
        }
        if (before instanceof Value.Money) {
            return new Value.Money(
                    new BigDecimal(wanted.asText()).movePointRight(2).longValueExact());
        }
        if (before instanceof Value.Day || name.equals("next_charge_scheduled_at") || name.equals("retry_date")) {
            return new Value.Day(LocalDate.parse(wanted.asText()).toEpochDay());
        }
        if (before instanceof Value.Time || name.endsWith("_at")) {
            return new Value.Time(Instant.parse(wanted.asText()).getEpochSecond());
        }
        if (wanted.isBoolean()) {
            return wanted.asBoolean();
        }
        return wanted.isNumber() ? (Object) wanted.asLong() : wanted.asText();
    }

    private static Optional<Long> time(JsonNode change, String name) {
        return change.has(name)
                ? Optional.of(Instant.parse(change.get(name).asText()).getEpochSecond())
                : Optional.empty();
    }
}
