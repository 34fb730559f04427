-- Makes the run that loads the next archive of an open request; it begins at the step after the download.
-- In:  :#request_id (null: of any request), :#chunk_lines, :#retry_for_millis
-- Out: one row (outcome accepted, run_id, store_id, stream, request_id); no row when none is to be begun now.
with next as (
    select q.store_id, q.stream, q.request_id, q.position, q.archive_run_id, q.manifest, q.requested_at
      from sync_reingest q
     where q.run_id is null
       and (cast(:#request_id as uuid) is null or q.request_id = cast(:#request_id as uuid))
       and exists (
           select from sync_reingest_open o
            where o.store_id = q.store_id and o.stream = q.stream and o.request_id = q.request_id and o.position = q.position)
       -- One after the other: what an archive holds is judged against those before it.
       and not exists (
           select from sync_run r
            where r.store_id = q.store_id and r.stream = q.stream and r.job_type = 'REINGEST_EXECUTE'
              and r.status not in ('completed', 'partial', 'failed'))
     order by q.requested_at, q.request_id, q.position
     limit 1
       for update of q skip locked
), made as (
    insert into sync_run (
           run_id, store_id, stream, job_type, status, initiator, requested_at, give_up_at, window_from, window_to,
           query_sha256, intent_at, source_started_at, lag, shop_time_zone, operation_status, result_complete,
           object_count, root_object_count, file_size, archive_key, archive_sha256, archive_bytes, archive_lines,
           archive_roots, chunk_lines, archive_run_id, reading_number)
    select gen_random_uuid(), n.store_id, n.stream, 'REINGEST_EXECUTE', 'upserting', 'user', n.requested_at,
           now() + cast(:#retry_for_millis as bigint) * interval '1 millisecond',
           cast(n.manifest -> 'window' ->> 'from' as timestamptz), cast(n.manifest -> 'window' ->> 'to' as timestamptz),
           n.manifest ->> 'query_sha256', now(), cast(n.manifest ->> 'source_started_at' as timestamptz), interval '0',
           coalesce(n.manifest ->> 'shop_time_zone', read.shop_time_zone, 'UTC'),
           case when cast(n.manifest ->> 'complete' as boolean) then 'COMPLETED' else 'FAILED' end,
           cast(n.manifest ->> 'complete' as boolean),
           cast(n.manifest ->> 'lines' as bigint), cast(n.manifest ->> 'roots' as bigint), cast(n.manifest ->> 'bytes' as bigint),
           n.manifest ->> 'key', n.manifest ->> 'sha256', cast(n.manifest ->> 'bytes' as bigint),
           cast(n.manifest ->> 'lines' as bigint), cast(n.manifest ->> 'roots' as bigint),
           cast(:#chunk_lines as integer), n.archive_run_id, read.number
      from next n
      left join lateral (
           select coalesce(o.reading_number, o.run_number) as number, o.shop_time_zone
             from sync_run o
            where o.run_id = n.archive_run_id or o.archive_run_id = n.archive_run_id
            order by o.run_number
            limit 1) read on true
    on conflict do nothing
    returning run_id
), noted as (
    update sync_reingest q
       set run_id = m.run_id
      from next n
     cross join made m
     where q.store_id = n.store_id and q.stream = n.stream and q.request_id = n.request_id and q.position = n.position
)
select 'accepted' as outcome, m.run_id, n.store_id, n.stream, n.request_id from made m cross join next n
