-- A run as it stands after its file was archived: the load is its next step.
-- In:  run id, archive key, sha256, bytes, lines, roots, lines of a chunk
-- Out: the run, due at once, of store bench.
insert into sync_run (
    run_id, store_id, stream, job_type, status, initiator, requested_at, give_up_at, window_from, window_to,
    source_started_at, lag, shop_time_zone, operation_id, operation_status, result_complete, object_count,
    root_object_count, file_size, archive_key, archive_sha256, archive_bytes, archive_lines, archive_roots, chunk_lines,
    watermark_before)
select run_id, 'bench', 'shopify-orders', 'DAILY_SYNC_EXECUTE', 'upserting', 'user', now(), now() + interval '12 hours',
       now() - interval '128 days', now(), now(), interval '30 minutes', 'UTC', 'gid://shopify/BulkOperation/1', 'COMPLETED',
       true, lines, roots, bytes, archive_key, sha256, bytes, lines, roots, chunk_lines,
       (select value from sync_watermark where store_id = 'bench' and stream = 'shopify-orders')
  from (values (cast(? as uuid), ?, ?, cast(? as bigint), cast(? as bigint), cast(? as bigint), cast(? as integer)))
       as archived (run_id, archive_key, sha256, bytes, lines, roots, chunk_lines)
