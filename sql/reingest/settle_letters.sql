-- Settles again what loading an old archive has set aside for the second time: the same bytes were settled before.
-- In:  :#run_id, :#epoch
-- Out: number of letters settled; none when the run was taken over.
--
-- Without this an old archive could hold today's watermark by a record that has long been mended.
with lease as (
    select r.run_id, r.store_id, r.stream, r.archive_run_id
      from sync_lease l
      join sync_run r using (run_id)
     where l.run_id = cast(:#run_id as uuid) and l.epoch = cast(:#epoch as bigint)
       for share of l
)
update dead_letter d
   set state = before.state, settled_at = now(), settled_by = 'reingest',
       settled_reason = 'settled before: ' || coalesce(before.settled_reason, before.state)
  from lease
 cross join lateral (
       select p.record_key, p.raw_sha256, p.state, p.settled_reason
         from dead_letter p
        where p.store_id = lease.store_id and p.stream = lease.stream and p.state in ('resolved', 'discarded')) before
 where d.store_id = lease.store_id and d.stream = lease.stream and d.state = 'open' and d.run_id = lease.run_id
   and before.record_key = d.record_key and before.raw_sha256 = d.raw_sha256
