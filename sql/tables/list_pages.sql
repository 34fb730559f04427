-- Lists the pages of a run, in the order they were read.
-- In:  :#run_id
-- Out: a row for each (page_number, object_key, sha256, bytes, rows, value, cursor).
select page_number, object_key, sha256, bytes, rows, value, cursor
  from sync_table_page
 where run_id = cast(:#run_id as uuid)
 order by page_number
