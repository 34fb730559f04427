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
import org.postgresql.copy.CopyManager;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The short way for a chunk whose records are all new, as in a first load: its ledger row by {@code
 * sql/load/record_copied.sql.ftl} and its records by COPY, in one transaction. It either takes the whole chunk or leaves
 * no trace, and then the chunk goes the long way, which judges every record. Thread-safe.
 */
final class NewRecords {
    private final DataSource database;
    private final TransactionTemplate transaction;
    private final ProducerTemplate producer;
    private final Statements statements = new Statements();
    private final Map<String, Copies> copies = new ConcurrentHashMap<>();

    /** The statements that copy a stream's roots and children. */
    private record Copies(String roots, Optional<String> children) {}

    /** @param producer calls the routes {@code load-copied-*}, which write the ledger row in this object's transaction */
    NewRecords(DataSource database, ProducerTemplate producer) {
        this.database = database;
        this.transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
        this.producer = producer;
    }

    /**
     * Writes a decoded chunk if it may go the short way.
     *
     * @param parameters what the ledger row says, and the decoder's arrays
     * @return whether it is committed
     */
    boolean write(Load load, ChunkDecoder decoder, Map<String, Object> parameters) {
        if (!decoder.holdsWholeRecordsOnly() || !load.allNew().isOpen()) {
            return false;
        }
        Map<String, Object> range = new HashMap<>(parameters);
        range.put("first_key", decoder.lowestRoot());
        range.put("last_key", decoder.highestRoot());
        try {
            boolean written = Boolean.TRUE.equals(transaction.execute(status -> {
                boolean opened = producer.requestBody(
                                "direct:load-copied-" + load.stream().name(), range)
                        != null;
                if (opened) {
                    copy(load, decoder);
                } else {
                    status.setRollbackOnly();
                }
                return opened;
            }));
            if (!written) {
                load.allNew().closeForAWhile();
            }
            return written;
        } catch (CamelExecutionException | TransactionException | DataAccessException | Refused e) {
            load.allNew().closeForAWhile();
            // Whatever it was, the long way meets it again and knows what to do about it.
            return false;
        }
    }

    private void copy(Load load, ChunkDecoder decoder) {
        Copies copy = copies.computeIfAbsent(load.stream().name(), name -> copies(load.stream()));
        Connection connection = DataSourceUtils.getConnection(database);
        try {
            CopyManager manager = connection.unwrap(PGConnection.class).getCopyAPI();
            String store = load.run().store();
            long run = load.run().runNumber();
            send(manager, copy.roots(), decoder.copyRoots(store, run));
            if (copy.children().isPresent() && decoder.childRows() > 0) {
                send(manager, copy.children().get(), decoder.copyChildren(store, run));
            }
        } catch (SQLException | IOException e) {
            throw new Refused(e);
        } finally {
            DataSourceUtils.releaseConnection(connection, database);
        }
    }

    private static void send(CopyManager manager, String statement, CopyRows rows) throws SQLException, IOException {
        var copy = manager.copyIn(statement);
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
        return new Copies(statements.copy(stream.root()), stream.child().map(statements::copy));
    }

    /** The database does not take the rows. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(Exception cause) {
            super(cause);
        }
    }
}
