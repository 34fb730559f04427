-- Backfills: a range of history cut into windows, each of which is read by a run of its own.
-- In:  the ledger.
-- Out: backfill, backfill_window, and the lanes in which their runs go side by side.

create table backfill (
    store_id      text        not null,
    backfill_id   uuid        not null,
    stream        text        not null,
    -- Planned: what a dry run leaves; it does nothing until it is started.
    state         text        not null check (state in (
                      'planned', 'running', 'paused', 'completed', 'partial', 'failed', 'cancelled')),
    range_from    timestamptz not null,
    range_to      timestamptz not null,
    -- As it was asked for, such as P30D; the windows themselves are rows.
    window_length text        not null,
    reading_order text        not null check (reading_order in ('newest', 'oldest')),
    parallel      integer     not null check (parallel >= 1),
    chunk_lines   integer     not null check (chunk_lines >= 1),
    initiator     text        not null check (initiator in ('cron', 'user')),
    planned_at    timestamptz not null default now(),
    started_at    timestamptz,
    finished_at   timestamptz,
    primary key (store_id, backfill_id),
    check (range_from < range_to)
);
create index backfill_by_id on backfill (backfill_id);
-- Two backfills of one stream would read the same history twice; the second one is told about the first.
create unique index backfill_one_active on backfill (store_id, stream) where state in ('running', 'paused');

create table backfill_window (
    store_id          text        not null,
    backfill_id       uuid        not null,
    -- From 1, oldest first, whatever the order of reading.
    number            integer     not null check (number >= 1),
    -- Closed-open: the first moment that is read, and the first that is not.
    window_from       timestamptz not null,
    window_to         timestamptz not null,
    state             text        not null default 'planned' check (state in (
                          'planned', 'running', 'completed', 'partial', 'failed', 'paused', 'cancelled')),
    -- The latest run of this window; a retry makes another.
    run_id            uuid        references sync_run,
    attempts          integer     not null default 0,
    -- Null: nothing that was read before tells.
    estimated_records bigint,
    primary key (store_id, backfill_id, number),
    foreign key (store_id, backfill_id) references backfill,
    check (window_from < window_to)
);
create index backfill_window_open on backfill_window (store_id, backfill_id, number) where state in ('planned', 'running');
create index backfill_window_read on backfill_window (store_id, window_from) where state = 'completed';

-- Windows of a store are read in lanes, numbered from 1, one run in each; every other run is in lane 0, so that one daily
-- run of a stream is active at a time, as before.
alter table sync_run
    add column backfill_id uuid,
    add column lane integer not null default 0,
    add foreign key (store_id, backfill_id) references backfill,
    add check ((backfill_id is null) = (lane = 0)),
    add check (backfill_id is null or job_type = 'FULL_BACKFILL_EXECUTE');
drop index sync_run_one_active;
create unique index sync_run_one_active on sync_run (store_id, stream, job_type, lane)
    where status not in ('completed', 'partial', 'failed');
-- The lanes are the store's, whatever the stream: they stand for the source's bulk slots, of which one is never theirs.
create unique index sync_run_one_in_lane on sync_run (store_id, lane)
    where lane > 0 and status not in ('completed', 'partial', 'failed');
create index sync_run_of_backfill on sync_run (store_id, backfill_id) where backfill_id is not null;

alter table sync_lease add column lane integer not null default 0;
alter table sync_lease drop constraint sync_lease_pkey;
alter table sync_lease add primary key (store_id, stream, job_type, lane);

-- A backfill as other tools read it, without its single windows.
create view backfill_document as
select b.store_id, b.backfill_id, b.stream, b.state, b.planned_at,
       jsonb_build_object(
           'backfill_id', b.backfill_id,
           'state', b.state,
           'store', b.store_id,
           'stream', b.stream,
           'job_type', 'FULL_BACKFILL_EXECUTE',
           'from', utc_text(b.range_from),
           'to', utc_text(b.range_to),
           'window', b.window_length,
           'order', b.reading_order,
           'parallel', b.parallel,
           'initiator', b.initiator,
           'planned_at', utc_text(b.planned_at),
           'started_at', utc_text(b.started_at),
           'finished_at', utc_text(b.finished_at),
           'progress', w.progress,
           'estimate', w.estimate,
           'counts', c.counts
       ) as document
  from backfill b
 cross join lateral (
       select jsonb_build_object(
                  'windows', count(*),
                  'planned', count(*) filter (where state = 'planned'),
                  'running', count(*) filter (where state = 'running'),
                  'completed', count(*) filter (where state = 'completed'),
                  'partial', count(*) filter (where state = 'partial'),
                  'failed', count(*) filter (where state = 'failed'),
                  'paused', count(*) filter (where state = 'paused'),
                  'cancelled', count(*) filter (where state = 'cancelled')) as progress,
              -- Only what is known; how many windows that is stands beside it.
              jsonb_build_object(
                  'records', sum(estimated_records),
                  'windows_known', count(estimated_records),
                  'windows_unknown', count(*) - count(estimated_records)) as estimate
         from backfill_window w
        where w.store_id = b.store_id and w.backfill_id = b.backfill_id) w
 cross join lateral (
       select jsonb_build_object(
                  'lines', coalesce(sum(k.lines) filter (where k.phase = 'file'), 0),
                  'roots', coalesce(sum(k.roots) filter (where k.phase = 'file'), 0),
                  'written', coalesce(sum(k.written), 0),
                  'unchanged', coalesce(sum(k.unchanged), 0),
                  'stale', coalesce(sum(k.stale), 0),
                  'set_aside', coalesce(sum(k.set_aside), 0)) as counts
         from backfill_window w
         join sync_chunk k on k.run_id = w.run_id
        where w.store_id = b.store_id and w.backfill_id = b.backfill_id) c;
