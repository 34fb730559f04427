-- Lists what the ledger knows of a stream's archives.
-- In:  :#store, :#stream
-- Out: one row per run with an archive of its own: run_id (text), status, archive_key, archive_sha256, source_started_at, and loaded, whether every archived line is accounted for.
select cast(r.run_id as text) as run_id, r.status, r.archive_key, r.archive_sha256, r.source_started_at,
       r.archive_lines = coalesce(c.lines, 0) and coalesce(c.lines, 0) = coalesce(c.accounted, 0) as loaded
  from sync_run r
  left join sync_run_counts c using (run_id)
 where r.store_id = :#store and r.stream = :#stream and r.archive_key is not null and r.archive_run_id is null
   -- A scan has ids only, nothing to load again.
   and r.job_type not in ('RECONCILE_EXECUTE', 'VERIFY_EXECUTE')
