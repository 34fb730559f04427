package dev.tidemark.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.verify.RecordSort.Entry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordSortTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {200, 10_000, 1 << 20})
    void entries_come_in_the_order_of_their_roots_however_little_memory_there_is(int memoryBytes) throws IOException {
        Path folder = Files.createDirectory(directory.resolve("sort"));
        Random random = new Random(7);
        List<Entry> entries = new ArrayList<>();
        for (int line = 0; line < 500; line++) {
            entries.add(new Entry(
                    random.nextInt(40) - 5L,
                    line % 2,
                    line % 2 == 0 ? Long.MIN_VALUE : random.nextInt(9),
                    random.nextInt(3),
                    line,
                    random.nextLong(),
                    ("line " + line).getBytes(StandardCharsets.UTF_8)));
        }
        List<String> sorted = new ArrayList<>();
        try (RecordSort sort = new RecordSort(folder, memoryBytes)) {
            for (Entry entry : entries) {
                sort.add(entry);
            }
            sort.sorted(entry -> sorted.add(shown(entry)));
        }

        entries.sort(Comparator.comparingLong(Entry::rootId)
                .thenComparingInt(Entry::child)
                .thenComparingLong(Entry::childId)
                .thenComparingInt(Entry::reading)
                .thenComparingLong(Entry::line));
        assertThat(sorted).isEqualTo(entries.stream().map(RecordSortTest::shown).toList());
        assertThat(folder).doesNotExist();
    }

    private static String shown(Entry entry) {
        return entry.rootId() + " " + entry.child() + " " + entry.childId() + " " + entry.reading() + " " + entry.line()
                + " " + entry.version() + " " + new String(entry.bytes(), StandardCharsets.UTF_8);
    }
}
