-- Closes a run that has loaded an archive again; the watermark is never looked at to move it.
-- In:  :#run_id, :#epoch, :#step, :#started_at
-- Out: one row (run_id, status); none when the run was taken over.
--
-- Complete means that every archived line is accounted for and none of it is set aside; that the source's own result was
-- not complete then is no fault of this run.
with lease as (
    update sync_lease
       set busy = false, expires_at = now()
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
    returning run_id
), facts as (
    select r.run_id, r.store_id, r.stream, w.value as watermark, r.archive_lines, r.archive_roots,
           coalesce(c.lines, 0) as lines, coalesce(c.roots, 0) as roots, coalesce(c.accounted, 0) as accounted,
           (select count(*) from dead_letter d
             where d.store_id = r.store_id and d.stream = r.stream and d.state = 'open' and d.run_id = r.run_id) as open_letters
      from sync_run r
      join lease using (run_id)
      left join sync_run_counts c using (run_id)
      left join sync_watermark w using (store_id, stream)
     where r.status = 'finalizing'
), verdict as (
    select f.*,
           case
               when f.lines <> f.archive_lines or f.accounted <> f.lines or f.roots <> f.archive_roots then 'failed'
               when f.open_letters > 0 then 'partial'
               else 'completed'
           end as status
      from facts f
), closed as (
    update sync_run r
       set status = v.status, finished_at = now(), waiting_for = null,
           watermark_before = v.watermark, watermark_after = v.watermark, watermark_advanced = false,
           held_reason = 'A reingest loads what is archived; it never moves the watermark.',
           failures = r.failures || case v.status
               when 'failed' then jsonb_build_array(jsonb_build_object('step', cast(:#step as text), 'code', 'count_mismatch',
                   'message', format('The archive has %s lines and %s roots, the ledger %s lines and %s roots, of which %s lines are accounted for.',
                                     v.archive_lines, v.archive_roots, v.lines, v.roots, v.accounted)))
               when 'partial' then jsonb_build_array(jsonb_build_object('step', cast(:#step as text), 'code', 'set_aside',
                   'message', format('%s record(s) of the archive are set aside in the dead letters.', v.open_letters)))
               else '[]' end
      from verdict v
     where r.run_id = v.run_id
    returning r.run_id, r.status
), told as (
    insert into sync_step (run_id, step_number, step, outcome, epoch, started_at)
    select c.run_id, 1 + (select count(*) from sync_step s where s.run_id = c.run_id), :#step,
           case c.status when 'completed' then 'done' else c.status end,
           cast(:#epoch as bigint), cast(:#started_at as timestamptz)
      from closed c
)
select run_id, status from closed
