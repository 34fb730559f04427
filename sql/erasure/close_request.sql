-- Ends a request with its receipt.
-- In:  receipt as JSON, store, request
-- Out: number of requests changed.
update erasure_request
   set state = 'done', finished_at = now(), waiting_for = null, receipt = cast(? as jsonb)
 where store_id = ? and request_id = cast(? as uuid) and state = 'open'
