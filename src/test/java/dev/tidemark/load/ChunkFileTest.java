package dev.tidemark.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is cut in the same places each time, and every line is in exactly one chunk. */
class ChunkFileTest {
    @TempDir
    Path folder;

    @Test
    void a_parent_keeps_the_children_behind_it() throws IOException {
        String child = "{\"__parentId\":1}";

        assertThat(chunks("R\n" + child + "\n" + child + "\nR\nR\n" + child, 2))
                .containsExactly(List.of("R", child, child), List.of("R", "R", child));
    }

    @Test
    void a_chunk_ends_at_twice_its_size_however_many_children_follow() throws IOException {
        String child = "{\"__parentId\":1}";

        assertThat(chunks("R\n" + (child + "\n").repeat(5), 2))
                .containsExactly(List.of("R", child, child, child), List.of(child, child));
    }

    @Test
    void carriage_returns_and_a_missing_last_newline_are_tolerated_and_blank_lines_are_lines() throws IOException {
        assertThat(chunks("a\r\n\r\nb\nc", 10)).containsExactly(List.of("a", "", "b", "c"));
        assertThat(chunks("", 10)).isEmpty();
        assertThat(chunks("\n", 10)).containsExactly(List.of(""));
    }

    @Test
    void a_long_line_is_kept_in_part_with_its_length_and_digest() throws Exception {
        byte[] longLine = "x".repeat(3_000_000).getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("long.jsonl");
        Files.write(
                file,
                ("a\n" + new String(longLine, StandardCharsets.UTF_8) + "\nb\n").getBytes(StandardCharsets.UTF_8));
        try (ChunkFile chunks = new ChunkFile(file, 10, 1_000_000)) {
            Chunk chunk = chunks.next();
            assertThat(chunk.lines()).isEqualTo(3);
            assertThat(chunk.tooLong().get(1).length()).isEqualTo(3_000_000);
            assertThat(chunk.tooLong().get(1).sha256())
                    .isEqualTo(MessageDigest.getInstance("SHA-256").digest(longLine));
            assertThat(chunk.ends()[1] - chunk.starts()[1]).isEqualTo(ChunkFile.KEPT_BYTES);
            assertThat(chunk.bytes()[chunk.starts()[2]]).isEqualTo((byte) 'b');
            assertThat(chunks.hasNext()).isFalse();
        }
    }

    @Test
    void what_is_committed_is_passed_over_even_inside_a_chunk() throws IOException {
        Path file = folder.resolve("lines.jsonl");
        Files.writeString(file, "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
        TreeMap<Long, Long> committed = new TreeMap<>(java.util.Map.of(1L, 3L, 5L, 1L, 8L, 2L));
        List<Long> left = new ArrayList<>();
        try (FileChunks chunks = new FileChunks(new ChunkFile(file, 4, 1_000), committed)) {
            chunks.forEachRemaining(chunk -> {
                for (int line = 0; line < chunk.lines(); line++) {
                    left.add(chunk.firstLine() + line);
                }
            });
        }
        assertThat(left).containsExactly(4L, 6L, 7L);
    }

    private List<List<String>> chunks(String content, int chunkLines) throws IOException {
        Path file = folder.resolve("file.jsonl");
        Files.writeString(file, content);
        List<List<String>> all = new ArrayList<>();
        try (ChunkFile chunks = new ChunkFile(file, chunkLines, 1_000_000)) {
            chunks.forEachRemaining(chunk -> {
                List<String> lines = new ArrayList<>();
                for (int index = chunk.from(); index < chunk.to(); index++) {
                    lines.add(new String(
                            chunk.bytes(),
                            chunk.starts()[index],
                            chunk.ends()[index] - chunk.starts()[index],
                            StandardCharsets.UTF_8));
                }
                all.add(lines);
            });
        }
        return all;
    }
}
