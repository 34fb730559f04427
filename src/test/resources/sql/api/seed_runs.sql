-- Five runs of two stores: enough to turn pages, filter, and show every end of a run.
-- In:  an empty, migrated schema
-- Out: acme/shopify-orders completed at a watermark, then partial with three records set aside; a backfill that failed;
--      beta/shopify-orders partial without any watermark; a gap; one watermark move
insert into sync_run (run_id, store_id, stream, job_type, status, initiator, requested_at, initiated_at, finished_at,
                      give_up_at, window_from, window_to, object_count, root_object_count, result_complete,
                      archive_key, archive_sha256, archive_bytes, archive_lines, watermark_before, watermark_after,
                      watermark_advanced, held_reason, failures)
values
  ('00000000-0000-7000-8000-000000000001', 'acme', 'shopify-orders', 'DAILY_SYNC_EXECUTE', 'completed', 'cron',
   '2026-02-01T06:00:00Z', '2026-02-01T06:00:00Z', '2026-02-01T06:05:00Z', '2026-02-01T18:00:00Z',
   '2025-09-26T06:00:00Z', '2026-02-01T06:00:00Z', 40, 40, true, 'archive/acme/shopify-orders/1.jsonl', 'ab', 4000, 40,
   null, '2026-02-01T05:30:00Z', true, null, '[]'),
  ('00000000-0000-7000-8000-000000000002', 'acme', 'shopify-orders', 'FULL_BACKFILL_EXECUTE', 'failed', 'user',
   '2026-02-01T07:00:00Z', '2026-02-01T07:00:00Z', '2026-02-01T07:05:00Z', '2026-02-01T19:00:00Z',
   '2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z', null, null, null, null, null, null, null,
   null, null, false, 'A backfill never moves the watermark.', '[{"code":"access_denied","message":"wrong token"}]'),
  ('00000000-0000-7000-8000-000000000003', 'beta', 'shopify-orders', 'DAILY_SYNC_EXECUTE', 'partial', 'cron',
   '2026-02-01T06:00:00Z', '2026-02-01T08:00:00Z', '2026-02-01T08:05:00Z', '2026-02-01T20:00:00Z',
   '2025-09-26T06:00:00Z', '2026-02-01T06:00:00Z', 1, 1, true, 'archive/beta/shopify-orders/3.jsonl', 'cd', 100, 1,
   null, null, false, 'One record is set aside.', '[{"record":"order:7","reason":"money"}]'),
  -- Two runs of one instant: the page must be cut by id within it.
  ('00000000-0000-7000-8000-000000000004', 'beta', 'shopify-orders', 'DAILY_SYNC_EXECUTE', 'failed', 'user',
   '2026-02-02T06:00:00Z', '2026-02-02T06:00:00Z', '2026-02-02T06:01:00Z', '2026-02-02T18:00:00Z',
   null, null, null, null, null, null, null, null, null, null, null, false, 'The run failed.', '[]'),
  ('00000000-0000-7000-8000-000000000005', 'acme', 'shopify-orders', 'DAILY_SYNC_EXECUTE', 'partial', 'cron',
   '2026-02-02T06:00:00Z', '2026-02-02T06:00:00Z', '2026-02-02T06:05:00Z', '2026-02-02T18:00:00Z',
   '2026-02-01T04:30:00Z', '2026-02-02T06:00:00Z', 40, 40, true, 'archive/acme/shopify-orders/5.jsonl', 'ef', 4000, 40,
   '2026-02-01T05:30:00Z', '2026-02-01T05:30:00Z', false, '3 of 40 records are set aside.',
   '[{"record":"order:38","reason":"money"},{"record":"order:39","reason":"money"},{"record":"order:40","reason":"money"}]');

insert into sync_chunk (run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled, epoch)
values ('00000000-0000-7000-8000-000000000001', 'file', 1, 40, 40, 40, 0, 0, 0, 0, 1),
       ('00000000-0000-7000-8000-000000000003', 'file', 1, 1, 1, 0, 0, 0, 1, 0, 3),
       ('00000000-0000-7000-8000-000000000005', 'file', 1, 40, 40, 37, 0, 0, 3, 0, 5);

insert into sync_watermark (store_id, stream, value, cursor, run_id, epoch, moved_at)
values ('acme', 'shopify-orders', '2026-02-01T05:30:00Z', null, '00000000-0000-7000-8000-000000000001', 1, '2026-02-01T06:05:00Z');

insert into sync_watermark_history (store_id, stream, kind, value_before, value, cursor, run_id, epoch, actor, moved_at)
values ('acme', 'shopify-orders', 'advance', null, '2026-02-01T05:30:00Z', null, '00000000-0000-7000-8000-000000000001', 1,
        'run 00000000-0000-7000-8000-000000000001', '2026-02-01T06:05:00Z');

insert into sync_gap (store_id, stream, gap_to, reason, run_id)
values ('acme', 'shopify-orders', '2025-09-26T06:00:00Z', 'first_run', '00000000-0000-7000-8000-000000000001');

insert into dead_letter (store_id, stream, record_key, run_id, run_number, line_no, reason_code, reason, raw, raw_sha256, state)
select 'acme', 'shopify-orders', 'order_header:' || n, '00000000-0000-7000-8000-000000000005', 5, n, 'money', 'no number',
       cast('{}' as bytea), cast('x' as bytea), 'open'
  from generate_series(38, 40) n;
insert into dead_letter (store_id, stream, record_key, run_id, run_number, line_no, reason_code, reason, raw, raw_sha256, state)
values ('acme', 'shopify-orders', 'order_header:1', '00000000-0000-7000-8000-000000000005', 5, 1, 'money', 'no number',
        cast('{}' as bytea), cast('x' as bytea), 'resolved');

-- What runs add up to is noted when they end, so they end once more, now that their chunks are there.
update sync_run set due_at = finished_at, finished_at = null;
update sync_run set finished_at = due_at;
