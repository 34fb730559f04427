package dev.tidemark.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.run.JobType;
import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import dev.tidemark.settings.Settings;
import dev.tidemark.stream.StreamCatalog;
import dev.tidemark.stream.StreamDeclaration;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** Reads the file of a scan, in which each line is the id and the version of a record. Thread-safe. */
public final class IdScan {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHUNK_LINES = 5_000;

    private final Settings settings;
    private final StreamCatalog catalog;

    IdScan(Settings settings, StreamCatalog catalog) {
        this.settings = settings;
        this.catalog = catalog;
    }

    /** The file in parts: values of {@code sql/scan/note_ids.sql}. */
    public Iterator<Map<String, Object>> chunks(Run run, Path file) throws IOException {
        return new Chunks(run, stream(run).versionPath().orElseThrow(), Files.newBufferedReader(file));
    }

    /** Values of {@code sql/load/mark_deleted.sql.ftl}. */
    public Map<String, Object> marking(Run run) {
        Map<String, Object> values = new HashMap<>();
        values.put("run_id", run.runId().toString());
        values.put("store_id", run.store());
        values.put("stream", run.stream());
        values.put("job_type", run.jobType());
        values.put("epoch", run.epoch());
        values.put("shop_time_zone", run.shopTimeZone().getId().replace("Z", "UTC"));
        values.put("limit_rows", settings.reconcile().limitRows());
        values.put("limit_percent", settings.reconcile().limitPercent());
        return values;
    }

    /** Whether the run marks what it did not see; the other kind only looks. */
    public boolean isMarking(Run run) {
        return run.jobType().equals(JobType.RECONCILE_EXECUTE.name());
    }

    /**
     * The outcome of the step, for {@code sync-complete-step}.
     *
     * @param counts the row of the statement that marked, or of the last part that was noted
     */
    public Map<String, Object> done(Run run, Map<String, Object> counts) {
        boolean transforms = isMarking(run) && stream(run).isTransformed();
        return Map.of(
                "next_status",
                transforms ? "transforming" : "finalizing",
                "counts",
                counts == null ? Map.of() : new HashMap<>(counts));
    }

    private StreamDeclaration stream(Run run) {
        return catalog.find(run.stream())
                .orElseThrow(
                        () -> new RunFailed("unknown_stream", "Stream " + run.stream() + " is no longer declared"));
    }

    private static final class Chunks implements Iterator<Map<String, Object>>, Closeable {
        private final Run run;
        private final List<String> versionPath;
        private final BufferedReader lines;
        private long line;
        private String next;

        Chunks(Run run, List<String> versionPath, BufferedReader lines) throws IOException {
            this.run = run;
            this.versionPath = versionPath;
            this.lines = lines;
            this.next = lines.readLine();
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Map<String, Object> next() {
            if (next == null) {
                throw new NoSuchElementException();
            }
            List<Long> ids = new ArrayList<>();
            List<String> versions = new ArrayList<>();
            try {
                for (; next != null && ids.size() < CHUNK_LINES; next = lines.readLine()) {
                    JsonNode record = JSON.readTree(next);
                    ids.add(id(record));
                    versions.add(version(record));
                }
            } catch (JsonProcessingException e) {
                throw unreadable(ids.size());
            } catch (IOException e) {
                throw new UncheckedIOException("Reading the ids of " + run + " failed", e);
            }
            Map<String, Object> values = new HashMap<>();
            values.put("run_id", run.runId().toString());
            values.put("epoch", run.epoch());
            values.put("first_line", line + 1);
            values.put("lines", ids.size());
            values.put("ids", ids.toArray(Long[]::new));
            values.put("versions", versions.toArray(String[]::new));
            line += ids.size();
            return values;
        }

        /** The number at the end of a gid, or the number itself. */
        private long id(JsonNode record) {
            String text = record.path("id").asText("");
            String number = text.substring(text.lastIndexOf('/') + 1);
            if (!number.matches("\\d{1,18}")) {
                throw unreadable(0);
            }
            return Long.parseLong(number);
        }

        private String version(JsonNode record) {
            JsonNode version = record;
            for (String step : versionPath) {
                version = version.path(step);
            }
            return version.isTextual() ? version.textValue() : null;
        }

        /** An id that cannot be read is of a record that would look deleted. */
        private RunFailed unreadable(int read) {
            return new RunFailed(
                    "scan_shape",
                    "A line after line " + (line + read) + " of the scan of " + run.stream()
                            + " has no id that can be read; nothing was marked");
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
