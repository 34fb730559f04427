-- Makes the run of the next retry; it begins at the step that would download the source's file.
-- In:  :#act_id (null: of any act), :#chunk_lines, :#retry_for_millis
-- Out: one row (outcome accepted, run_id, store_id, stream); no row when none is to be begun now.
with next as (
    select q.store_id, q.stream, q.retry_id, q.archive_run_id, q.requested_at
      from dead_letter_retry q
     where q.run_id is null
       and (cast(:#act_id as uuid) is null or q.act_id = cast(:#act_id as uuid))
       and not exists (
           select from sync_run r
            where r.store_id = q.store_id and r.stream = q.stream and r.job_type = 'DEAD_LETTER_RETRY'
              and r.status not in ('completed', 'partial', 'failed'))
     order by q.requested_at, q.retry_id
     limit 1
       for update of q skip locked
), made as (
    insert into sync_run (
           run_id, store_id, stream, job_type, status, initiator, requested_at, give_up_at, window_from, window_to,
           query_sha256, intent_at, source_started_at, lag, shop_time_zone, result_complete, chunk_lines, reading_number)
    select gen_random_uuid(), n.store_id, n.stream, 'DEAD_LETTER_RETRY', 'downloading', 'user', n.requested_at,
           now() + cast(:#retry_for_millis as bigint) * interval '1 millisecond',
           its.window_from, its.window_to, its.query_sha256, now(),
           -- Read right after the archive that its lines come from, and before every later one.
           coalesce(its.source_started_at, its.initiated_at) + interval '1 microsecond',
           interval '0', its.shop_time_zone, false, cast(:#chunk_lines as integer),
           coalesce(its.reading_number, its.run_number)
      from next n
      join sync_run its on its.run_id = n.archive_run_id
    on conflict do nothing
    returning run_id
), noted as (
    update dead_letter_retry q
       set run_id = m.run_id
      from next n
     cross join made m
     where q.store_id = n.store_id and q.retry_id = n.retry_id
)
select 'accepted' as outcome, m.run_id, n.store_id, n.stream from made m cross join next n
