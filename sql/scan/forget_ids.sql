-- Forgets the ids that a scan has noted.
-- In:  :#store, :#run_id
-- Out: the number of ids forgotten.
delete from sync_scan_id
 where store_id = :#store and run_id = cast(:#run_id as uuid)
