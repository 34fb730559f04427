package dev.tidemark.load;

import dev.tidemark.run.FencedException;
import dev.tidemark.stream.StreamDeclaration;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;

/**
 * Writes delivered records by the routes {@code webhook-write-<stream>} and {@code webhook-remove-<stream>}, decoded as the
 * lines of a file are. One statement writes a record and settles its delivery. Thread-safe.
 */
public final class DeliveryWriter {
    /** Stands for the version of a parent that is not told; the statement takes the one that is stored. */
    private static final long NOT_TOLD = 0;

    private final ProducerTemplate producer;
    private final Map<String, Queue<ChunkDecoder>> idleDecoders = new ConcurrentHashMap<>();

    /** @param producer calls the routes that hold the statements */
    public DeliveryWriter(ProducerTemplate producer) {
        this.producer = producer;
    }

    /**
     * Writes the record.
     *
     * @param delivery store_id, stream, delivery_id, epoch and run_number
     * @param latest the latest moment that a time may name
     * @return what came of it: written, unchanged or stale
     * @throws Unwritable when the record cannot be written as it is
     * @throws FencedException when a later claim has the delivery
     */
    public String write(StreamDeclaration stream, Map<String, Object> delivery, DeliveredLines record, Instant latest) {
        Queue<ChunkDecoder> idle = idleDecoders.computeIfAbsent(stream.name(), name -> new ConcurrentLinkedQueue<>());
        ChunkDecoder decoder = Optional.ofNullable(idle.poll()).orElseGet(() -> new ChunkDecoder(stream));
        decoder.decode(chunk(record.lines()), parent -> NOT_TOLD, ChronoUnit.MICROS.between(Instant.EPOCH, latest));
        decoder.firstFault().ifPresent(fault -> {
            throw Unwritable.of(fault);
        });
        Map<String, Object> parameters = decoder.parameters();
        parameters.putAll(delivery);
        parameters.put("root_given", array(record.rootGiven()));
        parameters.put("child_given", array(record.childGiven()));
        parameters.put("whole", record.whole());
        String outcome = settle(stream, "webhook-write-" + stream.name(), parameters);
        idle.add(decoder);
        return outcome;
    }

    /**
     * Marks the record as gone.
     *
     * @param delivery store_id, stream, delivery_id, epoch and run_number
     * @param parent the root that a child is known by; empty when the record is a root
     * @return what came of it: deleted or stale
     */
    public String remove(StreamDeclaration stream, Map<String, Object> delivery, long id, Optional<Long> parent) {
        Map<String, Object> parameters = new HashMap<>(delivery);
        parameters.put("record_id", id);
        parameters.put("parent_id", parent.orElse(null));
        parameters.put("of_child", parent.isPresent());
        return settle(stream, "webhook-remove-" + stream.name(), parameters);
    }

    private String settle(StreamDeclaration stream, String route, Map<String, Object> parameters) {
        for (int attempt = 1; ; attempt++) {
            try {
                Object outcome = producer.requestBody("direct:" + route, parameters);
                if (outcome == null) {
                    throw new FencedException("Delivery " + parameters.get("delivery_id") + " of "
                            + parameters.get("store_id") + " was not written: a later claim has it");
                }
                return outcome.toString();
            } catch (CamelExecutionException e) {
                SQLException cause = Loader.sqlException(e).orElseThrow(() -> e);
                String state = cause.getSQLState() == null ? "" : cause.getSQLState();
                boolean again = Loader.CONCURRENCY_STATES.contains(state) || Loader.isOvertaken(stream, cause);
                if (again && attempt < Loader.STATEMENT_ATTEMPTS) {
                    continue;
                }
                if (again || state.length() != 5 || Loader.NOT_ABOUT_RECORDS.contains(state.substring(0, 2))) {
                    throw e;
                }
                throw Unwritable.refused(Loader.explain(cause));
            }
        }
    }

    private static Chunk chunk(List<byte[]> lines) {
        int length = lines.stream().mapToInt(line -> line.length + 1).sum();
        byte[] bytes = new byte[length + LineScanner.SLACK];
        int[] starts = new int[lines.size()];
        int[] ends = new int[lines.size()];
        long[] numbers = new long[lines.size()];
        int filled = 0;
        for (int index = 0; index < lines.size(); index++) {
            byte[] line = lines.get(index);
            starts[index] = filled;
            System.arraycopy(line, 0, bytes, filled, line.length);
            filled += line.length;
            ends[index] = filled;
            bytes[filled++] = '\n';
            numbers[index] = index + 1L;
        }
        return new Chunk(Optional.empty(), bytes, starts, ends, numbers, 0, lines.size(), Map.of(), false);
    }

    /** Names of declared columns, which need no quotes. */
    private static String array(Set<String> names) {
        return "{" + String.join(",", new TreeSet<>(names)) + "}";
    }
}
