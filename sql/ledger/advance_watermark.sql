-- Moves the watermark, and closes the run as completed, if and only if the ledger proves that nothing is missing.
-- In:  :#run_id, :#epoch, :#step, :#started_at
-- Out: one row (run_id, advanced) when the run is complete; no row when it is not, and then nothing has changed.
--
-- The tempting version moves the mark to max(updated_at) of the batch. A record that changed while the source was still
-- scanning can end up behind that maximum, so the mark never passes the moment the scan began less the source's lag.
with lease as (
    select run_id, epoch
      from sync_lease
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
       for update
), proof as (
    select r.run_id, r.store_id, r.stream, l.epoch, r.watermark_before,
           case when c.max_version is not null then least(c.max_version, r.source_started_at - r.lag) end as safe_position
      from sync_run r
      join lease l using (run_id)
      left join sync_run_counts c using (run_id)
      left join sync_watermark w using (store_id, stream)
     where r.status = 'finalizing'
       and r.result_complete
       and r.source_started_at is not null and r.lag is not null
       and r.object_count = r.archive_lines
       and r.archive_lines = coalesce(c.lines, 0)
       and coalesce(c.lines, 0) = coalesce(c.accounted, 0)
       and coalesce(r.root_object_count, c.roots, 0) = coalesce(c.roots, 0)
       and not exists (select from sync_spill s where s.run_id = r.run_id)
       and not exists (select from dead_letter d
                        where d.store_id = r.store_id and d.stream = r.stream and d.state = 'open')
       -- Somebody moved the mark while this run was under way: what it read no longer joins on to it.
       and w.value is not distinct from r.watermark_before
), moved as (
    insert into sync_watermark (store_id, stream, value, run_id, epoch)
    select store_id, stream, safe_position, run_id, epoch
      from proof
     where safe_position is not null
    on conflict (store_id, stream) do update
       set value = excluded.value, run_id = excluded.run_id, epoch = excluded.epoch, moved_at = now()
     where sync_watermark.value < excluded.value
    returning store_id, stream, value, run_id, epoch
), remembered as (
    insert into sync_watermark_history (store_id, stream, kind, value_before, value, run_id, epoch, actor)
    select m.store_id, m.stream, 'advance', p.watermark_before, m.value, m.run_id, m.epoch, 'run'
      from moved m
      join proof p using (run_id)
), closed as (
    update sync_run r
       set status = 'completed', finished_at = now(), waiting_for = null,
           watermark_after = coalesce(m.value, p.watermark_before),
           watermark_advanced = m.value is not null,
           held_reason = case
               when m.value is not null then null
               when p.safe_position is null then 'The source proved that nothing changed in the window, so there is no newer position.'
               else 'Everything in the window is at or before the watermark, so there is no newer position.'
           end
      from proof p
      left join moved m using (run_id)
     where r.run_id = p.run_id
    returning r.run_id, r.watermark_advanced
), freed as (
    update sync_lease l
       set busy = false, expires_at = now()
      from closed c
     where l.run_id = c.run_id
), told as (
    insert into sync_step (run_id, step_number, step, outcome, epoch, started_at, counts)
    select c.run_id, 1 + (select count(*) from sync_step s where s.run_id = c.run_id), :#step, 'done',
           cast(:#epoch as bigint), cast(:#started_at as timestamptz), jsonb_build_object('advanced', c.watermark_advanced)
      from closed c
)
select run_id, watermark_advanced as advanced from closed
