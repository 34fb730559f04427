package dev.tidemark.letters;

import dev.tidemark.archive.Archive;
import dev.tidemark.archive.ArchiveDamaged;
import dev.tidemark.archive.ArchivedFile;
import dev.tidemark.archive.Manifest;
import dev.tidemark.archive.StoredArchives;
import dev.tidemark.load.ArchivedRecords;
import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The file of a run that retries dead letters: their own lines as the source sent them, and the other lines of their
 * families, because a child is written with its parent only. It is cut from the archive in which the letters stand. Thread-safe.
 */
public final class RetryFile {
    private final StreamCatalog catalog;
    private final Archive archive;
    private final StoredArchives archives;
    private final int maxLineBytes;

    public RetryFile(Settings settings, StreamCatalog catalog, Archive archive, StoredArchives archives) {
        this.maxLineBytes = settings.sync().maxLineBytes();
        this.catalog = catalog;
        this.archive = archive;
        this.archives = archives;
    }

    /**
     * Puts the run's file together on local disk.
     *
     * @param letters rows of {@code sql/letters/list_retried.sql}; without any, the file has no lines
     * @throws RunFailed when the archive is gone or is not the one that was written
     */
    public ArchivedFile gather(Run run, List<Map<String, Object>> letters) throws IOException {
        if (letters.isEmpty()) {
            return archive.receive(run, null);
        }
        Path target = archive.path(run);
        Files.createDirectories(target.getParent());
        Path whole = target.resolveSibling(target.getFileName() + ".part-archive-" + run.epoch());
        Path lines = target.resolveSibling(target.getFileName() + ".part-lines-" + run.epoch());
        try {
            fetch((String) letters.get(0).get("archive_key"), whole);
            BitSet wanted = wantedLines(catalog.declaration(run.stream()), letters, whole);
            copy(whole, lines, wanted);
            return archive.receive(run, Files.newInputStream(lines));
        } finally {
            Files.deleteIfExists(whole);
            Files.deleteIfExists(lines);
        }
    }

    private void fetch(String key, Path target) throws IOException {
        try {
            Manifest manifest = archives.manifest(key.replaceFirst("\\.jsonl$", ".manifest.json"))
                    .orElseThrow(() -> new ArchiveDamaged("The manifest of " + key + " is not in object storage"));
            try (InputStream in = archives.open(manifest);
                    OutputStream out = Files.newOutputStream(target)) {
                in.transferTo(out);
            }
        } catch (ArchiveDamaged e) {
            throw new RunFailed("archive_damaged", e.getMessage() + "; the letters stay open");
        }
    }

    private BitSet wantedLines(StreamDeclaration stream, List<Map<String, Object>> letters, Path whole)
            throws IOException {
        BitSet wanted = new BitSet();
        Set<Long> families = new HashSet<>();
        String prefix = stream.root().table() + ":";
        for (Map<String, Object> letter : letters) {
            wanted.set(((Number) letter.get("line_no")).intValue());
            Stream.of("record_key", "parent_key")
                    .map(letter::get)
                    .filter(key -> key instanceof String text && text.startsWith(prefix))
                    .map(key -> Long.valueOf(((String) key).substring(prefix.length())))
                    .forEach(families::add);
        }
        // Lines that cannot be read are passed over here: those of the letters are known by their numbers.
        new ArchivedRecords(stream)
                .read(
                        Files.newInputStream(whole),
                        Long.MAX_VALUE,
                        maxLineBytes,
                        (root, rootId, childId, version, line, bytes, from, to) -> {
                            if (families.contains(rootId)) {
                                wanted.set((int) line);
                            }
                        });
        return wanted;
    }

    /** Copies lines, which are numbered from 1, however long they are. */
    private static void copy(Path from, Path to, BitSet wanted) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(from), 1 << 17);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(to), 1 << 17)) {
            int line = 1;
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (wanted.get(line)) {
                    out.write(next);
                }
                if (next == '\n') {
                    line++;
                }
            }
        }
    }
}
