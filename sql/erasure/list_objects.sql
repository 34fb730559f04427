-- Lists the objects that a request has written anew or was about to.
-- In:  store, request
-- Out: rows (object_key, sha256_before, sha256_after, bytes_after, lines, done).
select object_key, sha256_before, sha256_after, bytes_after, lines, done
  from erasure_object
 where store_id = ? and request_id = cast(? as uuid)
 order by object_key
