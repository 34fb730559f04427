-- How far every stream of every store has got, as JSON text.
-- In:  store, stream (each may be null)
-- Out: one row: {"items": [...]}; a stream that ran but never completed has no value
--
-- Backfills never touch the watermark, so the latest run that says why it is held is the latest finished one of
-- another job type.
with watched as (
    select store_id, stream from sync_watermark
    union
    select store_id, stream from sync_run
)
select cast(json_build_object('items', coalesce(json_agg(json_build_object(
           'store', s.store_id,
           'stream', s.stream,
           'value', coalesce(utc_text(w.value), w.value_text),
           'cursor', w.cursor,
           'run_id', w.run_id,
           'moved_at', utc_text(w.moved_at),
           'behind', floor(extract(epoch from now() - w.value)),
           'held_reason', case when not l.watermark_advanced then l.held_reason end,
           'open_dead_letters', (select count(*) from dead_letter d
                                  where d.store_id = s.store_id and d.stream = s.stream and d.state = 'open'),
           'open_gaps', (select count(*) from sync_gap g
                          where g.store_id = s.store_id and g.stream = s.stream and g.state = 'open')
       ) order by s.store_id, s.stream), '[]')) as text)
  from watched s
  left join sync_watermark w using (store_id, stream)
  left join lateral (
       select r.watermark_advanced, r.held_reason
         from sync_run r
        where r.store_id = s.store_id and r.stream = s.stream
          and r.finished_at is not null and r.job_type = 'DAILY_SYNC_EXECUTE'
        order by r.initiated_at desc, r.run_id desc
        limit 1) l on true
 where (cast(:#store as text) is null or s.store_id = cast(:#store as text))
   and (cast(:#stream as text) is null or s.stream = cast(:#stream as text))
