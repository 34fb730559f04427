package dev.tidemark.run;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A claimed run as its step sees it: the row of {@code sync_run} and the epoch of the claim. It is a reading, taken when
 * the step began; what a step changes goes to the database and is read again by the next claim.
 *
 * @param row columns by name, as {@code sql/ledger/claim_run.sql} returns them; times as {@link Timestamp}
 */
public record Run(Map<String, Object> row) {

    public UUID runId() {
        return (UUID) row.get("run_id");
    }

    public long runNumber() {
        return number("run_number").orElseThrow();
    }

    public String store() {
        return (String) row.get("store_id");
    }

    public String stream() {
        return (String) row.get("stream");
    }

    public String jobType() {
        return (String) row.get("job_type");
    }

    /** True when the run reads a window of a backfill, which leaves the watermark alone. */
    public boolean isBackfill() {
        return row.get("backfill_id") != null;
    }

    /** True when the run reads ids only, to find what is gone or different; it loads no records. */
    public boolean isScan() {
        return jobType().equals(JobType.RECONCILE_EXECUTE.name()) || jobType().equals(JobType.VERIFY_EXECUTE.name());
    }

    /** The status at the claim: the step to take. */
    public String status() {
        return (String) row.get("status");
    }

    /** The fence: statements that carry an older epoch than the lease change nothing. */
    public long epoch() {
        return number("epoch").orElseThrow();
    }

    public int attempts() {
        return number("attempts").orElse(0L).intValue();
    }

    public int pollAttempts() {
        return number("poll_attempts").orElse(0L).intValue();
    }

    /** When the claim was made, by the database's clock. */
    public Instant claimedAt() {
        return instant("claimed_at").orElseThrow();
    }

    public Optional<Instant> windowFrom() {
        return instant("window_from");
    }

    public Optional<Instant> windowTo() {
        return instant("window_to");
    }

    public Optional<Instant> watermark() {
        return instant("watermark");
    }

    public Optional<Instant> intentAt() {
        return instant("intent_at");
    }

    /** The source's own clock when the scan began; empty before the request was made. */
    public Optional<Instant> sourceStartedAt() {
        return instant("source_started_at");
    }

    /** How late the source may show what it committed, as it was set when the run began. */
    public Duration lag() {
        return Duration.ofMillis(number("lag_millis").orElse(0L));
    }

    /** The zone that decides which day a sale belongs to; UTC when the source did not say. */
    public ZoneId shopTimeZone() {
        return text("shop_time_zone").map(ZoneId::of).orElse(ZoneOffset.UTC);
    }

    public Optional<String> query() {
        return text("query");
    }

    public Optional<String> operationId() {
        return text("operation_id");
    }

    public Optional<String> resultUrl() {
        return text("result_url");
    }

    /** False for any end but COMPLETED: what came is loaded, nothing is removed, the watermark stays. */
    public boolean resultComplete() {
        return Boolean.TRUE.equals(row.get("result_complete"));
    }

    public Optional<Long> objectCount() {
        return number("object_count");
    }

    public Optional<Long> rootObjectCount() {
        return number("root_object_count");
    }

    public Optional<Long> fileSize() {
        return number("file_size");
    }

    public Optional<String> archiveKey() {
        return text("archive_key");
    }

    public Optional<String> archiveSha256() {
        return text("archive_sha256");
    }

    public Optional<Long> archiveBytes() {
        return number("archive_bytes");
    }

    public Optional<Long> archiveLines() {
        return number("archive_lines");
    }

    /** Lines of one chunk; fixed when the load began, so that a resumed run cuts the file in the same places. */
    public int chunkLines() {
        return number("chunk_lines").orElseThrow().intValue();
    }

    /** True when the source's operation is known. */
    public boolean isSubmitted() {
        return operationId().isPresent();
    }

    /** True when the window is fixed and the source may have been asked. */
    public boolean isIntended() {
        return intentAt().isPresent();
    }

    /** True when the run has waited longer than it may. */
    public boolean isGivenUp() {
        return Boolean.TRUE.equals(row.get("given_up"));
    }

    /** The same claim with columns that a statement has just changed. */
    public Run with(Map<String, Object> changed) {
        Map<String, Object> columns = new HashMap<>(row);
        columns.putAll(changed);
        return new Run(columns);
    }

    private Optional<String> text(String column) {
        return Optional.ofNullable((String) row.get(column));
    }

    private Optional<Long> number(String column) {
        return Optional.ofNullable((Number) row.get(column)).map(Number::longValue);
    }

    private Optional<Instant> instant(String column) {
        return Optional.ofNullable((Timestamp) row.get(column)).map(Timestamp::toInstant);
    }

    @Override
    public String toString() {
        return "run " + runId() + " of " + store() + "/" + stream() + " (" + status() + ", epoch " + epoch() + ")";
    }
}
