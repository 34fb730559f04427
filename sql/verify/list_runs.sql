-- Lists the runs of a stream with what the ledger says of each.
-- In:  store, stream
-- Out: one row per run: what it asked for, what was archived, what the chunks add up to, and where they do not join on.
select cast(r.run_id as text) as run_id, cast(r.archive_run_id as text) as archive_run_id, r.job_type, r.status,
       coalesce(r.reading_number, r.run_number) as number, r.run_number,
       coalesce(r.source_started_at, r.initiated_at) as started_at,
       cast(cast(coalesce(r.source_started_at, r.initiated_at) at time zone 'UTC' as date) as text) as day,
       r.window_from, r.window_to, r.archive_key, r.archive_sha256, r.archive_bytes, r.archive_lines, r.archive_roots,
       r.object_count, r.result_complete,
       coalesce(c.lines, 0) as lines, coalesce(c.roots, 0) as roots, coalesce(c.written, 0) as written,
       coalesce(c.accounted, 0) as accounted,
       (select count(*)
          from (select k.first_line, lag(k.first_line + k.lines, 1, cast(1 as int8)) over (order by k.first_line) as wanted
                  from sync_chunk k
                 where k.run_id = r.run_id and k.phase = 'file') cut
         where cut.first_line <> cut.wanted) as breaks,
       (select count(*) from sync_spill s where s.run_id = r.run_id) as spilled
  from sync_run r
  left join sync_run_counts c using (run_id)
 where r.store_id = ? and r.stream = ?
   -- Scans load no records.
   and r.job_type not in ('RECONCILE_EXECUTE', 'VERIFY_EXECUTE')
 order by r.run_number
