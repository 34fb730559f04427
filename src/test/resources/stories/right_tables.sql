-- Tables as one run leaves them that read two orders rightly and moved the mark.
-- In:  a migrated database with watchers.
-- Out: two orders, one line, one line removed; mark at 11:00 with an overlap of one hour.
insert into truth.setting values ('acme', 'shopify-orders', '1 hour');
select truth.note_version(version_no, document::jsonb, '2026-03-01T12:00:00Z')
  from (values
    (1, '{"order_id": 1, "updated_at": "2026-02-01T10:00:00Z", "total": "8.00",
          "committed_at": "2026-02-01T10:00:00Z", "visible_at": "2026-02-01T10:00:00Z", "deleted_at": null,
          "line_items": [{"line_item_id": 12, "quantity": 1}]}'),
    (2, '{"order_id": 1, "updated_at": "2026-03-01T10:00:00Z", "total": "10.00",
          "committed_at": "2026-03-01T10:00:00Z", "visible_at": "2026-03-01T10:00:00Z", "deleted_at": null,
          "line_items": [{"line_item_id": 11, "quantity": 3}]}'),
    (1, '{"order_id": 2, "updated_at": "2026-03-01T11:00:00Z", "total": "20.50",
          "committed_at": "2026-03-01T11:00:00Z", "visible_at": "2026-03-01T11:00:00Z", "deleted_at": null,
          "line_items": []}')) as versions (version_no, document);

insert into sync_run (run_id, store_id, stream, job_type, status, initiator, requested_at, give_up_at, finished_at,
                      object_count, archive_lines, result_complete, watermark_advanced, watermark_after) values
    ('11111111-1111-4111-8111-111111111111', 'acme', 'shopify-orders', 'DAILY_SYNC_EXECUTE', 'completed', 'user',
     now(), now(), now(), 3, 3, true, true, '2026-03-01T11:00:00Z'),
    ('22222222-2222-4222-8222-222222222222', 'acme', 'shopify-orders', 'DAILY_SYNC_EXECUTE', 'failed', 'user',
     now(), now(), now(), null, null, null, false, null);
insert into sync_lease (store_id, stream, job_type, run_id, epoch, owner, busy, expires_at) values
    ('acme', 'shopify-orders', 'DAILY_SYNC_EXECUTE', '11111111-1111-4111-8111-111111111111', 5, 'a', true, now());
insert into sync_chunk (run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled, max_version, epoch)
values ('11111111-1111-4111-8111-111111111111', 'file', 1, 3, 2, 3, 0, 0, 0, 0, '2026-03-01T11:00:00Z', 5);
insert into order_header (store_id, order_id, updated_at, total, run_number) values
    ('acme', 1, '2026-03-01T10:00:00Z', 10, 1),
    ('acme', 2, '2026-03-01T11:00:00Z', 20.5, 1);
insert into order_line_item (store_id, line_item_id, order_id, order_updated_at, quantity, removed_at, run_number) values
    ('acme', 11, 1, '2026-03-01T10:00:00Z', 3, null, 1),
    ('acme', 12, 1, '2026-02-01T10:00:00Z', 1, '2026-03-01T10:00:00Z', 1);
insert into sync_watermark (store_id, stream, value, run_id, epoch) values
    ('acme', 'shopify-orders', '2026-03-01T11:00:00Z', '11111111-1111-4111-8111-111111111111', 5);
insert into sync_watermark_history (store_id, stream, kind, value, run_id, epoch, actor) values
    ('acme', 'shopify-orders', 'advance', '2026-03-01T11:00:00Z', '11111111-1111-4111-8111-111111111111', 5, 'a');
