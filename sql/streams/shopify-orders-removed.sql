-- Marks line items that the newest snapshot of their order no longer has as removed, when the whole file is loaded.
-- In:  the run and its epoch; :#shop_time_zone
-- Out: one row (removed); no row when the run was taken over, and then nothing has changed.
--
-- A line carries the version of the order it was read with and the run that wrote it. Every line in the file was written
-- along with its order, so one that is older than its order was not there. Orders that did not exist before cannot have
-- lost lines, and what an order had before this run's oldest version is not this run's to judge.
with lease as materialized (
    select l.epoch
      from sync_lease l
     where l.store_id = :#store_id and l.stream = :#stream and l.job_type = :#job_type
       and l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as int8)
       for share
), seen as materialized (
    select c.min_version
      from sync_run_counts c
     cross join lease
     where c.run_id = cast(:#run_id as uuid)
       and c.replaced > 0
       -- A line that could not be read may be any order's child.
       and not exists (
           select from dead_letter d
            where d.store_id = :#store_id and d.stream = :#stream and d.state = 'open' and d.record_key like 'sha256:%')
), removed as (
    update order_line_item l
       set removed_at = h.updated_at, run_number = cast(:#run_number as int8)
      from order_header h
     cross join seen
     where h.store_id = :#store_id
       and h.updated_at >= seen.min_version
       and l.store_id = h.store_id
       and l.order_id = h.order_id
       and l.removed_at is null
       and (l.order_updated_at, l.run_number) < (h.updated_at, h.run_number)
       -- Written by the same run means that it was in the same file, if after an older reading of its order.
       and l.run_number <> h.run_number
       -- What is set aside is in the file after all.
       and not exists (
           select from dead_letter d
            where d.store_id = :#store_id and d.stream = :#stream and d.state = 'open'
              and d.record_key in ('order_line_item:' || l.line_item_id, 'order_header:' || l.order_id))
    returning coalesce(h.processed_at, h.created_at) as moment
), noted as (
    -- A ledger row of no lines: the days it touched count like those of the chunks.
    insert into sync_chunk (run_id, phase, first_line, lines, roots, written, unchanged, stale, set_aside, spilled, touched_days, epoch)
    select cast(:#run_id as uuid), 'removal', 0, 0, 0, 0, 0, 0, 0, 0,
           array(select distinct cast(moment at time zone :#shop_time_zone as date) from removed where moment is not null),
           lease.epoch
      from lease
     where exists (select from removed)
    on conflict (run_id, phase, first_line) do update
       set touched_days = array(select unnest(sync_chunk.touched_days) union select unnest(excluded.touched_days)),
           epoch = excluded.epoch
)
select (select count(*) from removed) as removed from lease
