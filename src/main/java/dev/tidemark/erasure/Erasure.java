package dev.tidemark.erasure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.f4b6a3.uuid.UuidCreator;
import dev.tidemark.run.UnknownStore;
import dev.tidemark.settings.Settings;
import dev.tidemark.stream.ColumnDeclaration;
import dev.tidemark.stream.RecordDeclaration;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Requests to erase a person, or a whole shop's persons, and to tell what is stored of one. A request is a row; its steps can
 * be taken again from the beginning after a crash. An address is never kept, only its fingerprint. Thread-safe.
 */
public final class Erasure {
    private static final Logger LOG = LoggerFactory.getLogger(Erasure.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> TOPICS =
            Map.of("customers/redact", "person", "customers/data_request", "data", "shop/redact", "shop");

    private final ErasureDatabase database;
    private final Settings settings;
    private final StreamCatalog catalog;
    private final StoredObjects objects;
    private final StoredLetters letters;

    public Erasure(DataSource dataSource, S3Client s3, Settings settings, StreamCatalog catalog) {
        this.database = new ErasureDatabase(dataSource);
        this.settings = settings;
        this.catalog = catalog;
        this.objects = new StoredObjects(s3, settings, catalog, database);
        this.letters = new StoredLetters(database, catalog);
    }

    /** Whether deliveries of a topic ask for an erasure, or what is stored. */
    static boolean isAskedBy(String topic) {
        return TOPICS.containsKey(topic);
    }

    /**
     * Writes down what a delivery asks for.
     *
     * @param delivery store_id, delivery_id, topic and payload (bytes or text) of one of the vendor's three topics
     * @return request_id
     * @throws IllegalArgumentException when the topic is another one or the payload is no JSON
     */
    public Map<String, Object> deliver(Map<String, Object> delivery) throws IOException {
        Object payload = delivery.get("payload");
        JsonNode asked =
                payload instanceof byte[] bytes ? JSON.readTree(bytes) : JSON.readTree(String.valueOf(payload));
        String kind = Optional.ofNullable(TOPICS.get(String.valueOf(delivery.get("topic"))))
                .orElseThrow(() -> new IllegalArgumentException("No request comes by " + delivery.get("topic")));
        Map<String, Object> request = new HashMap<>();
        request.put("store", delivery.get("store_id"));
        request.put("kind", kind);
        request.put("actor", "webhook:" + delivery.get("delivery_id"));
        request.put("customer", asked.path("customer").path("id").asText(""));
        request.put("email", asked.path("customer").path("email").asText(""));
        request.put(
                "orders",
                StreamSupport.stream(asked.path("orders_to_redact").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList());
        return begin(request);
    }

    /**
     * Writes a request down.
     *
     * @param asked store, actor, kind (person, shop or data); customer, email and orders, each optional; dry_run
     * @return request_id; of a dry run the receipt as it would be, as JSON text
     * @throws UnknownStore when no configuration names the store
     */
    public Map<String, Object> begin(Map<String, Object> asked) throws IOException {
        String store = String.valueOf(asked.get("store"));
        if (!settings.stores().containsKey(store)) {
            throw new UnknownStore(store, settings.stores().keySet());
        }
        String kind = String.valueOf(asked.get("kind"));
        Persons persons = persons(store);
        text(asked, "customer").ifPresent(id -> persons.add(Persons.CUSTOMER, id));
        text(asked, "email").ifPresent(address -> persons.add(Persons.EMAIL, persons.fingerprint(address)));
        if (asked.get("orders") instanceof List<?> orders) {
            orders.forEach(order -> persons.add(Persons.ORDER, String.valueOf(order)));
        }
        if (kind.equals("shop")) {
            persons.add(Persons.EVERYONE, "");
        }
        if (Boolean.TRUE.equals(asked.get("dry_run"))) {
            return Map.of("receipt", JSON.writeValueAsString(wouldErase(store, persons)));
        }
        String request = UuidCreator.getTimeOrderedEpoch().toString();
        String origin = String.valueOf(asked.get("actor"));
        int written = database.change(
                "open_request", store, request, kind, origin, JSON.writeValueAsString(persons.values()));
        if (written == 0) {
            return documents(store, null, null).stream()
                    .filter(document -> document.path("origin").asText().equals(origin))
                    .map(document -> Map.<String, Object>of(
                            "request_id", document.path("request_id").asText()))
                    .findFirst()
                    .orElseThrow();
        }
        return Map.of("request_id", request);
    }

    /** Takes the steps of every open request; what fails is logged and tried again by the next call. */
    public void carryOutOpen() {
        for (JsonNode open : documents(null, "open", null)) {
            Map<String, Object> request = Map.of(
                    "store",
                    open.path("store").asText(),
                    "request_id",
                    open.path("request_id").asText());
            try {
                carryOut(request);
            } catch (IOException | RuntimeException e) {
                LOG.error(
                        "Request {} of {} is not done and is tried again",
                        request.get("request_id"),
                        request.get("store"),
                        e);
            }
        }
    }

    /**
     * Takes the steps of a request that are left, unless another process is at it.
     *
     * @param asked store and request_id
     * @return the request as it is now, as JSON text; null when there is none
     */
    public String carryOut(Map<String, Object> asked) throws IOException {
        String store = String.valueOf(asked.get("store"));
        String request = String.valueOf(asked.get("request_id"));
        try (Connection turn = database.connect()) {
            boolean taken = Boolean.TRUE.equals(
                    ErasureDatabase.rows(turn, ErasureDatabase.text("lock_request"), store + "/" + request)
                            .get(0)
                            .get("taken"));
            try {
                Optional<JsonNode> document =
                        documents(store, null, request).stream().findFirst();
                if (taken
                        && document.filter(found -> found.path("state").asText().equals("open"))
                                .isPresent()) {
                    takeSteps(store, request, document.get());
                }
            } finally {
                if (taken) {
                    ErasureDatabase.rows(turn, ErasureDatabase.text("unlock_request"), store + "/" + request);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The turn at request " + request + " was lost: " + e.getMessage(), e);
        }
        return documents(store, null, request).stream()
                .findFirst()
                .map(JsonNode::toString)
                .orElse(null);
    }

    /**
     * Requests with their receipts, newest first.
     *
     * @param asked store, state and request_id, each optional
     * @return JSON text with items
     */
    public String list(Map<String, Object> asked) {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode items = answer.putArray("items");
        documents(
                        text(asked, "store").orElse(null),
                        text(asked, "state").orElse(null),
                        text(asked, "request_id").orElse(null))
                .forEach(items::add);
        return answer.toString();
    }

    private void takeSteps(String store, String request, JsonNode document) throws IOException {
        Persons persons = persons(store);
        document.path("asked").fields().forEachRemaining(kind -> kind.getValue()
                .forEach(value -> persons.add(kind.getKey(), value.asText())));
        ObjectNode receipt = JSON.createObjectNode();
        if (document.path("kind").asText().equals("data")) {
            tell(store, request, known(store, persons), receipt);
        } else {
            if (!isDone(document, "noted")) {
                note(store, request, known(store, persons));
                database.change("return_deliveries", store);
                database.change("await_runs", store, request);
            }
            List<Map<String, Object>> awaited = database.rows("list_awaited", store, request);
            if (!awaited.isEmpty()) {
                database.change(
                        "wait_request",
                        "run " + awaited.get(0).get("run_id") + " of "
                                + awaited.get(0).get("stream") + ", which began before",
                        store,
                        request);
                return;
            }
            // A person's addresses may be in the archive alone, where the tables were lost or never loaded.
            objects.find(store, persons);
            note(store, request, known(store, persons));
            database.change("return_deliveries", store);
            erase(store, request, persons, receipt);
        }
        database.change("close_request", receipt.toString(), store, request);
        LOG.info("Request {} of {} is done", request, store);
    }

    /** Every step finds only what is left, so after a crash all of them are taken again; the objects are counted by rows. */
    private void erase(String store, String request, Persons persons, ObjectNode receipt) throws IOException {
        tellWhom(persons, receipt);
        ArrayNode archives = receipt.putArray("archives");
        objects.redact(store, request, persons).forEach(archives::add);
        ObjectNode tables = receipt.putObject("tables");
        eraseTables(store, persons, true, tables);
        boolean everyone = persons.everyone();
        tables.put(
                "customers_marked",
                database.change("mark_customers", store, everyone, persons.values(Persons.CUSTOMER)));
        tables.put(
                "accounts_marked", database.change("mark_accounts", store, everyone, persons.values(Persons.ACCOUNT)));
        receipt.put("dead_letters", letters.redact(store, persons, true));
        receipt.put("deliveries", letters.redactDeliveries(store, persons, true));
        receipt.put("exports", objects.removeExports(store, persons));
        receipt.put("waiting_children", database.change("forget_spill", store));
        receipt.put("work_files", objects.removeLeftovers(store));
    }

    private ObjectNode wouldErase(String store, Persons persons) throws IOException {
        known(store, persons);
        objects.find(store, persons);
        known(store, persons);
        ObjectNode receipt = JSON.createObjectNode();
        receipt.put("store", store);
        receipt.put("dry_run", true);
        tellWhom(persons, receipt);
        ArrayNode archives = receipt.putArray("archives");
        objects.count(store, persons).forEach(archives::add);
        eraseTables(store, persons, false, receipt.putObject("tables"));
        receipt.put("dead_letters", letters.redact(store, persons, false));
        receipt.put("deliveries", letters.redactDeliveries(store, persons, false));
        return receipt;
    }

    private void eraseTables(String store, Persons persons, boolean keep, ObjectNode tables) {
        records()
                .filter(record -> record.columns().stream().anyMatch(ColumnDeclaration::personal))
                .forEach(record -> {
                    List<Object> values = new ArrayList<>(List.of(store, persons.everyone()));
                    ErasureDatabase.persons(record).stream()
                            .map(column -> persons.values(column.person().orElseThrow()))
                            .forEach(values::add);
                    tables.put(record.table(), database.changeRecords(record, keep, values.toArray()));
                });
    }

    /** Everything that the tables and the dead letters have of a person, as one object. */
    private void tell(String store, String request, Persons persons, ObjectNode receipt) throws IOException {
        ObjectNode data = JSON.createObjectNode();
        data.put("store", store);
        data.put("request_id", request);
        ObjectNode tables = data.putObject("tables");
        ObjectNode counts = receipt.putObject("tables");
        records().filter(record -> !ErasureDatabase.persons(record).isEmpty()).forEach(record -> {
            List<Object> values = new ArrayList<>(List.of(store));
            ErasureDatabase.persons(record).stream()
                    .map(column -> persons.values(column.person().orElseThrow()))
                    .forEach(values::add);
            ArrayNode rows = tables.putArray(record.table());
            for (Map<String, Object> row : database.exportRecords(record, values.toArray())) {
                rows.add(json((String) row.get("record")));
            }
            counts.put(record.table(), rows.size());
        });
        ArrayNode kept = data.putArray("dead_letters");
        letters.of(store, persons).forEach(kept::add);
        receipt.put("dead_letters", kept.size());
        tellWhom(persons, receipt);
        receipt.put("export", objects.export(store, request, JSON.writeValueAsBytes(data)));
    }

    private Stream<RecordDeclaration> records() {
        return catalog.streams().stream().flatMap(StreamDeclaration::records);
    }

    private static void tellWhom(Persons persons, ObjectNode receipt) {
        ObjectNode whom = receipt.putObject("persons");
        persons.values().forEach((kind, values) -> {
            ArrayNode list = whom.putArray(kind);
            values.forEach(list::add);
        });
    }

    /** The persons with everything else that the tables know them by. */
    private Persons known(String store, Persons persons) {
        boolean grows = !persons.everyone();
        while (grows) {
            grows = false;
            for (Map<String, Object> found : database.rows(
                    "find_person",
                    store,
                    persons.values(Persons.CUSTOMER),
                    persons.values(Persons.ACCOUNT),
                    persons.values(Persons.ORDER),
                    persons.values(Persons.EMAIL))) {
                grows |= persons.add((String) found.get("kind"), (String) found.get("value"));
            }
        }
        return persons;
    }

    private void note(String store, String request, Persons persons) {
        persons.values()
                .forEach((kind, values) ->
                        values.forEach(value -> database.change("note_person", store, kind, value, request)));
        try {
            // The tables will not tell it again.
            database.change("keep_persons", JSON.writeValueAsString(persons.values()), store, request);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Texts by kind are JSON", e);
        }
    }

    private Persons persons(String store) {
        return new Persons((byte[])
                database.rows("make_key", store, ErasureKey.fresh()).get(0).get("key"));
    }

    private List<JsonNode> documents(String store, String state, String request) {
        return database.rows("show_requests", store, state, request).stream()
                .map(row -> json((String) row.get("document")))
                .toList();
    }

    private static boolean isDone(JsonNode document, String step) {
        return StreamSupport.stream(document.path("steps").spliterator(), false)
                .anyMatch(done -> done.asText().equals(step));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The database answered with something that is no JSON", e);
        }
    }

    private static Optional<String> text(Map<String, Object> asked, String name) {
        return Optional.ofNullable(asked.get(name))
                .map(String::valueOf)
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }
}
