-- Composes the telemetry file of a run from its step rows, whole, so that writing it again is harmless.
-- In:  run_id.
-- Out: one row: store_id, run_id, last_step (number of the last step in the file), content (one JSON line per step).
--      No row when the run has no step yet.
select run.store_id as store_id,
       run.run_id::text as run_id,
       max(step.step_number) as last_step,
       string_agg(row_to_json(shown)::text || chr(10), '' order by step.step_number) as content
  from sync_run run
  join sync_step step on step.run_id = run.run_id
 cross join lateral (
       select run.run_id                 as run_id,
              run.store_id               as store,
              run.stream                 as stream,
              run.job_type               as job_type,
              utc_text(run.initiated_at) as process_initiated_at,
              step.step                  as step,
              step.outcome               as outcome,
              step.counts                as counts,
              step.error                 as error,
              utc_text(step.started_at)  as started_at,
              utc_text(step.ended_at)    as ended_at) as shown
 where run.run_id = cast(:#run_id as uuid)
 group by run.store_id, run.run_id
