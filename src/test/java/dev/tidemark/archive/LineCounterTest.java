package dev.tidemark.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineCounterTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "``~0~0",
                "`{\"id\":1}\n`~1~1",
                "`{\"id\":1}`~1~1",
                "`{\"id\":1}\r\n{\"id\":2,\"__parentId\":1}\r\n`~2~1",
                "`{\"__parentId\" : 1}\n{\"id\":1}\n`~2~1",
                "`{\"x\":\"__parentId\"}\n`~1~1",
                "`{\"x\":\"\\\\\"__parentId\\\\\":\"}\n`~1~1",
                "`{\"__parentId\":1,\"y\":{\"__parentId\":2}}\n`~1~0",
                "`\"\"__parentId\":1\n`~1~0",
                "`\n\n`~2~2"
            })
    void lines_and_roots_are_counted_however_the_bytes_arrive(String text, long lines, long roots) {
        byte[] bytes = text.replace("\\n", "\n").replace("\\r", "\r").getBytes(StandardCharsets.UTF_8);
        for (int piece = 1; piece <= Math.max(1, bytes.length); piece++) {
            LineCounter counter = new LineCounter();
            for (int offset = 0; offset < bytes.length; offset += piece) {
                counter.write(bytes, offset, Math.min(piece, bytes.length - offset));
            }
            counter.finish();
            assertThat(counter.lines()).as("lines, in pieces of %d", piece).isEqualTo(lines);
            assertThat(counter.roots()).as("roots, in pieces of %d", piece).isEqualTo(roots);
            assertThat(counter.bytes()).isEqualTo(bytes.length);
        }
    }
}
