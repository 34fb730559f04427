-- Lists what the ledger has of a run's lines.
-- In:  :#run_id
-- Out: spilled, first_line, lines, accounted; a row for each chunk that was committed.
select phase <> 'file' as spilled, first_line, lines, written + unchanged + stale + set_aside as accounted
  from sync_chunk
 where run_id = cast(:#run_id as uuid)
