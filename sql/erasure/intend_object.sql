-- Notes that an object is about to be written anew.
-- In:  store, request, key, digest before, digest after, bytes after, lines
-- Out: number of rows written.
insert into erasure_object as o (store_id, request_id, object_key, sha256_before, sha256_after, bytes_after, lines)
values (?, cast(? as uuid), ?, ?, ?, ?, ?)
    on conflict (store_id, request_id, object_key) do update
   set sha256_before = excluded.sha256_before, sha256_after = excluded.sha256_after, bytes_after = excluded.bytes_after,
       lines = o.lines + excluded.lines, done = false, written_at = now()
