-- Makes a run that reads ids only, unless the same run was made before or another one of its kind is still active.
-- In:  :#run_id, :#store, :#stream, :#job_type, :#initiator, :#requested_at, :#retry_for_millis, :#delay_millis,
--      :#from (records made since; null: all), :#allow_mass_deletion
-- Out: one row (outcome accepted | existing | conflict, run_id); no row when another session was faster, so ask again.
with made as (
    insert into sync_run (run_id, store_id, stream, job_type, initiator, requested_at, due_at, give_up_at, window_from)
    values (cast(:#run_id as uuid), :#store, :#stream, :#job_type, :#initiator, cast(:#requested_at as timestamptz),
            now() + cast(:#delay_millis as bigint) * interval '1 millisecond',
            now() + (cast(:#delay_millis as bigint) + cast(:#retry_for_millis as bigint)) * interval '1 millisecond',
            cast(:#from as timestamptz))
    on conflict do nothing
    returning run_id, store_id, stream
), noted as (
    insert into sync_scan (store_id, run_id, stream, allow_mass_deletion)
    select store_id, run_id, stream, cast(:#allow_mass_deletion as boolean)
      from made
)
select 'accepted' as outcome, run_id
  from made
union all
select 'existing', run_id
  from sync_run
 where run_id = cast(:#run_id as uuid)
   and not exists (select from made)
union all
select 'conflict', run_id
  from sync_run
 where store_id = :#store and stream = :#stream and job_type = :#job_type
   and status not in ('completed', 'partial', 'failed')
   and run_id <> cast(:#run_id as uuid)
   and not exists (select from sync_run where run_id = cast(:#run_id as uuid))
   and not exists (select from made)
 limit 1
