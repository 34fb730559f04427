-- Lists runs with steps whose telemetry was not written although it should have been by now.
-- In:  nothing.
-- Out: up to 100 rows: run_id, oldest first.
select run_id::text as run_id
  from sync_step
 where telemetry_at is null
   -- The step's own process gets half a minute to write it.
   and ended_at < now() - interval '30 seconds'
 group by run_id
 order by min(ended_at)
 limit 100
