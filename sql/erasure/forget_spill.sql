-- Removes lines that runs which have ended left waiting for their parents.
-- In:  store
-- Out: number of lines removed.
delete from sync_spill s
 using sync_run r
 where r.run_id = s.run_id and r.store_id = ? and r.status in ('completed', 'partial', 'failed')
