-- Keeps the id of the bulk operation that the source has accepted.
-- In:  :#run_id, :#epoch, :#operation_id, :#operation_status, :#source_started_at (when it was created, by the source's clock)
-- Out: one row (run_id); none when the run was taken over.
with fence as (
    select run_id
      from sync_lease
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
       for share
)
update sync_run r
   set operation_id = :#operation_id, operation_status = :#operation_status,
       -- The earlier of the two readings of the source's clock is the safe one.
       source_started_at = least(r.source_started_at, cast(:#source_started_at as timestamptz))
  from fence f
 where r.run_id = f.run_id
returning r.run_id
