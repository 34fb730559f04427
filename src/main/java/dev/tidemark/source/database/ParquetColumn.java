package dev.tidemark.source.database;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** A column of a Parquet file, exact: what Parquet has no exact type for is text, as it is in the JSONL. */
final class ParquetColumn {
    private static final int LONGEST_DECIMAL = 38;
    private static final int DECIMAL_BYTES = 16;

    private enum Kind {
        BOOLEAN,
        INTEGER,
        LONG,
        FLOAT,
        DOUBLE,
        DECIMAL,
        INSTANT,
        LOCAL_TIME,
        DATE,
        BYTES,
        TEXT
    }

    private final TableColumn column;
    private final Kind kind;
    private final int precision;
    private final int scale;

    private ParquetColumn(TableColumn column, Kind kind) {
        this.column = column;
        this.kind = kind;
        // PostgreSQL keeps both in one number; the scale has eleven bits and a sign.
        this.precision = column.modifier() - 4 >> 16 & 0xffff;
        this.scale = ((column.modifier() - 4 & 0x7ff) ^ 1024) - 1024;
    }

    static ParquetColumn of(TableColumn column) {
        ParquetColumn typed = new ParquetColumn(column, kind(column.baseType()));
        boolean hasDecimal = column.modifier() >= 4
                && typed.precision <= LONGEST_DECIMAL
                && typed.scale >= 0
                && typed.scale <= typed.precision;
        return typed.kind == Kind.DECIMAL && !hasDecimal ? typed.asText() : typed;
    }

    /** The same column as text, which can hold what its type cannot. */
    ParquetColumn asText() {
        return new ParquetColumn(column, Kind.TEXT);
    }

    private static Kind kind(String baseType) {
        return switch (baseType) {
            case "bool" -> Kind.BOOLEAN;
            case "int2", "int4" -> Kind.INTEGER;
            case "int8" -> Kind.LONG;
            case "float4" -> Kind.FLOAT;
            case "float8" -> Kind.DOUBLE;
            case "numeric" -> Kind.DECIMAL;
            case "timestamptz" -> Kind.INSTANT;
            case "timestamp" -> Kind.LOCAL_TIME;
            case "date" -> Kind.DATE;
            case "bytea" -> Kind.BYTES;
            default -> Kind.TEXT;
        };
    }

    Type schema() {
        Types.PrimitiveBuilder<? extends Type> type =
                switch (kind) {
                    case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN);
                    case INTEGER -> Types.optional(PrimitiveTypeName.INT32);
                    case LONG -> Types.optional(PrimitiveTypeName.INT64);
                    case FLOAT -> Types.optional(PrimitiveTypeName.FLOAT);
                    case DOUBLE -> Types.optional(PrimitiveTypeName.DOUBLE);
                    case DECIMAL ->
                        Types.optional(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY)
                                .length(DECIMAL_BYTES)
                                .as(LogicalTypeAnnotation.decimalType(scale, precision));
                    case INSTANT ->
                        Types.optional(PrimitiveTypeName.INT64)
                                .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS));
                    case LOCAL_TIME ->
                        Types.optional(PrimitiveTypeName.INT64)
                                .as(LogicalTypeAnnotation.timestampType(false, TimeUnit.MICROS));
                    case DATE -> Types.optional(PrimitiveTypeName.INT32).as(LogicalTypeAnnotation.dateType());
                    case BYTES -> Types.optional(PrimitiveTypeName.BINARY);
                    case TEXT -> Types.optional(PrimitiveTypeName.BINARY).as(LogicalTypeAnnotation.stringType());
                };
        return type.named(column.name());
    }

    /**
     * Writes the value that the parser stands on, and leaves the parser at its end.
     *
     * @param line what the parser reads
     * @throws RuntimeException when the column's type cannot hold the value, such as NaN or infinity
     */
    void write(JsonParser parser, byte[] line, RecordConsumer consumer) throws IOException {
        switch (kind) {
            case BOOLEAN -> consumer.addBoolean(parser.currentToken() == JsonToken.VALUE_TRUE);
            case INTEGER -> consumer.addInteger(parser.getIntValue());
            case LONG -> consumer.addLong(parser.getLongValue());
            case FLOAT -> consumer.addFloat(Float.parseFloat(parser.getText()));
            case DOUBLE -> consumer.addDouble(Double.parseDouble(parser.getText()));
            case DECIMAL -> consumer.addBinary(decimal(parser.getText()));
            case INSTANT ->
                consumer.addLong(micros(OffsetDateTime.parse(parser.getText()).toInstant()));
            case LOCAL_TIME ->
                consumer.addLong(micros(LocalDateTime.parse(parser.getText()).toInstant(ZoneOffset.UTC)));
            case DATE ->
                consumer.addInteger(
                        Math.toIntExact(LocalDate.parse(parser.getText()).toEpochDay()));
            case BYTES ->
                consumer.addBinary(Binary.fromConstantByteArray(
                        HexFormat.of().parseHex(parser.getText().substring(2))));
            case TEXT -> consumer.addBinary(text(parser, line));
        }
    }

    private Binary decimal(String text) {
        byte[] digits = new BigDecimal(text).setScale(scale).unscaledValue().toByteArray();
        byte[] fixed = new byte[DECIMAL_BYTES];
        java.util.Arrays.fill(fixed, 0, DECIMAL_BYTES - digits.length, (byte) (digits[0] < 0 ? -1 : 0));
        System.arraycopy(digits, 0, fixed, DECIMAL_BYTES - digits.length, digits.length);
        return Binary.fromConstantByteArray(fixed);
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    /** Arrays and objects stay the JSON they were, digit by digit. */
    private static Binary text(JsonParser parser, byte[] line) throws IOException {
        if (!parser.currentToken().isStructStart()) {
            return Binary.fromString(parser.getText());
        }
        int begin = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        int end = (int) parser.currentLocation().getByteOffset();
        return Binary.fromString(new String(line, begin, end - begin, StandardCharsets.UTF_8));
    }
}
