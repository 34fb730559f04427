package dev.tidemark.stories;

import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A place in the life of a run where it can be struck: an exchange with a neighbour, known by a pattern of what passes over
 * the wire. Together they are every step boundary, and the inside of every step.
 */
enum CrashPoint {
    RUN_ROW(World::databaseWire, "insert into sync_run \\("),
    LEASE(World::databaseWire, "insert into sync_lease"),
    IDENTITY(World::shopWire, "ianaTimezone"),
    INTENT(World::databaseWire, "intent_at = now\\(\\)"),
    SUBMIT(World::shopWire, "mutation.*bulkOperationRunQuery"),
    OPERATION_ID(World::databaseWire, "set operation_id ="),
    POLL(World::shopWire, "bulkOperation\\(id"),
    POLL_LATER(World::databaseWire, "poll_attempts = cast"),
    RESULT(World::databaseWire, "result_complete = cast"),
    STEP_DONE(World::databaseWire, "insert into sync_step .*moved"),
    DOWNLOAD(World::shopWire, "^GET "),
    UPLOAD(World::objectsWire, "^PUT [^ ]*/archive/[^ ]*\\.jsonl"),
    MANIFEST(World::objectsWire, "^PUT [^ ]*\\.manifest\\.json"),
    ARCHIVE_FACTS(World::databaseWire, "set archive_key ="),
    /** The ledger row of a chunk: of one that is judged record by record, the records with it. */
    CHUNK(World::databaseWire, "insert into sync_chunk"),
    /** The records of a chunk that are all new, sent after their ledger row. */
    COPY(World::databaseWire, "copy order_header"),
    /** What was copied and its ledger row together become visible. */
    COMMIT(World::databaseWire, "^COMMIT of .*copy order_"),
    PRODUCTS(World::databaseWire, "insert into product"),
    MEASUREMENT(World::objectsWire, "^PUT [^ ]*/measurement/"),
    FINISH(World::databaseWire, "insert into sync_watermark "),
    TELEMETRY(World::objectsWire, "^PUT [^ ]*/telemetry/");

    private final Function<World, Wire> wire;
    private final String exchange;

    CrashPoint(Function<World, Wire> wire, String exchange) {
        this.wire = wire;
        this.exchange = exchange;
    }

    Wire wire(World world) {
        return wire.apply(world);
    }

    /** Whether every run passes the point equally often. */
    boolean isSteady() {
        return this != LEASE && this != POLL && this != POLL_LATER;
    }

    String exchange() {
        return exchange;
    }

    /** How often the point was passed. */
    int occurrences(World world) {
        Pattern pattern = Pattern.compile(exchange, Pattern.DOTALL);
        return (int) wire(world).exchanges().stream()
                .filter(name -> pattern.matcher(name).find())
                .count();
    }
}
