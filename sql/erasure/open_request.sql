-- Writes a request down, once for each delivery.
-- In:  store, request, kind, origin, what was asked for as JSON
-- Out: number of rows written; none when the delivery made one before.
insert into erasure_request (store_id, request_id, kind, origin, asked) values (?, cast(? as uuid), ?, ?, cast(? as jsonb))
    on conflict do nothing
