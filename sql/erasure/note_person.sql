-- Notes whom a store must not keep, by one more id or fingerprint.
-- In:  store, kind, value, request
-- Out: number of rows noted; none when it was known.
insert into erasure_person (store_id, kind, value, request_id) values (?, ?, ?, cast(? as uuid))
    on conflict do nothing
