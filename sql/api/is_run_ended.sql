-- Whether a run has ended, in whatever way.
-- In:  run_id
-- Out: one row with true or false
select exists (select from sync_run where run_id = cast(:#run_id as uuid) and finished_at is not null)
