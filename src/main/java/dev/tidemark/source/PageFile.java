package dev.tidemark.source;

import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The pages of a run, one after the other in a local file of this claim. A page counts once its row is in the ledger; what
 * lies in the file behind the last row is cut off. Not thread-safe.
 */
public final class PageFile {
    private static final int BUFFER_BYTES = 1 << 17;

    private final Run run;
    private final Path path;
    private final MessageDigest digest = sha256();
    private final Set<String> cursors = new HashSet<>();
    private byte[] lastPage = new byte[0];
    private Optional<String> cursor = Optional.empty();
    private boolean ended;
    private int pages;
    private long lines;
    private long roots;
    private long offset;

    private PageFile(Run run, Path path) throws IOException {
        this.run = run;
        this.path = path;
        Files.write(path, new byte[0]);
    }

    /**
     * Opens the file of a claim, with the pages that earlier claims have committed.
     *
     * @param target where the run's whole file will lie; the pages lie beside it
     * @param committed rows of {@code sql/load/list_pages.sql}, in order
     */
    public static PageFile open(Run run, Path target, List<Map<String, Object>> committed) throws IOException {
        Files.createDirectories(target.getParent());
        String prefix = target.getFileName() + ".part-pages-";
        PageFile pages = new PageFile(run, target.resolveSibling(prefix + run.epoch()));
        if (!committed.isEmpty()) {
            pages.takeOver(earlierFiles(target, prefix, pages.path), committed);
        }
        return pages;
    }

    private static List<Path> earlierFiles(Path target, String prefix, Path own) throws IOException {
        try (Stream<Path> files = Files.list(target.getParent())) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix) && !file.equals(own))
                    .toList();
        }
    }

    private void takeOver(List<Path> files, List<Map<String, Object>> committed) throws IOException {
        Map<String, Object> last = committed.get(committed.size() - 1);
        long end = ((Number) last.get("end_offset")).longValue();
        for (Path earlier : files) {
            if (Files.size(earlier) >= end && copy(earlier, end).equals(last.get("sha256"))) {
                offset = end;
                committed.forEach(row -> {
                    pages++;
                    lines += ((Number) row.get("lines")).longValue();
                    roots += ((Number) row.get("roots")).longValue();
                    Optional.ofNullable((String) row.get("next_cursor")).ifPresent(cursors::add);
                });
                cursor = Optional.ofNullable((String) last.get("next_cursor"));
                ended = cursor.isEmpty();
                return;
            }
        }
        // Another machine read them, or the disk lost them: they are read again from the first.
        empty();
    }

    /** Copies the beginning of an earlier claim's file into this one; gives its digest. */
    private String copy(Path earlier, long end) throws IOException {
        empty();
        try (InputStream in = Files.newInputStream(earlier)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (long left = end; left > 0; ) {
                int length = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (length < 0) {
                    break;
                }
                write(buffer, length);
                left -= length;
            }
        }
        return digestSoFar();
    }

    /** Whether there is a page that has not been read. */
    public boolean hasNext() {
        return !ended;
    }

    /** What the next page is asked for by; empty for the first. */
    public Optional<String> cursor() {
        return cursor;
    }

    /** Pages read so far. */
    public int pages() {
        return pages;
    }

    /**
     * Appends a whole page; it counts when the ledger has its row.
     *
     * @return values of {@code sql/load/record_page.sql}
     * @throws RunFailed when the source goes round in circles: a cursor or a page that was there before
     */
    public Map<String, Object> append(Page page) throws IOException {
        byte[] bytes = page.bytes();
        page.nextCursor().ifPresent(next -> {
            if (!cursors.add(next)) {
                throw new RunFailed(
                        "cursor_loop",
                        "Page " + (pages + 1) + " of " + run.stream()
                                + " leads back to one that was read before; nothing was loaded");
            }
        });
        if (bytes.length > 0 && Arrays.equals(bytes, lastPage)) {
            throw new RunFailed(
                    "page_repeated",
                    "Page " + (pages + 1) + " of " + run.stream()
                            + " is the one before it once more; nothing was loaded");
        }
        write(bytes, bytes.length);
        offset += bytes.length;
        lastPage = bytes;
        pages++;
        lines += page.lineCount();
        roots += page.rootCount();
        cursor = page.nextCursor();
        ended = cursor.isEmpty();
        Map<String, Object> row = new HashMap<>();
        row.put("page_number", pages);
        row.put("next_cursor", cursor.orElse(null));
        row.put("lines", page.lineCount());
        row.put("roots", page.rootCount());
        row.put("end_offset", offset);
        row.put("page_sha256", digestSoFar());
        return row;
    }

    /** Values of {@code sql/ledger/record_result.sql}: the chain of pages came to its end. */
    public Map<String, Object> result() {
        Map<String, Object> values = new HashMap<>();
        values.put("operation_status", null);
        values.put("result_complete", true);
        values.put("result_url", null);
        values.put("object_count", lines);
        values.put("root_object_count", roots);
        values.put("file_size", offset);
        return values;
    }

    /** All pages, to be read from the beginning. */
    public InputStream content() throws IOException {
        return Files.newInputStream(path);
    }

    private void empty() throws IOException {
        Files.write(path, new byte[0]);
        digest.reset();
    }

    private void write(byte[] bytes, int length) throws IOException {
        try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.APPEND)) {
            out.write(bytes, 0, length);
        }
        digest.update(bytes, 0, length);
    }

    private String digestSoFar() {
        try {
            return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("Java's own SHA-256 can be cloned", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
