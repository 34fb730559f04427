package dev.tidemark.simulator.recharge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/**
 * The truth about a record as JSON, named like the columns that should hold it: UTC, money as text, foreign ids as numbers.
 * Shares no code with the rendering of the API's answers, so a mistake there shows as a difference.
 */
final class TruthJson implements AutoCloseable {
    private final JsonGenerator json;

    TruthJson(OutputStream out) throws IOException {
        json = new JsonFactory().createGenerator(out);
        json.setRootValueSeparator(null);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }

    /** One record in one line. */
    void line(Kind kind, Entry entry) throws IOException {
        record(kind, entry);
        json.writeRaw('\n');
    }

    void record(Kind kind, Entry entry) throws IOException {
        json.writeStartObject();
        json.writeNumberField(kind.singular() + "_id", entry.id());
        seconds("created_at", entry.createdAt());
        seconds("updated_at", entry.updatedAt());
        members(entry.values());
        json.writeStringField(
                "committed_at", Instant.ofEpochMilli(entry.committedMillis()).toString());
        json.writeStringField(
                "visible_at", Instant.ofEpochMilli(entry.visibleMillis()).toString());
        if (entry.isDeleted()) {
            seconds("deleted_at", entry.deletedMillis() / 1_000);
        } else {
            json.writeNullField("deleted_at");
        }
        json.writeEndObject();
    }

    JsonGenerator generator() {
        return json;
    }

    @Override
    public void close() throws IOException {
        json.close();
    }

    private void members(Map<?, ?> values) throws IOException {
        for (Map.Entry<?, ?> member : values.entrySet()) {
            String name = (String) member.getKey();
            if (name.equals("customer")) {
                // A charge and an order repeat three things of their customer beside its id.
                Map<?, ?> customer = (Map<?, ?>) member.getValue();
                json.writeNumberField("customer_id", (Long) customer.get("id"));
                field("email", customer.get("email"));
                field("external_customer_id", customer.get("external_customer_id"));
            } else if (name.equals("charge")) {
                json.writeNumberField("charge_id", (Long) ((Map<?, ?>) member.getValue()).get("id"));
            } else {
                field(name, member.getValue());
            }
        }
    }

    private void field(String name, Object value) throws IOException {
        json.writeFieldName(name);
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Value.Money money) {
            json.writeString(BigDecimal.valueOf(money.cents(), 2).toPlainString());
        } else if (value instanceof Value.Time time) {
            json.writeString(Instant.ofEpochSecond(time.seconds()).toString());
        } else if (value instanceof Value.Day day) {
            json.writeString(LocalDate.ofEpochDay(day.number()).toString());
        } else if (value instanceof Value.External external) {
            external(external.text());
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            members(map);
            json.writeEndObject();
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object item : list) {
                json.writeStartObject();
                members((Map<?, ?>) item);
                json.writeEndObject();
            }
            json.writeEndArray();
        } else if (value instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else if (value instanceof Number number) {
            json.writeNumber(number.longValue());
        } else {
            json.writeString(value.toString());
        }
    }

    private void external(String text) throws IOException {
        if (text.isEmpty()) {
            json.writeNull();
        } else if (Character.isDigit(text.charAt(0))) {
            json.writeNumber(Long.parseLong(text));
        } else {
            json.writeString(text);
        }
    }

    private void seconds(String name, long seconds) throws IOException {
        json.writeStringField(name, Instant.ofEpochSecond(seconds).toString());
    }
}
