package dev.tidemark.erasure;

import dev.tidemark.archive.ArchivedFile;
import dev.tidemark.run.Run;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every writer asks before it keeps something: whether it concerns a person who was erased. Of a store that has erased
 * nobody, that is one look at an index. Thread-safe.
 */
public final class Redactions {
    private static final Logger LOG = LoggerFactory.getLogger(Redactions.class);

    private final ErasureDatabase database;
    private final StreamCatalog catalog;
    private final Function<Run, Path> localFile;

    /** @param localFile where a run's file lies on this machine */
    public Redactions(DataSource database, StreamCatalog catalog, Function<Run, Path> localFile) {
        this.database = new ErasureDatabase(database);
        this.catalog = catalog;
        this.localFile = localFile;
    }

    /** Whether the run's store has erased nobody, so that what it sends may be kept as it is. */
    public boolean concernsNobody(Run run) {
        return database.rows("list_persons", run.store()).isEmpty();
    }

    /**
     * A run's local file as it may be archived and loaded: lines that concern an erased person lose what is personal, and the
     * counts stay as the source's proof has them.
     *
     * @param file as it was received
     * @return what lies there now
     */
    public ArchivedFile file(Run run, ArchivedFile file) throws IOException {
        StreamDeclaration stream = catalog.declaration(run.stream());
        List<Map<String, Object>> known = database.rows("list_persons", run.store());
        if (known.isEmpty() || stream == null || file.lines() == 0) {
            return file;
        }
        Persons persons = persons(run.store()).with(known);
        Persons found = persons.nobody();
        Path whole = localFile.apply(run);
        Path part = whole.resolveSibling(whole.getFileName() + ".part-redacted-" + run.epoch());
        try {
            FileRedaction.Outcome outcome =
                    FileRedaction.redact(whole, part, new LineRedaction(stream, persons), found);
            if (outcome.lines() == 0) {
                return file;
            }
            // An order that was not known before leads to its refunds and payments.
            String request = (String) known.get(0).get("request_id");
            found.values().forEach((kind, values) -> values.stream()
                    .filter(value -> persons.add(kind, value))
                    .forEach(value -> database.change("note_person", run.store(), kind, value, request)));
            Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            LOG.info(
                    "{}: {} line(s) of persons who were erased are kept without what is personal",
                    run,
                    outcome.lines());
            return new ArchivedFile(file.key(), outcome.sha256(), outcome.bytes(), file.lines(), file.roots(), false);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /**
     * A claimed delivery as it may be processed: when it concerns an erased person, its row keeps only what is left of the
     * payload, and so does the answer. What asks for an erasure is passed on as it came, because it names whom to erase.
     *
     * @param row store_id, delivery_id, topic, stream and payload
     */
    public Map<String, Object> delivery(Map<String, Object> row) {
        String store = (String) row.get("store_id");
        List<Map<String, Object>> known = database.rows("list_persons", store);
        if (known.isEmpty() || Erasure.isAskedBy((String) row.get("topic"))) {
            return row;
        }
        byte[] payload = (byte[]) row.get("payload");
        byte[] left = new PayloadRedaction(persons(store).with(known), Optional.ofNullable(catalog.declaration((String)
                        row.get("stream"))))
                .redact(payload);
        if (Arrays.equals(payload, left)) {
            return row;
        }
        database.change("redact_delivery", left, store, row.get("delivery_id"));
        Map<String, Object> redacted = new HashMap<>(row);
        redacted.put("payload", left);
        return redacted;
    }

    private Persons persons(String store) {
        return new Persons((byte[])
                database.rows("make_key", store, ErasureKey.fresh()).get(0).get("key"));
    }
}
