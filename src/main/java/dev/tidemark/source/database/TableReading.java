package dev.tidemark.source.database;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * A table under way: one page after the other is written to local disk. Each page of an ordered table is a transaction of
 * its own; a table without an order is one snapshot from its first page to its last. While one page is kept the next is
 * read. Not thread-safe.
 */
public final class TableReading implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Connection connection;
    private final DescribedTable table;
    private final int pageRows;
    private final String keyPrefix;
    private final Path directory;
    private final long epoch;
    private final Optional<String> bound;

    private Optional<String> value;
    private Optional<String> cursor;
    private int pages;
    private long rows;
    private long sourceRows;
    private boolean ended;
    private Optional<CopyOut> snapshot = Optional.empty();

    /** Reads the page after the one that is being kept; what it changes is seen by whoever joins it. */
    private final ExecutorService reader = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "table-reader");
        thread.setDaemon(true);
        return thread;
    });

    private Optional<CompletableFuture<Read>> ahead = Optional.empty();

    /** What came of reading once; the last page may be a short one, or none at all. */
    private record Read(Optional<TablePage> page, boolean last) {}

    /**
     * @param keyPrefix where pages go in object storage
     * @param bound highest value to read; empty: there is none to read, unless the table is read whole
     * @param value position of the last row that is archived; empty before the first
     * @param pages how many are archived
     * @param rows how many these have
     */
    TableReading(
            Connection connection,
            DescribedTable table,
            int pageRows,
            String keyPrefix,
            Path directory,
            long epoch,
            Optional<String> bound,
            Optional<String> value,
            Optional<String> cursor,
            int pages,
            long rows) {
        this.connection = connection;
        this.table = table;
        this.pageRows = pageRows;
        this.keyPrefix = keyPrefix;
        this.directory = directory;
        this.epoch = epoch;
        this.bound = bound;
        this.value = value;
        this.cursor = cursor;
        this.pages = pages;
        this.rows = rows;
        this.sourceRows = rows;
        this.ended = table.mode() != Mode.WHOLE && bound.isEmpty();
    }

    /** True when there is nothing more to read. */
    public boolean isEnded() {
        return ended;
    }

    /** True when pages of an earlier attempt are of another snapshot and do not count. */
    public boolean isStartedOver() {
        return table.mode() == Mode.WHOLE && pages > 0 && snapshot.isEmpty();
    }

    /** Reads as if there were no pages yet. */
    void startOver() {
        pages = 0;
        rows = 0;
        sourceRows = 0;
    }

    /** How many rows the source itself counted, in the statements that read them or in their snapshot. */
    public long sourceRows() {
        return sourceRows;
    }

    /**
     * The next page; empty when the one before was the last. The position moves on, so a page that cannot be kept ends the
     * reading: open another.
     */
    Optional<TablePage> next() {
        try {
            Read read = ahead.orElseGet(this::begin).join();
            ended = read.last();
            ahead = ended ? Optional.empty() : Optional.of(begin());
            return read.page();
        } catch (CompletionException e) {
            ended = true;
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private CompletableFuture<Read> begin() {
        return CompletableFuture.supplyAsync(this::read, reader);
    }

    private Read read() {
        try {
            Optional<TablePage> page = table.mode() == Mode.WHOLE ? nextOfSnapshot() : nextInOrder();
            page.ifPresent(this::accept);
            return new Read(page, page.map(TablePage::rows).orElse(0L) < pageRows);
        } catch (SQLException e) {
            throw SourceFailure.of("Reading page " + (pages + 1) + " of " + table.name(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(TablePage page) {
        pages = page.number();
        rows += page.rows();
        value = page.value();
        cursor = page.cursor();
    }

    private Optional<TablePage> nextInOrder() throws SQLException, IOException {
        prepareSession();
        CopyOut copy = copy(value.isPresent() ? "sql/tables/copy_next_page.sql" : "sql/tables/copy_first_page.sql");
        Optional<TablePage> page = write(copy, Long.MAX_VALUE);
        sourceRows += copy.getHandledRowCount();
        connection.commit();
        return page;
    }

    private Optional<TablePage> nextOfSnapshot() throws SQLException, IOException {
        if (snapshot.isEmpty()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            prepareSession();
            sourceRows = countRows();
            snapshot = Optional.of(copy("sql/tables/copy_whole_table.sql"));
        }
        return write(snapshot.get(), pageRows);
    }

    private void prepareSession() throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(SourceStatement.of("sql/tables/prepare_session.sql", Map.of()))) {
            statement.setString(1, value.orElse(""));
            statement.setString(2, cursor.orElse(""));
            statement.setString(3, bound.orElse(""));
            statement.execute();
        }
    }

    private long countRows() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                        SourceStatement.of("sql/tables/count_rows.sql", Map.of("table", table.name())));
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong("total");
        }
    }

    private CopyOut copy(String file) throws SQLException {
        Map<String, String> places = new HashMap<>();
        places.put("table", table.name());
        places.put("columns", table.selection());
        places.put("rows", String.valueOf(pageRows));
        table.value().ifPresent(column -> {
            places.put("value", column.seen().quoted());
            places.put("value_type", column.seen().castType());
        });
        places.put(
                "cursor",
                table.cursor()
                        .map(column -> "cast(t." + column.seen().quoted() + " as text)")
                        .orElse("null"));
        places.put(
                "order",
                table.order().stream()
                        .map(column -> "t." + column.seen().quoted())
                        .collect(Collectors.joining(", ")));
        places.put(
                "position",
                table.order().stream()
                        .map(column -> "cast(current_setting('tidemark."
                                + (column == table.value().get() ? "value" : "cursor") + "') as "
                                + column.seen().castType() + ")")
                        .collect(Collectors.joining(", ")));
        return connection.unwrap(PGConnection.class).getCopyAPI().copyOut(SourceStatement.of(file, places));
    }

    private Optional<TablePage> write(CopyOut copy, long most) throws SQLException, IOException {
        int number = pages + 1;
        // The epoch keeps a process that was thought dead from writing over the page of its successor.
        String name = String.format(java.util.Locale.ROOT, "page-%06d-%d.jsonl.gz", number, epoch);
        Path file = directory.resolve(name);
        long count = 0;
        byte[] last = null;
        CountedFile counted = CountedFile.create(file);
        try (OutputStream out = new BufferedOutputStream(new GzipMember(counted), BUFFER_BYTES)) {
            while (count < most) {
                byte[] row = copy.readFromCopy();
                if (row == null) {
                    break;
                }
                CopyRow.writeJson(row, out);
                last = row;
                count++;
            }
        }
        if (last == null) {
            Files.delete(file);
            return Optional.empty();
        }
        return Optional.of(new TablePage(
                number,
                keyPrefix + name,
                file,
                counted.digestText(),
                counted.bytes(),
                count,
                CopyRow.value(last),
                CopyRow.cursor(last)));
    }

    @Override
    public void close() throws SQLException {
        reader.shutdownNow();
        // A page that nobody will ask for may still be read.
        if (ahead.isPresent()) {
            connection.abort(Runnable::run);
        }
        connection.close();
    }
}
