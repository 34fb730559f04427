package dev.tidemark.verify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a verification has seen and what it found wrong. Counts are exact; of each kind, table and day only the first
 * findings are kept, so that memory stays bounded.
 */
public final class Report {
    private static final int MOST_REPAIRS = 1_000;

    private final int mostOfAKind;
    private final Consumer<Damage> listener;
    private final List<Damage> kept = new ArrayList<>();
    private final Map<List<String>, Long> counts =
            new TreeMap<>((one, other) -> one.toString().compareTo(other.toString()));
    private final Set<String> repairs = new LinkedHashSet<>();
    private final List<String> notices = new ArrayList<>();
    private final List<ObjectNode> days = new ArrayList<>();
    private final Map<String, Long> seen = new TreeMap<>();

    /**
     * @param mostOfAKind findings that are kept of each kind, table and day
     * @param listener is told every finding as it is made
     */
    public Report(int mostOfAKind, Consumer<Damage> listener) {
        this.mostOfAKind = mostOfAKind;
        this.listener = listener;
    }

    void add(Damage damage) {
        List<String> place = List.of(
                damage.store(),
                damage.stream(),
                damage.kind(),
                damage.table().orElse(""),
                damage.day().orElse(""));
        if (counts.merge(place, 1L, Long::sum) <= mostOfAKind) {
            kept.add(damage);
        }
        if (repairs.size() < MOST_REPAIRS) {
            repairs.add(damage.repair());
        }
        listener.accept(damage);
    }

    /** Says something that is no damage. */
    void notice(String sentence) {
        notices.add(sentence);
    }

    void day(ObjectNode day) {
        days.add(day);
    }

    /** Counts what was looked at. */
    void saw(String what, long how) {
        seen.merge(what, how, Long::sum);
    }

    public boolean isHealthy() {
        return counts.isEmpty();
    }

    public List<Damage> kept() {
        return List.copyOf(kept);
    }

    public List<String> notices() {
        return List.copyOf(notices);
    }

    /** The commands that mend what was found, each once. */
    public List<String> repairs() {
        return List.copyOf(repairs);
    }

    public long damages() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("healthy", isHealthy());
        ObjectNode looked = json.putObject("looked_at");
        seen.forEach(looked::put);
        ArrayNode perDay = json.putArray("days");
        days.forEach(perDay::add);
        ArrayNode perKind = json.putArray("counts");
        counts.forEach((place, count) -> perKind.addObject()
                .put("store", place.get(0))
                .put("stream", place.get(1))
                .put("kind", place.get(2))
                .put("table", place.get(3).isEmpty() ? null : place.get(3))
                .put("day", place.get(4).isEmpty() ? null : place.get(4))
                .put("count", count));
        ArrayNode findings = json.putArray("findings");
        kept.forEach(damage -> findings.add(damage.toJson()));
        ArrayNode mending = json.putArray("repairs");
        repairs.forEach(mending::add);
        ArrayNode said = json.putArray("notices");
        notices.forEach(said::add);
        return json;
    }

    public String toText() {
        List<String> lines = new ArrayList<>();
        seen.forEach((what, count) -> lines.add(String.format("%-12s %,d", what, count)));
        notices.forEach(notice -> lines.add("note         " + notice));
        if (isHealthy()) {
            lines.add("nothing to repair");
            return String.join("\n", lines);
        }
        lines.add("");
        counts.forEach((place, count) -> lines.add(String.format(
                "%,8d  %-16s %s/%s %s %s",
                count, place.get(2), place.get(0), place.get(1), place.get(3), place.get(4))));
        lines.add("");
        kept.forEach(damage -> lines.add(damage.toText()));
        lines.add("");
        lines.add("To repair:");
        repairs.forEach(repair -> lines.add("  " + repair));
        return String.join("\n", lines);
    }
}
