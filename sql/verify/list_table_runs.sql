-- Lists the runs that read a table, with what the ledger says of each.
-- In:  store, stream
-- Out: one row per run: what was archived, what its pages add up to, and whether it began where the table begins.
select cast(r.run_id as text) as run_id, r.status, coalesce(r.source_started_at, r.initiated_at) as started_at,
       cast(cast(coalesce(r.source_started_at, r.initiated_at) at time zone 'UTC' as date) as text) as day,
       r.archive_key, r.archive_lines, r.object_count, coalesce(c.lines, 0) as lines, coalesce(c.accounted, 0) as accounted,
       w.mode = 'whole' as whole, w.value_before is null and w.cursor_before is null as from_the_beginning
  from sync_run r
  left join sync_run_counts c using (run_id)
  left join sync_table_window w using (run_id)
 where r.store_id = ? and r.stream = ?
 order by r.run_number
