-- Writes that a step is done and what comes next.
-- In:  :#run_id, :#epoch, :#step, :#next_status, :#counts (JSON), :#started_at, :#pause_millis
-- Out: one row (run_id); none when the run was taken over.
with fence as (
    update sync_lease
       set busy = false
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
    returning run_id
), moved as (
    update sync_run r
       set status = :#next_status, attempts = 0, waiting_for = null,
           due_at = now() + cast(:#pause_millis as bigint) * interval '1 millisecond'
      from fence f
     where r.run_id = f.run_id and r.status = :#step
    returning r.run_id
)
insert into sync_step (run_id, step_number, step, outcome, epoch, started_at, counts)
select m.run_id, 1 + (select count(*) from sync_step s where s.run_id = m.run_id), :#step, 'done',
       cast(:#epoch as bigint), cast(:#started_at as timestamptz), cast(:#counts as jsonb)
  from moved m
returning run_id
