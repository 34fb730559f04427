-- Lists the pages that a run has read and committed.
-- In:  run_id
-- Out: page_number, next_cursor, lines, roots, end_offset, sha256; in order.
select page_number, next_cursor, lines, roots, end_offset, sha256
  from sync_page
 where run_id = cast(:#run_id as uuid)
 order by page_number
