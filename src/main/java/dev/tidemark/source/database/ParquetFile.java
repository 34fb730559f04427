package dev.tidemark.source.database;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** The rows of an archive as Parquet: one column for each of the table's, in order, compressed with gzip. */
final class ParquetFile {
    private static final int ROW_GROUP_BYTES = 16 << 20;
    private static final int PAGE_BYTES = 1 << 18;
    private static final int BUFFER_BYTES = 1 << 16;

    private ParquetFile() {}

    /**
     * Writes rows of JSON. A column that has a value its Parquet type cannot hold, such as NaN, infinity or a
     * time before Christ, is text throughout.
     *
     * @param rows read anew for each attempt
     * @param target is replaced
     */
    static void write(Lines rows, List<TableColumn> columns, Path target) throws IOException {
        List<ParquetColumn> typed =
                new ArrayList<>(columns.stream().map(ParquetColumn::of).toList());
        for (int attempt = 0; attempt <= columns.size(); attempt++) {
            Files.deleteIfExists(target);
            try {
                write(rows, typed, columns, target);
                return;
            } catch (UnfitValue unfit) {
                typed.set(unfit.column, typed.get(unfit.column).asText());
            }
        }
        throw new IllegalStateException("A column does not fit although every column is text");
    }

    private static void write(Lines rows, List<ParquetColumn> typed, List<TableColumn> columns, Path target)
            throws IOException {
        MessageType schema = new MessageType(
                "row",
                typed.stream().map(ParquetColumn::schema).map(Type.class::cast).toList());
        ParquetWriter<byte[]> writer = new Builder(new LocalOutputFile(target), new RowSupport(schema, typed, columns))
                .withConf(new PlainParquetConfiguration())
                .withCodecFactory(new Gzip())
                .withCompressionCodec(CompressionCodecName.GZIP)
                .withRowGroupSize((long) ROW_GROUP_BYTES)
                .withPageSize(PAGE_BYTES)
                .withDictionaryPageSize(PAGE_BYTES)
                .build();
        // Not closed when a value does not fit: closing would finish a file that is thrown away.
        rows.forEach(writer::write);
        writer.close();
    }

    /** Rows as they are read, each a line of JSON. */
    interface Lines {
        void forEach(Line line) throws IOException;
    }

    /** Takes one row, without its newline. */
    interface Line {
        void take(byte[] json) throws IOException;
    }

    /** Hands over each line of {@code in}, which ends with a newline. */
    static void split(InputStream in, Line each) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
            int begin = 0;
            for (int i = 0; i < length; i++) {
                if (buffer[i] == '\n') {
                    line.write(buffer, begin, i - begin);
                    each.take(line.toByteArray());
                    line.reset();
                    begin = i + 1;
                }
            }
            line.write(buffer, begin, length - begin);
        }
    }

    /** A value that the column's type cannot hold. */
    private static final class UnfitValue extends RuntimeException {
        private final int column;

        UnfitValue(int column, Throwable cause) {
            super(cause);
            this.column = column;
        }
    }

    private static final class RowSupport extends WriteSupport<byte[]> {
        private static final JsonFactory JSON = new JsonFactory();

        private final MessageType schema;
        private final List<ParquetColumn> typed;
        private final List<TableColumn> columns;
        private RecordConsumer consumer;

        RowSupport(MessageType schema, List<ParquetColumn> typed, List<TableColumn> columns) {
            this.schema = schema;
            this.typed = typed;
            this.columns = columns;
        }

        @Override
        @Deprecated
        public WriteContext init(Configuration configuration) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer recordConsumer) {
            this.consumer = recordConsumer;
        }

        @Override
        public void write(byte[] line) {
            try (JsonParser parser = JSON.createParser(line)) {
                parser.nextToken();
                consumer.startMessage();
                // The row's members come in the order of the columns, and every column is there.
                for (int index = 0; index < columns.size(); index++) {
                    parser.nextToken();
                    if (parser.nextToken() != JsonToken.VALUE_NULL) {
                        consumer.startField(columns.get(index).name(), index);
                        write(parser, line, index);
                        consumer.endField(columns.get(index).name(), index);
                    }
                }
                consumer.endMessage();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void write(JsonParser parser, byte[] line, int index) throws IOException {
            try {
                typed.get(index).write(parser, line, consumer);
            } catch (RuntimeException e) {
                throw new UnfitValue(index, e);
            }
        }
    }

    private static final class Builder extends ParquetWriter.Builder<byte[], Builder> {
        private final RowSupport support;

        Builder(OutputFile file, RowSupport support) {
            super(file);
            this.support = support;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @Deprecated
        protected WriteSupport<byte[]> getWriteSupport(Configuration configuration) {
            return support;
        }

        @Override
        protected WriteSupport<byte[]> getWriteSupport(ParquetConfiguration configuration) {
            return support;
        }
    }

    /** The JDK's gzip: no native library, and none of Hadoop. */
    private static final class Gzip implements CompressionCodecFactory {
        @Override
        public BytesInputCompressor getCompressor(CompressionCodecName codec) {
            return new BytesInputCompressor() {
                @Override
                public BytesInput compress(BytesInput bytes) throws IOException {
                    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
                    try (OutputStream out = new GZIPOutputStream(compressed, BUFFER_BYTES)) {
                        bytes.writeAllTo(out);
                    }
                    return BytesInput.from(compressed.toByteArray());
                }

                @Override
                public CompressionCodecName getCodecName() {
                    return codec;
                }

                @Override
                public void release() {
                    // It holds nothing.
                }
            };
        }

        @Override
        public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
            throw new UnsupportedOperationException("Nothing is read here");
        }

        @Override
        public void release() {
            // It holds nothing.
        }
    }
}
