package dev.tidemark.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The scanner accepts what Jackson accepts, refuses what it refuses, and finds the same values. */
class LineScannerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final StreamDeclaration ORDERS =
            StreamCatalog.load().find("shopify-orders").orElseThrow();
    private final List<Shape> shapes =
            List.of(new Shape(ORDERS.root()), new Shape(ORDERS.child().orElseThrow()));
    private final LineScanner scanner = new LineScanner(shapes);

    @Test
    void it_judges_a_hundred_thousand_damaged_lines_as_jackson_does() throws IOException {
        Random random = new Random(20260101);
        byte[][] whole = {
            utf8(Lines.order(123, "2026-05-02T00:00:00Z")),
            utf8(Lines.line(5, 123)),
            utf8(
                    "{ \"id\" : \"gid://shopify/Order/9\" , \"note\":[1,-2.5e+3,{\"a\":[true,false,null]}], \"name\":\"ä€😀\\n\\ud83d\\ude00\"}"),
            utf8(
                    "{\"\\u006eame\":\"x\",\"__typename\":\"Order\",\"customer\":{\"id\":\"gid://shopify/Customer/1\"},\"customer\":{}}")
        };
        byte[] damage = utf8("\"\\{}[]:,0123456789.-+eEutfn \t\r/\u00e9a");
        int good = 0;
        for (int round = 0; round < 100_000; round++) {
            byte[] line = whole[random.nextInt(whole.length)].clone();
            for (int times = random.nextInt(4); times > 0; times--) {
                line = damaged(line, damage, random);
            }
            int outcome = scan(line);
            boolean accepted = isObject(line);
            assertThat(outcome == LineScanner.GOOD && !scanner.invalidUtf8())
                    .as(new String(line, StandardCharsets.UTF_8))
                    .isEqualTo(accepted);
            if (accepted) {
                good++;
                assertSameValues(line);
            }
        }
        assertThat(good).isBetween(20_000, 80_000);
    }

    @Test
    void a_line_that_is_no_object_is_malformed() {
        for (String line : List.of(
                "",
                " ",
                "null",
                "[]",
                "\"a\"",
                "{",
                "{}x",
                "{\"a\":1,}",
                "{\"a\" 1}",
                "{'a':1}",
                "{\"a\":01}",
                "{\"a\":.5}",
                "{\"a\":1.}",
                "{\"a\":+1}",
                "{\"a\":NaN}",
                "{\"a\":\"\t\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":tru}",
                "{\"a\":1}{")) {
            assertThat(scan(utf8(line))).as(line).isEqualTo(LineScanner.MALFORMED);
        }
    }

    @Test
    void nesting_has_a_limit() {
        assertThat(scan(utf8("{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}")))
                .isEqualTo(LineScanner.GOOD);
        assertThat(scan(utf8("{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}")))
                .isEqualTo(LineScanner.TOO_DEEP);
        assertThat(scan(utf8("{\"a\":" + "{\"b\":".repeat(1_000_000)))).isEqualTo(LineScanner.TOO_DEEP);
    }

    @Test
    void overlong_and_surrogate_utf8_is_invalid() {
        for (byte[] bad : new byte[][] {
            {(byte) 0xC0, (byte) 0x80},
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
            {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
            {(byte) 0xE0, (byte) 0x80, (byte) 0x80},
            {(byte) 0x80},
            {(byte) 0xE2, (byte) 0x82},
            {(byte) 0xFF}
        }) {
            byte[] line = utf8("{\"name\":\"????\"}");
            System.arraycopy(bad, 0, line, 9, bad.length);
            assertThat(scan(line)).isEqualTo(LineScanner.GOOD);
            assertThat(scanner.invalidUtf8()).isTrue();
        }
    }

    private int scan(byte[] line) {
        byte[] buffer = Arrays.copyOf(line, line.length + 1 + LineScanner.SLACK);
        buffer[line.length] = '\n';
        Arrays.fill(buffer, line.length + 1, buffer.length, (byte) '"');
        return scanner.scan(buffer, 0, line.length);
    }

    private void assertSameValues(byte[] line) throws IOException {
        Shape shape = scanner.shape();
        if (shape == null) {
            return;
        }
        JsonNode tree = JSON.readTree(line);
        for (int column = 0; column < shape.columnSlots.length; column++) {
            List<List<String>> paths = shape.declaration.columns().get(column).paths();
            for (int path = 0; path < paths.size(); path++) {
                JsonNode node = tree;
                boolean broken = false;
                for (String step : paths.get(path)) {
                    broken |= !node.isObject() && !node.isNull() && !node.isMissingNode();
                    node = node.path(step);
                }
                if (!broken) {
                    assertThat(text(shape.columnSlots[column][path])).isEqualTo(text(node));
                }
            }
        }
    }

    private String text(int slot) {
        byte[] bytes = scanner.buffer();
        int from = scanner.from[slot];
        int to = scanner.to[slot];
        return switch (scanner.state[slot]) {
            case LineScanner.ABSENT -> "absent";
            case LineScanner.NULL -> "null";
            case LineScanner.TRUE -> "true";
            case LineScanner.FALSE -> "false";
            case LineScanner.NUMBER -> "number";
            case LineScanner.TEXT -> "text " + new String(bytes, from, to - from, StandardCharsets.UTF_8);
            case LineScanner.ESCAPED_TEXT -> {
                EscapedText text = new EscapedText();
                yield text.decode(bytes, from, to)
                        ? "text " + new String(text.bytes(), 0, text.length(), StandardCharsets.UTF_8)
                        : "fault " + text.fault();
            }
            default -> "structure";
        };
    }

    private static String text(JsonNode node) {
        if (node.isTextual()) {
            String text = node.textValue();
            if (text.indexOf(0) >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
                int fault = text.chars()
                        .filter(character -> character == 0 || Character.isSurrogate((char) character))
                        .findFirst()
                        .orElse(0);
                return "fault "
                        + (firstFault(text) == 0 && fault == 0
                                ? Reason.NUL
                                : firstFault(text) == 0 ? Reason.NUL : Reason.SURROGATE);
            }
            return "text " + text;
        }
        return node.isMissingNode()
                ? "absent"
                : node.isContainerNode() ? "structure" : node.isNumber() ? "number" : node.asText();
    }

    private static int firstFault(String text) {
        for (int index = 0; index < text.length(); index++) {
            int point = text.codePointAt(index);
            if (point == 0 || point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                return point;
            }
            index += Character.charCount(point) - 1;
        }
        return -1;
    }

    private static byte[] damaged(byte[] line, byte[] damage, Random random) {
        if (line.length == 0) {
            return line;
        }
        int at = random.nextInt(line.length);
        return switch (random.nextInt(4)) {
            case 0 -> {
                line[at] = damage[random.nextInt(damage.length)];
                yield line;
            }
            case 1 -> joined(line, at, at + 1, new byte[0]);
            case 2 -> joined(line, at, at, new byte[] {damage[random.nextInt(damage.length)]});
            default -> random.nextInt(8) == 0 ? Arrays.copyOf(line, at) : line;
        };
    }

    private static byte[] joined(byte[] line, int from, int to, byte[] middle) {
        byte[] result = new byte[line.length - (to - from) + middle.length];
        System.arraycopy(line, 0, result, 0, from);
        System.arraycopy(middle, 0, result, from, middle.length);
        System.arraycopy(line, to, result, from + middle.length, line.length - to);
        return result;
    }

    /** Jackson's verdict; it takes some byte sequences that are not UTF-8, so the decoder of the JDK judges those. */
    private static boolean isObject(byte[] line) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line));
            try (JsonParser parser = JSON.getFactory().createParser(line)) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    return false;
                }
                parser.skipChildren();
                return parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
            }
        } catch (CharacterCodingException e) {
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
