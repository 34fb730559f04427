-- Lists the runs whose end a request waits for.
-- In:  store, request
-- Out: rows (run_id, stream, status).
select cast(r.run_id as text) as run_id, r.stream, r.status
  from erasure_request q
  join sync_run r on r.run_id = any (q.awaited)
 where q.store_id = ? and q.request_id = cast(? as uuid) and r.status not in ('completed', 'partial', 'failed')
 order by r.run_number
