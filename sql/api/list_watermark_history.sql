-- The moves of watermarks, newest first, as JSON text.
-- In:  store, stream (each may be null), limit
-- Out: one row: {"items": [...]}
with moves as (
    select h.*
      from sync_watermark_history h
     where (cast(:#store as text) is null or h.store_id = cast(:#store as text))
       and (cast(:#stream as text) is null or h.stream = cast(:#stream as text))
     order by h.history_id desc
     limit cast(:#limit as integer)
)
select cast(json_build_object('items', coalesce(json_agg(json_build_object(
           'store', m.store_id,
           'stream', m.stream,
           'kind', m.kind,
           'value_before', coalesce(utc_text(m.value_before), m.value_text_before),
           'value', coalesce(utc_text(m.value), m.value_text),
           'cursor', m.cursor,
           'run_id', m.run_id,
           'epoch', m.epoch,
           'actor', m.actor,
           'reason', m.reason,
           'moved_at', utc_text(m.moved_at)
       ) order by m.history_id desc), '[]')) as text)
  from moves m
