-- Lists whom a store must not keep.
-- In:  store
-- Out: rows (kind, value, request_id).
select kind, value, cast(request_id as text) as request_id from erasure_person where store_id = ?
