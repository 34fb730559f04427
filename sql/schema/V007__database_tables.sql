-- Tables of any PostgreSQL as a source: what a run reads, its pages, and positions of any type.
-- In:  the ledger of V001.
-- Out: sync_table_window, sync_table_page; watermarks that are not times; the run document shows them.

-- A position is the exact text of the source's values with their types. Where the value is a timestamptz it is in the
-- column value as well, as for every other stream; a state of an earlier version has only that.
alter table sync_watermark
    alter column value drop not null,
    add column value_text  text,
    add column value_type  text,
    add column cursor_type text,
    add column ordered_by  text,
    add constraint sync_watermark_has_value check (value is not null or value_text is not null);
comment on column sync_watermark.value_text is 'The value of a table''s watermark column, exactly as the source writes it.';
comment on column sync_watermark.ordered_by is 'The columns that value and cursor are of; null: a state that did not say.';

-- A rewind to the beginning has no value.
alter table sync_watermark_history
    alter column value drop not null,
    add column value_text_before text,
    add column value_text        text;

alter table sync_run
    add column watermark_before_text   text,
    add column watermark_before_cursor text,
    add column watermark_after_text    text,
    add column watermark_after_cursor  text;

create table sync_table_window (
    run_id        uuid        not null primary key references sync_run,
    table_name    text        not null,
    mode          text        not null check (mode in ('mutable', 'append_only', 'whole')),
    -- Name, type and expression of every column, in order: what the run archives from its first page to its last.
    columns       jsonb       not null,
    ordered_by    text,
    value_type    text,
    cursor_type   text,
    value_before  text,
    cursor_before text,
    -- Highest value that is read; null when there was none to read.
    upper_bound   text,
    -- By the source's clock.
    fixed_at      timestamptz not null,
    -- Set when the last page is in.
    source_rows   bigint
);
comment on table sync_table_window is 'What one run reads of a table: fixed before the first page, never moved.';

create table sync_table_page (
    run_id       uuid        not null references sync_run,
    page_number  integer     not null check (page_number > 0),
    object_key   text        not null,
    sha256       text        not null,
    bytes        bigint      not null,
    rows         bigint      not null check (rows > 0),
    -- Position of the page's last row: the next page begins after it.
    value        text,
    cursor       text,
    epoch        bigint      not null,
    committed_at timestamptz not null default now(),
    primary key (run_id, page_number)
);
comment on table sync_table_page is 'Pages that are durable in object storage; a resumed run goes on after the last.';

create or replace view sync_run_document as
select r.run_id, r.run_number, r.store_id, r.stream, r.job_type, r.status, r.initiated_at,
       json_build_object(
           'run_id', r.run_id,
           'status', r.status,
           'store', r.store_id,
           'stream', r.stream,
           'job_type', r.job_type,
           'initiator', r.initiator,
           'requested_at', utc_text(r.requested_at),
           'initiated_at', utc_text(r.initiated_at),
           'finished_at', utc_text(r.finished_at),
           'due_at', case when r.finished_at is null then utc_text(r.due_at) end,
           'waiting_for', r.waiting_for,
           'operation_id', r.operation_id,
           'window', json_build_object('from', utc_text(r.window_from), 'to', utc_text(r.window_to)),
           'counts', json_build_object(
               'lines', coalesce(c.lines, 0), 'roots', coalesce(c.roots, 0), 'written', coalesce(c.written, 0),
               'unchanged', coalesce(c.unchanged, 0), 'stale', coalesce(c.stale, 0), 'set_aside', coalesce(c.set_aside, 0)),
           'proof', json_build_object(
               'object_count', r.object_count, 'lines', coalesce(c.lines, 0), 'archived_lines', r.archive_lines,
               'accounted', coalesce(c.accounted, 0),
               'complete', coalesce(r.result_complete and r.object_count = r.archive_lines
                   and r.archive_lines = coalesce(c.lines, 0) and coalesce(c.lines, 0) = coalesce(c.accounted, 0), false)),
           'archive', json_build_object('key', r.archive_key, 'sha256', r.archive_sha256, 'bytes', r.archive_bytes),
           'watermark', json_build_object(
               'before', coalesce(utc_text(r.watermark_before), r.watermark_before_text),
               'after', coalesce(
                   utc_text(r.watermark_after), r.watermark_after_text,
                   case when r.finished_at is not null and not r.watermark_advanced then r.watermark_before_text end),
               'cursor_before', r.watermark_before_cursor,
               'cursor', coalesce(
                   r.watermark_after_cursor,
                   case when r.finished_at is not null and not r.watermark_advanced then r.watermark_before_cursor end),
               'advanced', r.watermark_advanced, 'held_reason', r.held_reason),
           'failures', r.failures
       ) as document
  from sync_run r
  left join sync_run_counts c using (run_id);
