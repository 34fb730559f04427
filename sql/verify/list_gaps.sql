-- Lists the open gaps of a stream.
-- In:  store, stream
-- Out: gap_from, gap_to, reason.
select utc_text(gap_from) as gap_from, utc_text(gap_to) as gap_to, reason
  from sync_gap
 where store_id = ? and stream = ? and state = 'open'
 order by gap_to
