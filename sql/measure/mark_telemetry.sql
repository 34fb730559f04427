-- Marks the steps whose telemetry is in object storage, and tells whether the file is already behind.
-- In:  run_id, last_step (number of the last step in the file that was written).
-- Out: one row: steps_behind, the number of steps that were recorded after the file was composed.
with marked as (
    update sync_step
       set telemetry_at = now()
     where run_id = cast(:#run_id as uuid)
       and step_number <= cast(:#last_step as integer)
       and telemetry_at is null
)
-- Counts marked steps as well: two writers may cross, and the slower one may have put back a shorter file.
select count(*) as steps_behind
  from sync_step
 where run_id = cast(:#run_id as uuid)
   and step_number > cast(:#last_step as integer)
