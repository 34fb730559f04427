-- Ends a run as failed; the watermark stays where it is.
-- In:  :#run_id, :#epoch, :#step, :#started_at, :#code, :#reason
-- Out: one row (run_id); none when the run was taken over.
with fence as (
    update sync_lease
       set busy = false, expires_at = now()
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
    returning run_id
), ended as (
    update sync_run r
       set status = 'failed', finished_at = now(), waiting_for = null,
           watermark_after = (select w.value from sync_watermark w where w.store_id = r.store_id and w.stream = r.stream),
           watermark_advanced = false,
           held_reason = :#reason,
           failures = r.failures || jsonb_build_array(jsonb_build_object(
               'step', cast(:#step as text), 'code', cast(:#code as text), 'message', cast(:#reason as text)))
      from fence f
     where r.run_id = f.run_id and r.status not in ('completed', 'partial', 'failed')
    returning r.run_id
)
insert into sync_step (run_id, step_number, step, outcome, epoch, started_at, error)
select e.run_id, 1 + (select count(*) from sync_step s where s.run_id = e.run_id), :#step, 'failed',
       cast(:#epoch as bigint), cast(:#started_at as timestamptz), :#reason
  from ended e
returning run_id
