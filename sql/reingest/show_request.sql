-- Tells how far a request has got.
-- In:  :#request_id
-- Out: one row per archive, in order: position, archive_run_id, run_id (null: not begun), status.
select q.position, cast(q.archive_run_id as text) as archive_run_id, cast(q.run_id as text) as run_id, r.status
  from sync_reingest q
  left join sync_run r using (run_id)
 where q.request_id = cast(:#request_id as uuid)
 order by q.position
