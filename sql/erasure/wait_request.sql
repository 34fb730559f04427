-- Says what a request waits for; null: for nothing.
-- In:  what, store, request
-- Out: number of requests changed.
update erasure_request set waiting_for = ? where store_id = ? and request_id = cast(? as uuid)
