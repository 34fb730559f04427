-- Lists the letters that a run retries, as far as they are still what was chosen.
-- In:  :#run_id
-- Out: rows (record_key, parent_key, line_no, archive_key, archive_sha256), in the order of the archived file.
select d.record_key, d.parent_key, d.line_no, its.archive_key, its.archive_sha256
  from dead_letter_retry q
  join sync_run its on its.run_id = q.archive_run_id
  join dead_letter d on d.store_id = q.store_id and d.retry_id = q.retry_id
 where q.run_id = cast(:#run_id as uuid)
   and d.state = 'open' and d.run_id = q.archive_run_id and d.raw_sha256 = d.retry_sha256
 order by d.line_no
