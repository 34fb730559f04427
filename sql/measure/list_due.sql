-- Tells which lines the run has to look at: those that it wrote, and those of runs that ended before they were measured.
-- In:  run_id, epoch.
-- Out: one row: run_id and epoch as given, due_runs (numbers of runs, a bigint array as text) and oldest_version (the oldest
--      version that they saw, as text).
select :#run_id                                                        as run_id,
       cast(:#epoch as bigint)                                         as epoch,
       coalesce(array_agg(distinct due.due_run_number), '{}')::text    as due_runs,
       coalesce(min(chunk.min_version), 'infinity')::text              as oldest_version
  from sync_transform_due due
  join sync_chunk chunk on chunk.run_id = due.due_run_id
 where due.run_id = cast(:#run_id as uuid)
