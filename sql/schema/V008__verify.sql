-- What loading an archive again needs: which archives are to be loaded, in which order, and what their rows count as.
-- In:  the ledger of V001 and the measurements of V003.
-- Out: sync_reingest, and in sync_run the archive that a run loads again.

alter table sync_run
    -- The run whose archive this one loads again; that run need not be in this database.
    add column archive_run_id uuid,
    -- What its rows count as: the number of the run that read them at the source. Of two readings of one version the
    -- later counts, so an old archive that is loaded again must not look like the newest reading.
    add column reading_number bigint;

create index sync_run_archive on sync_run (archive_run_id) where archive_run_id is not null;

-- The archives of one request, each loaded by a run of its own, one after the other.
create table sync_reingest (
    store_id       text        not null,
    stream         text        not null,
    request_id     uuid        not null,
    position       integer     not null,
    archive_run_id uuid        not null,
    -- The manifest as it was when the file was checked.
    manifest       jsonb       not null,
    requested_at   timestamptz not null default now(),
    -- Null: not begun.
    run_id         uuid        references sync_run,
    primary key (store_id, stream, request_id, position)
);
create unique index sync_reingest_run on sync_reingest (store_id, stream, run_id);

-- A request ends with its last run or with the first that failed.
create view sync_reingest_open as
select q.store_id, q.stream, q.request_id, q.position, q.archive_run_id, q.manifest, q.requested_at, q.run_id, r.status
  from sync_reingest q
  left join sync_run r using (run_id)
 where (q.run_id is null or r.status not in ('completed', 'partial', 'failed'))
   and not exists (
       select from sync_reingest f
         join sync_run failed on failed.run_id = f.run_id
        where f.store_id = q.store_id and f.stream = q.stream and f.request_id = q.request_id
          and failed.status = 'failed');

-- Rows carry the number of their reading, so what a run has to transform is found by it.
create or replace view sync_transform_due as
select run.run_id,
       due.run_id                                   as due_run_id,
       coalesce(due.reading_number, due.run_number) as due_run_number
  from sync_run run
  join sync_run due on due.store_id = run.store_id and due.stream = run.stream
 where due.run_id = run.run_id
    or (due.finished_at is not null
        and not exists (
            select from sync_step step
             where step.run_id = due.run_id and step.step = 'transforming' and step.outcome = 'done')
        and not exists (
            select from sync_run later
              join sync_step step on step.run_id = later.run_id
             where later.store_id = due.store_id
               and later.stream = due.stream
               and step.step = 'transforming'
               and step.outcome = 'done'
               and step.started_at > due.finished_at));
