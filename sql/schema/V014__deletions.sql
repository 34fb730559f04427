-- What finds deleted records: scans of the ids that a source still has, and what the source says it has deleted. And what
-- keeps many stores and years of history cheap.
-- In:  the ledger of V001 and the tables of V002 and V004.
-- Out: sync_scan, sync_scan_id, product_deletion; sync_total, and the indexes that claims and metrics need. Every root has its
--      deleted_at already.

-- A run that reads ids only: to mark what is gone (RECONCILE_EXECUTE), or to compare and change nothing (VERIFY_EXECUTE).
create table sync_scan (
    store_id            text        not null,
    run_id              uuid        not null references sync_run,
    stream              text        not null,
    -- An operator has looked and wants more rows marked than the limit allows.
    allow_mass_deletion boolean     not null default false,
    -- What came of it; null until the ids were compared with the table.
    live                bigint,
    gone                bigint,
    marked              bigint,
    restored            bigint,
    missing             bigint,
    older               bigint,
    -- Versions of the missing and the older ones, from the first to the last.
    behind_from         timestamptz,
    behind_to           timestamptz,
    primary key (store_id, run_id)
);

-- The ids that a scan has seen; forgotten when it is over.
create table sync_scan_id (
    store_id  text        not null,
    run_id    uuid        not null references sync_run,
    record_id bigint      not null,
    version   timestamptz,
    primary key (store_id, run_id, record_id)
);

-- What the shop's own diary says of deleted products, as stream shopify-deletions reads it.
create table product_deletion (
    store_id    text        not null,
    event_id    bigint      not null,
    product_id  bigint,
    action      text,
    happened_at timestamptz,
    deleted_at  timestamptz,
    run_number  bigint      not null,
    primary key (store_id, event_id)
);
create index product_deletion_product on product_deletion (store_id, product_id);

-- Every claim asks which stores are being worked for; only those are in this index.
create index sync_lease_busy on sync_lease (store_id) where busy;

-- What the runs that ended add up to. Counting the chunks of years again for every reading of the metrics would cost more
-- with every day, so each run adds its counts when it ends.
create table sync_total (
    store_id  text             not null,
    stream    text             not null,
    completed bigint           not null default 0,
    partial   bigint           not null default 0,
    failed    bigint           not null default 0,
    seconds   double precision not null default 0,
    written   bigint           not null default 0,
    unchanged bigint           not null default 0,
    stale     bigint           not null default 0,
    set_aside bigint           not null default 0,
    primary key (store_id, stream)
);

create function add_to_total() returns trigger language plpgsql as $$
begin
    insert into sync_total as t (store_id, stream, completed, partial, failed, seconds, written, unchanged, stale, set_aside)
    select new.store_id, new.stream,
           case new.status when 'completed' then 1 else 0 end,
           case new.status when 'partial' then 1 else 0 end,
           case new.status when 'failed' then 1 else 0 end,
           extract(epoch from new.finished_at - new.initiated_at),
           coalesce(sum(c.written), 0), coalesce(sum(c.unchanged), 0), coalesce(sum(c.stale), 0), coalesce(sum(c.set_aside), 0)
      from sync_chunk c
     where c.run_id = new.run_id
    on conflict (store_id, stream) do update
       set completed = t.completed + excluded.completed, partial = t.partial + excluded.partial,
           failed = t.failed + excluded.failed, seconds = t.seconds + excluded.seconds,
           written = t.written + excluded.written, unchanged = t.unchanged + excluded.unchanged,
           stale = t.stale + excluded.stale, set_aside = t.set_aside + excluded.set_aside;
    return null;
end $$;

create trigger sync_run_ended after update of finished_at on sync_run
    for each row when (old.finished_at is null and new.finished_at is not null)
    execute function add_to_total();

insert into sync_total (store_id, stream, completed, partial, failed, seconds, written, unchanged, stale, set_aside)
select r.store_id, r.stream,
       count(*) filter (where r.status = 'completed'), count(*) filter (where r.status = 'partial'),
       count(*) filter (where r.status = 'failed'), sum(extract(epoch from r.finished_at - r.initiated_at)),
       coalesce(sum(c.written), 0), coalesce(sum(c.unchanged), 0), coalesce(sum(c.stale), 0), coalesce(sum(c.set_aside), 0)
  from sync_run r
  left join sync_run_counts c using (run_id)
 where r.finished_at is not null
 group by r.store_id, r.stream;

create index sync_run_newest_daily on sync_run (store_id, stream, initiated_at desc, run_id desc)
    where job_type = 'DAILY_SYNC_EXECUTE';
