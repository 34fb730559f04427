package dev.tidemark.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** One change to a record of the shop, as a test asks for it in JSON. The reference page lists the members. */
record ChangeJson(JsonNode body) {

    /** One change, or each of an array. */
    static Stream<ChangeJson> each(JsonNode changes) {
        return changes.isArray()
                ? StreamSupport.stream(changes.spliterator(), false).map(ChangeJson::new)
                : Stream.of(new ChangeJson(changes));
    }

    String action() {
        return body.path("action").asText("update");
    }

    long count() {
        return body.path("count").asLong(1);
    }

    boolean bumps() {
        return body.path("bump").asBoolean(true);
    }

    JsonNode set() {
        return body.path("set");
    }

    boolean has(String member) {
        return body.has(member);
    }

    /** One record by id or by its place at the start, or so many spread evenly. */
    List<Long> targets(String idMember, Records<?> records) {
        if (body.has(idMember)) {
            return List.of(body.get(idMember).asLong());
        }
        long all = records.atStart();
        if (body.has("sample")) {
            long count = Math.min(body.get("sample").asLong(), all);
            return LongStream.range(0, count)
                    .mapToObj(i -> records.idAt((2 * i + 1) * all / (2 * count)))
                    .toList();
        }
        if (body.has("index")) {
            return List.of(records.idAt(body.get("index").asLong()));
        }
        throw new IllegalArgumentException(
                "A change needs " + idMember + ", index or sample, or action create: " + body);
    }

    /** When the new version is stored, for a change asked for at a moment. */
    long committedAt(long now) {
        return now + body.path("commit_delay_ms").asLong(0);
    }

    long visibleAt(long now, long indexLagMillis) {
        return committedAt(now) + body.path("visible_delay_ms").asLong(indexLagMillis);
    }

    Optional<Long> time(String member) {
        return body.hasNonNull(member)
                ? Optional.of(Instant.parse(body.get(member).asText()).toEpochMilli())
                : Optional.empty();
    }

    /** What {@code updated_at} is to be, given what it was. */
    long updatedAt(long now, long before) {
        return time("updated_at").orElse(bumps() ? now : before);
    }

    /** @throws IllegalArgumentException when {@code set} has other members than these */
    void refuseOthersThan(Set<String> settable) {
        set().fieldNames().forEachRemaining(member -> {
            if (!settable.contains(member)) {
                throw new IllegalArgumentException("Cannot set " + member + "; can: "
                        + String.join(", ", settable.stream().sorted().toList()));
            }
        });
    }

    String text(String member, String otherwise) {
        return set().has(member) ? set().get(member).asText("") : otherwise;
    }

    long cents(String member, long otherwise) {
        return set().hasNonNull(member) ? cents(set().get(member)) : otherwise;
    }

    List<String> texts(String member, List<String> otherwise) {
        return set().has(member)
                ? StreamSupport.stream(set().get(member).spliterator(), false)
                        .map(JsonNode::asText)
                        .toList()
                : otherwise;
    }

    static long cents(JsonNode amount) {
        return new BigDecimal(amount.asText()).movePointRight(2).longValueExact();
    }
}
