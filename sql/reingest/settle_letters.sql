-- Settles again what loading old archives has set aside for the second time: the same bytes were settled before.
-- In:  :#run_id, :#epoch
-- Out: number of letters settled; none when the run was taken over or the request has archives left.
--
-- Without this an old archive could hold today's watermark by a record that has long been mended. It waits for the last
-- archive, because an open letter also keeps children from being marked as removed, as it did when the runs were first loaded.
with request as (
    select q.store_id, q.stream, q.request_id
      from sync_lease l
      join sync_reingest q on q.store_id = l.store_id and q.stream = l.stream and q.run_id = l.run_id
     where l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as bigint)
       and not exists (
           select from sync_reingest left_over
            where left_over.store_id = q.store_id and left_over.stream = q.stream
              and left_over.request_id = q.request_id and left_over.run_id is null)
       for share of l
), loaded as (
    select q.run_id
      from sync_reingest q
      join request using (store_id, stream, request_id)
)
update dead_letter d
   set state = before.state, settled_at = now(), settled_by = 'reingest',
       settled_reason = 'settled before: ' || coalesce(before.settled_reason, before.state)
  from request
 cross join lateral (
       select p.record_key, p.raw_sha256, p.state, p.settled_reason
         from dead_letter p
        where p.store_id = request.store_id and p.stream = request.stream and p.state in ('resolved', 'retried', 'discarded')) before
 where d.store_id = request.store_id and d.stream = request.stream and d.state = 'open'
   and d.run_id in (select run_id from loaded)
   and before.record_key = d.record_key and before.raw_sha256 = d.raw_sha256
