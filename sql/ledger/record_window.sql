-- Writes what will be asked of the source before it is asked, and the gap that the floor leaves, if any.
-- In:  :#run_id, :#epoch, :#window_from, :#window_to, :#query, :#query_sha256, :#lag_millis, :#shop_time_zone,
--      :#source_now, :#gap_from, :#gap_to, :#gap_reason (null: no gap), :#unseen_before (null: the token sees all)
-- Out: one row (run_id); none when the run was taken over or its window was fixed before.
with fence as (
    select run_id
      from sync_lease
     where run_id = cast(:#run_id as uuid) and epoch = cast(:#epoch as bigint)
       for share
), fixed as (
    update sync_run r
       set window_from = cast(:#window_from as timestamptz), window_to = cast(:#window_to as timestamptz),
           query = :#query, query_sha256 = :#query_sha256, intent_at = now(),
           lag = cast(:#lag_millis as bigint) * interval '1 millisecond',
           shop_time_zone = :#shop_time_zone,
           source_started_at = cast(:#source_now as timestamptz),
           watermark_before = (select w.value from sync_watermark w where w.store_id = r.store_id and w.stream = r.stream)
      from fence f
     where r.run_id = f.run_id and r.intent_at is null
    returning r.run_id, r.store_id, r.stream, r.window_from, r.window_to, r.query, r.query_sha256, r.intent_at, r.source_started_at
), floored as (
    insert into sync_gap (store_id, stream, gap_from, gap_to, reason, run_id)
    select store_id, stream, cast(:#gap_from as timestamptz), cast(:#gap_to as timestamptz), :#gap_reason, run_id
      from fixed
     where cast(:#gap_reason as text) is not null
       -- The same gap is told once, however many runs start from the same place.
       and not exists (select from sync_gap g
                        where g.store_id = fixed.store_id and g.stream = fixed.stream and g.state = 'open'
                          and g.reason = :#gap_reason
                          and g.gap_from is not distinct from cast(:#gap_from as timestamptz))
), unseen as (
    insert into sync_gap (store_id, stream, gap_from, gap_to, reason, run_id)
    select store_id, stream, cast(:#window_from as timestamptz), cast(:#unseen_before as timestamptz), 'missing_scope', run_id
      from fixed
     where cast(:#unseen_before as timestamptz) is not null
       and not exists (select from sync_gap g
                        where g.store_id = fixed.store_id and g.stream = fixed.stream and g.state = 'open'
                          and g.reason = 'missing_scope')
)
select run_id, window_from, window_to, query, query_sha256, intent_at, source_started_at from fixed
