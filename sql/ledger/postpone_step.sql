-- Lets a run wait: for its turn, or before the step is tried again.
-- In:  :#run_id, :#epoch, :#pause_millis, :#reason, :#attempts, :#poll_attempts, :#operation_status, :#next_status
-- Out: one row (run_id); none when the run was taken over.
with fence as (
    update sync_lease
       set busy = false
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
    returning run_id
)
update sync_run r
   set due_at = now() + cast(:#pause_millis as bigint) * interval '1 millisecond',
       waiting_for = :#reason,
       attempts = cast(:#attempts as integer),
       poll_attempts = cast(:#poll_attempts as integer),
       operation_status = coalesce(:#operation_status, r.operation_status),
       status = coalesce(:#next_status, r.status)
  from fence f
 where r.run_id = f.run_id
returning r.run_id
