-- Shows requests, newest first, as JSON text.
-- In:  store (null: any), state (null: any), request (null: any)
-- Out: rows (document as JSON text).
select cast(json_build_object(
           'request_id', q.request_id, 'store', q.store_id, 'kind', q.kind, 'state', q.state, 'origin', q.origin,
           'asked', q.asked, 'requested_at', utc_text(q.requested_at), 'due_at', utc_text(q.due_at),
           'days_left', floor(extract(epoch from q.due_at - now()) / 86400),
           'waiting_for', q.waiting_for, 'steps', to_jsonb(q.steps), 'finished_at', utc_text(q.finished_at),
           'receipt', q.receipt) as text) as document
  from erasure_request q,
       (select cast(? as text) as store_id, cast(? as text) as state, cast(? as uuid) as request_id) asked
 where (asked.store_id is null or q.store_id = asked.store_id)
   and (asked.state is null or q.state = asked.state)
   and (asked.request_id is null or q.request_id = asked.request_id)
 order by q.requested_at desc, q.request_id desc
