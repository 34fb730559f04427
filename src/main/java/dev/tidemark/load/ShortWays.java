package dev.tidemark.load;

import dev.tidemark.stream.StreamDeclaration;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The ways round judging a chunk record by record: all of its records are new, as in a first load, and are copied in; or
 * all are stored as they are, as in a file that is read again, and what is stored is copied out and compared. Each opens
 * the chunk's ledger row and sees to its records in one transaction. It either takes the whole chunk or leaves no trace,
 * and then the chunk goes the long way. Thread-safe.
 */
final class ShortWays {
    private static final Logger LOG = LoggerFactory.getLogger(ShortWays.class);

    private final DataSource database;
    private final TransactionTemplate transaction;
    private final ProducerTemplate producer;
    private final Statements statements = new Statements();
    private final Map<String, Copies> copies = new ConcurrentHashMap<>();

    /** The statements that copy a stream's records in and out. */
    private record Copies(String rootsIn, Optional<String> childrenIn, String rootsOut, Optional<String> childrenOut) {}

    /** What is done with the records in the transaction that has opened their chunk. */
    @FunctionalInterface
    private interface Work {
        /** Gives whether the chunk is taken. */
        boolean with(CopyManager copying, Copies copies) throws SQLException, IOException;
    }

    /**
     * @param producer calls the routes {@code load-copied-*} and {@code load-unchanged-*}, which write the ledger row in
     *     this object's transaction
     */
    ShortWays(DataSource database, ProducerTemplate producer) {
        this.database = database;
        this.transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
        this.producer = producer;
    }

    /**
     * Writes a decoded chunk whose records are all new.
     *
     * @param parameters what the ledger row says, and the decoder's arrays
     * @return whether it is committed
     */
    boolean copyNew(Load load, ChunkDecoder decoder, Map<String, Object> parameters) {
        if (!decoder.holdsWholeRecordsOnly()) {
            return false;
        }
        Map<String, Object> range = new HashMap<>(parameters);
        range.put("first_key", decoder.lowestRoot());
        range.put("last_key", decoder.highestRoot());
        return take(load, load.allNew(), "direct:load-copied-" + load.stream().name(), range, (copying, copy) -> {
            send(copying, copy.rootsIn(), decoder.copyRoots(load.run()));
            if (decoder.childRows() > 0) {
                send(copying, copy.childrenIn().orElseThrow(), decoder.copyChildren(load.run()));
            }
            return true;
        });
    }

    /**
     * Takes a decoded chunk whose records are all stored as they are; nothing but its ledger row is written.
     *
     * @param parameters what the ledger row says, and the decoder's arrays
     * @return whether it is committed
     */
    boolean recognize(Load load, ChunkDecoder decoder, Map<String, Object> parameters) {
        if (!decoder.holdsWholeRecordsOnly() || !StoredRecords.canCompare(load.stream())) {
            return false;
        }
        return take(
                load,
                load.allUnchanged(),
                "direct:load-unchanged-" + load.stream().name(),
                parameters,
                (copying, copy) -> {
                    StoredRecords stored = new StoredRecords(decoder, load.run());
                    return stored.haveRoots(copying, copy.rootsOut())
                            && (copy.childrenOut().isEmpty()
                                    || stored.haveChildren(
                                            copying, copy.childrenOut().get()));
                });
    }

    private boolean take(Load load, Load.Shortcut way, String route, Map<String, Object> parameters, Work work) {
        if (!way.isOpen()) {
            return false;
        }
        boolean taken = false;
        try {
            taken = Boolean.TRUE.equals(transaction.execute(status -> {
                boolean done = producer.requestBody(route, parameters) != null && done(load.stream(), work);
                if (!done) {
                    status.setRollbackOnly();
                }
                return done;
            }));
        } catch (CamelExecutionException | TransactionException | DataAccessException | Refused e) {
            // Whatever it was, the long way meets it again and knows what to do about it.
            LOG.debug("A chunk of {} cannot go a short way; it is judged", load.run(), e);
        }
        if (!taken) {
            way.closeForAWhile();
        }
        return taken;
    }

    private boolean done(StreamDeclaration stream, Work work) {
        Copies copy = copies.computeIfAbsent(stream.name(), name -> copies(stream));
        Connection connection = DataSourceUtils.getConnection(database);
        try {
            return work.with(connection.unwrap(PGConnection.class).getCopyAPI(), copy);
        } catch (SQLException | IOException e) {
            throw new Refused(e);
        } finally {
            DataSourceUtils.releaseConnection(connection, database);
        }
    }

    private static void send(CopyManager copying, String statement, CopyRows rows) throws SQLException, IOException {
        CopyIn copy = copying.copyIn(statement);
        try {
            copy.writeToCopy(rows.bytes(), 0, rows.length());
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private Copies copies(StreamDeclaration stream) {
        return new Copies(
                statements.copyIn(stream.root()),
                stream.child().map(statements::copyIn),
                statements.copyRootsOut(stream),
                stream.child().map(child -> statements.copyChildrenOut(stream)));
    }

    /** The database does not take the rows, or does not give them. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(Exception cause) {
            super(cause);
        }
    }
}
