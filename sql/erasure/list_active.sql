-- Lists a store's runs that have not ended.
-- In:  store
-- Out: rows (run_id).
select cast(run_id as text) as run_id from sync_run where store_id = ? and status not in ('completed', 'partial', 'failed')
