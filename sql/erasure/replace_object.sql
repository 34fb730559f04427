-- Lets the ledger know an archived file by its new digest and size, in the runs and in requests that are to load it.
-- In:  store, request, key
-- Out: one row (runs).
with object as (
    update erasure_object o
       set done = true, written_at = now()
     where o.store_id = ? and o.request_id = cast(? as uuid) and o.object_key = ?
    returning o.store_id, o.object_key, o.sha256_after, o.bytes_after
), runs as (
    update sync_run r
       set archive_sha256 = o.sha256_after, archive_bytes = o.bytes_after
      from object o
     where r.store_id = o.store_id and r.archive_key = o.object_key
    returning r.run_id
), waiting as (
    update sync_reingest q
       set manifest = q.manifest || jsonb_build_object('sha256', o.sha256_after, 'bytes', o.bytes_after)
      from object o
     where q.store_id = o.store_id and q.manifest ->> 'key' = o.object_key
)
select count(*) as runs from runs
