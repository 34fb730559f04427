package dev.tidemark.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;
import org.postgresql.util.ByteConverter;

/**
 * (a) The floor: rows that were typed and encoded before the clock starts go into the indexed tables by binary COPY.
 * Nothing is read as JSON, compared, counted or joined, so no loader that does those things can be faster.
 */
public final class Floor {

    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0};
    private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private Floor() {}

    /** Arguments: JDBC URL, folder of prepared rows, number of parallel streams. */
    public static void main(String[] args) throws Exception {
        Path rows = Path.of(args[1]);
        int streams = Integer.parseInt(args[2]);
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            connections.add(DriverManager.getConnection(args[0]));
        }
        ExecutorService threads = Executors.newFixedThreadPool(streams);
        long start = System.nanoTime();
        List<Future<Long>> loads = threads.invokeAll(connections.stream()
                .map(connection -> (Callable<Long>)
                        () -> copyPart(connection, rows, connections.indexOf(connection), streams))
                .toList());
        long copied = 0;
        for (Future<Long> load : loads) {
            copied += load.get();
        }
        new Result(copied, Result.secondsSince(start)).print();
        threads.shutdown();
        for (Connection connection : connections) {
            connection.close();
        }
    }

    private static long copyPart(Connection connection, Path rows, int part, int streams)
            throws SQLException, IOException {
        return copy(connection, "copy_order_header.sql", headers(rows, part, streams))
                + copy(connection, "copy_order_line_item.sql", lineItems(rows, part, streams));
    }

    private static long copy(Connection connection, String statement, Path file) throws SQLException, IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(SqlText.read(statement), in, 1 << 16);
        }
    }

    /** Encodes the file once for the given number of streams; files that are already there are used again. */
    static void prepare(Path jsonl, Path folder, int streams, long lines) throws IOException {
        Path done = folder.resolve("done-" + streams);
        if (Files.exists(done)) {
            return;
        }
        Files.createDirectories(folder);
        Map<Long, OffsetDateTime> versions = new HashMap<>();
        List<RowFile> headers = new ArrayList<>();
        List<RowFile> lineItems = new ArrayList<>();
        for (int part = 0; part < streams; part++) {
            headers.add(new RowFile(headers(folder, part, streams)));
            lineItems.add(new RowFile(lineItems(folder, part, streams)));
        }
        try (BufferedReader reader = Files.newBufferedReader(jsonl)) {
            long lineNumber = 0;
            for (String text = reader.readLine(); text != null; text = reader.readLine(), lineNumber++) {
                int part = (int) Math.min(streams - 1, lineNumber * streams / lines);
                ShopLine line = ShopLine.parse(text);
                if (line.isLineItem()) {
                    lineItems.get(part).write(LineItemRow.of(line, versions.get(ShopLine.number(line.parentId()))));
                } else {
                    versions.put(ShopLine.number(line.id()), line.updatedAt());
                    headers.get(part).write(OrderRow.of(line));
                }
            }
        }
        for (RowFile file : headers) {
            file.close();
        }
        for (RowFile file : lineItems) {
            file.close();
        }
        Files.createFile(done);
    }

    private static Path headers(Path folder, int part, int streams) {
        return folder.resolve("order_header-" + part + "-of-" + streams);
    }

    private static Path lineItems(Path folder, int part, int streams) {
        return folder.resolve("order_line_item-" + part + "-of-" + streams);
    }

    /** A file in PostgreSQL's binary COPY format. */
    private static final class RowFile implements AutoCloseable {

        private final DataOutputStream out;

        RowFile(Path file) throws IOException {
            out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 20));
            out.write(SIGNATURE);
            out.writeInt(0);
            out.writeInt(0);
        }

        void write(Row row) throws IOException {
            Object[] values = row.values();
            out.writeShort(values.length);
            for (int i = 0; i < values.length; i++) {
                writeValue(values[i], row.columns().get(i));
            }
        }

        private void writeValue(Object value, String column) throws IOException {
            if (value == null) {
                out.writeInt(-1);
            } else if (value instanceof String text) {
                writeBytes(text.getBytes(StandardCharsets.UTF_8));
            } else if (value instanceof Long number) {
                out.writeInt(8);
                out.writeLong(number);
            } else if (value instanceof Integer number) {
                out.writeInt(4);
                out.writeInt(number);
            } else if (value instanceof Boolean truth) {
                out.writeInt(1);
                out.writeBoolean(truth);
            } else if (value instanceof OffsetDateTime time) {
                out.writeInt(8);
                out.writeLong(ChronoUnit.MICROS.between(POSTGRES_EPOCH, time.toInstant()));
            } else if (value instanceof BigDecimal decimal) {
                writeBytes(ByteConverter.numeric(decimal));
            } else {
                throw new IllegalArgumentException("No binary form for " + column + " of type " + value.getClass());
            }
        }

        private void writeBytes(byte[] bytes) throws IOException {
            out.writeInt(bytes.length);
            out.write(bytes);
        }

        @Override
        public void close() throws IOException {
            out.writeShort(-1);
            out.close();
        }
    }
}
