-- Takes note of windows whose run has ended.
-- In:  nothing.
-- Out: number of windows that ended.
update backfill_window w
   set state = r.status
  from sync_run r
 where w.state = 'running' and r.run_id = w.run_id and r.finished_at is not null
