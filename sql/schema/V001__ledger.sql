-- The ledger: every run, its steps and chunks, the watermark and who may move it.
-- In:  an empty schema owned by the migrating role.
-- Out: the sync_* tables, dead_letter, and the view that shows a run as JSON.

-- Epochs are issued by the database alone, so a later claim always carries a higher number.
create sequence sync_epoch;

-- Times leave the database as ISO 8601 in UTC, with microseconds only where there are any.
create function utc_text(moment timestamptz) returns text language sql stable parallel safe
return regexp_replace(to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '\.?0+$', '') || 'Z';

create table sync_run (
    run_id              uuid        not null primary key,
    -- Grows with every run: rows carry it, so it tells which run wrote them and which of two writes is later.
    run_number          bigint      not null generated always as identity unique,
    store_id            text        not null,
    stream              text        not null,
    job_type            text        not null,
    status              text        not null default 'initiated' check (status in (
                            'initiated', 'polling', 'downloading', 'upserting', 'transforming', 'finalizing',
                            'completed', 'partial', 'failed')),
    initiator           text        not null check (initiator in ('cron', 'user')),
    requested_at        timestamptz not null,
    initiated_at        timestamptz not null default now(),
    finished_at         timestamptz,
    -- Waiting is a time on the row, never a sleeping thread.
    due_at              timestamptz not null default now(),
    give_up_at          timestamptz not null,
    waiting_for         text,
    attempts            integer     not null default 0,
    poll_attempts       integer     not null default 0,

    -- What was asked of the source: fixed before the first request, never moved during the run.
    window_from         timestamptz,
    window_to           timestamptz,
    query               text,
    query_sha256        text,
    intent_at           timestamptz,
    -- The source's own clock when the scan began; the watermark never passes it less the lag.
    source_started_at   timestamptz,
    lag                 interval,
    shop_time_zone      text,

    -- What the source said it has.
    operation_id        text,
    operation_status    text,
    result_url          text,
    result_complete     boolean,
    object_count        bigint,
    root_object_count   bigint,
    file_size           bigint,

    -- What was kept.
    archive_key         text,
    archive_sha256      text,
    archive_bytes       bigint,
    archive_lines       bigint,
    archive_roots       bigint,
    chunk_lines         integer,

    -- What came of it.
    watermark_before    timestamptz,
    watermark_after     timestamptz,
    watermark_advanced  boolean     not null default false,
    held_reason         text,
    failures            jsonb       not null default '[]'
);
comment on table sync_run is 'One execution of a stream over one window; its status is its next step.';

-- Twenty triggers make one run: the index is the lock.
create unique index sync_run_one_active on sync_run (store_id, stream, job_type)
    where status not in ('completed', 'partial', 'failed');
create index sync_run_due on sync_run (due_at) where status not in ('completed', 'partial', 'failed');
create index sync_run_newest on sync_run (initiated_at desc, run_id desc);
create index sync_run_newest_of_store on sync_run (store_id, stream, initiated_at desc, run_id desc);

create table sync_step (
    run_id      uuid        not null references sync_run,
    step_number integer     not null,
    step        text        not null,
    outcome     text        not null check (outcome in ('done', 'waiting', 'retrying', 'partial', 'failed')),
    epoch       bigint,
    started_at  timestamptz not null,
    ended_at    timestamptz not null default now(),
    counts      jsonb       not null default '{}',
    error       text,
    -- Telemetry in object storage is a copy of this row; the row says whether the copy was written.
    telemetry_at timestamptz,
    primary key (run_id, step_number)
);

create table sync_chunk (
    run_id        uuid        not null references sync_run,
    -- 'file' chunks come from the archived file; 'spill' chunks are children joined to their parents at its end; the one
    -- row of 'removal' has no lines and notes the days that lost some.
    phase         text        not null check (phase in ('file', 'spill', 'removal')),
    first_line    bigint      not null,
    lines         bigint      not null check (lines >= 0),
    roots         bigint      not null check (roots >= 0),
    written       bigint      not null check (written >= 0),
    unchanged     bigint      not null check (unchanged >= 0),
    stale         bigint      not null check (stale >= 0),
    set_aside     bigint      not null check (set_aside >= 0),
    spilled       bigint      not null check (spilled >= 0),
    -- Highest and lowest version seen in this chunk; merely observed, not a watermark.
    max_version   timestamptz,
    min_version   timestamptz,
    -- Parents that existed before, whether replaced or unchanged: only those can have lost children.
    replaced      bigint      not null default 0,
    touched_days  date[]      not null default '{}',
    epoch         bigint      not null,
    committed_at  timestamptz not null default now(),
    primary key (run_id, phase, first_line),
    check (written + unchanged + stale + set_aside + spilled = lines)
);
comment on table sync_chunk is 'Committed in the same statement as the records it counts.';

-- Children whose parent was not at hand; joined at the end of the file, then removed.
create table sync_spill (
    run_id     uuid   not null references sync_run,
    line_no    bigint not null,
    parent_id  bigint not null,
    raw        bytea  not null,
    primary key (run_id, line_no)
);
create index sync_spill_parent on sync_spill (run_id, parent_id, line_no);

create table sync_watermark (
    store_id   text        not null,
    stream     text        not null,
    value      timestamptz not null,
    cursor     text,
    run_id     uuid        not null references sync_run,
    epoch      bigint      not null,
    moved_at   timestamptz not null default now(),
    primary key (store_id, stream)
);

create table sync_watermark_history (
    store_id     text        not null,
    stream       text        not null,
    history_id   bigint      not null generated always as identity,
    kind         text        not null check (kind in ('advance', 'rewind')),
    value_before timestamptz,
    value        timestamptz not null,
    cursor       text,
    run_id       uuid,
    epoch        bigint,
    actor        text        not null,
    reason       text,
    moved_at     timestamptz not null default now(),
    primary key (store_id, stream, history_id)
);

create table sync_lease (
    store_id    text        not null,
    stream      text        not null,
    job_type    text        not null,
    run_id      uuid        not null references sync_run,
    epoch       bigint      not null,
    owner       text        not null,
    -- True while a step is being worked on; false while the owner merely waits for the due time.
    busy        boolean     not null,
    acquired_at timestamptz not null default now(),
    expires_at  timestamptz not null,
    primary key (store_id, stream, job_type)
);
create index sync_lease_owner on sync_lease (owner);

create table sync_gap (
    store_id   text        not null,
    stream     text        not null,
    gap_id     bigint      not null generated always as identity,
    -- Null: from the beginning of the shop.
    gap_from   timestamptz,
    gap_to     timestamptz not null,
    reason     text        not null check (reason in ('first_run', 'older_than_floor', 'missing_scope')),
    state      text        not null default 'open' check (state in ('open', 'closed')),
    run_id     uuid        not null references sync_run,
    created_at timestamptz not null default now(),
    closed_at  timestamptz,
    primary key (store_id, stream, gap_id)
);
create unique index sync_gap_once on sync_gap (store_id, stream, run_id, reason);

create table dead_letter (
    store_id       text        not null,
    dead_letter_id bigint      not null generated always as identity,
    stream         text        not null,
    kind           text        not null default 'bulk_line' check (kind in ('bulk_line', 'page', 'webhook', 'supplier_event')),
    -- The record's key within its stream, '<table>:<id>' or '<type>:<id>', or 'sha256:<hex of the raw bytes>' where it has none.
    record_key     text        not null,
    parent_key     text,
    run_id         uuid        references sync_run,
    run_number     bigint,
    line_no        bigint,
    -- Machine-readable: malformed, nul, surrogate, utf8, time, money, number, depth, length, no_id, unknown_type,
    -- missing_field, type, orphan, parent_set_aside, refused.
    reason_code    text        not null,
    reason         text        not null,
    version        timestamptz,
    raw            bytea       not null,
    raw_sha256     bytea       not null,
    state          text        not null default 'open' check (state in ('open', 'retried', 'resolved', 'discarded')),
    attempts       integer     not null default 1,
    first_seen_at  timestamptz not null default now(),
    last_seen_at   timestamptz not null default now(),
    settled_at     timestamptz,
    settled_by     text,
    settled_reason text,
    primary key (store_id, dead_letter_id)
);
-- One open letter per record, however often it is read again.
create unique index dead_letter_open on dead_letter (store_id, stream, record_key) where state = 'open';
create index dead_letter_discarded on dead_letter (store_id, stream, record_key) where state = 'discarded';

create view sync_run_counts as
select run_id,
       coalesce(sum(lines)     filter (where phase = 'file'), 0)::bigint as lines,
       coalesce(sum(roots)     filter (where phase = 'file'), 0)::bigint as roots,
       coalesce(sum(written), 0)::bigint   as written,
       coalesce(sum(unchanged), 0)::bigint as unchanged,
       coalesce(sum(stale), 0)::bigint     as stale,
       coalesce(sum(set_aside), 0)::bigint as set_aside,
       coalesce(sum(written + unchanged + stale + set_aside), 0)::bigint as accounted,
       coalesce(sum(replaced), 0)::bigint  as replaced,
       max(max_version) as max_version,
       min(min_version) as min_version
  from sync_chunk
 group by run_id;

-- The run as other tools read it: CLI, API and tests all show this document and no other.
create view sync_run_document as
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
               'before', utc_text(r.watermark_before), 'after', utc_text(r.watermark_after),
               'advanced', r.watermark_advanced, 'held_reason', r.held_reason),
           'failures', r.failures
       ) as document
  from sync_run r
  left join sync_run_counts c using (run_id);
