-- Closes the run of a backfill's window as completed if and only if the ledger proves that nothing is missing. The watermark
-- is not looked at and not moved.
-- In:  :#run_id, :#epoch, :#step, :#started_at
-- Out: one row (run_id) when the run is complete; no row when it is not, and then nothing has changed.
--
-- The proof is that of advance_watermark.sql, but for what is set aside: only records that this run itself has set aside
-- make its window incomplete, since the others are of other windows.
with lease as (
    select run_id, epoch
      from sync_lease
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
       for update
), proof as (
    select r.run_id
      from sync_run r
      join lease l using (run_id)
      left join sync_run_counts c using (run_id)
     where r.status = 'finalizing'
       and r.backfill_id is not null
       and r.result_complete
       and r.object_count = r.archive_lines
       and r.archive_lines = coalesce(c.lines, 0)
       and coalesce(c.lines, 0) = coalesce(c.accounted, 0)
       and coalesce(r.root_object_count, c.roots, 0) = coalesce(c.roots, 0)
       and not exists (select from sync_spill s where s.run_id = r.run_id)
       and not (coalesce(c.set_aside, 0) > 0
                and exists (select from dead_letter d
                             where d.store_id = r.store_id and d.stream = r.stream and d.state = 'open'
                               and d.last_seen_at >= r.initiated_at))
), closed as (
    update sync_run r
       set status = 'completed', finished_at = now(), waiting_for = null,
           watermark_after = (select w.value from sync_watermark w where w.store_id = r.store_id and w.stream = r.stream),
           watermark_advanced = false,
           held_reason = 'A backfill leaves the watermark where it is.'
      from proof p
     where r.run_id = p.run_id
    returning r.run_id
), freed as (
    update sync_lease l
       set busy = false, expires_at = now()
      from closed c
     where l.run_id = c.run_id
), told as (
    insert into sync_step (run_id, step_number, step, outcome, epoch, started_at, counts)
    select c.run_id, 1 + (select count(*) from sync_step s where s.run_id = c.run_id), :#step, 'done',
           cast(:#epoch as bigint), cast(:#started_at as timestamptz), '{}'
      from closed c
)
select run_id from closed
