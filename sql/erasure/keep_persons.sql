-- Keeps with a request by what else its person is known, for the attempt after a crash.
-- In:  ids and fingerprints by kind as JSON, store, request
-- Out: number of requests changed.
update erasure_request set asked = cast(? as jsonb) where store_id = ? and request_id = cast(? as uuid)
