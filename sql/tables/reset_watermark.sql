-- Takes a watermark back to the beginning, and writes down who did so and why.
-- In:  :#store, :#stream, :#actor, :#reason
-- Out: one row (value, cursor: what it was); none when there is no watermark.
with gone as (
    delete from sync_watermark
     where store_id = :#store and stream = :#stream
    returning store_id, stream, value, value_text, cursor
), remembered as (
    insert into sync_watermark_history (store_id, stream, kind, value_before, value_text_before, actor, reason)
    select store_id, stream, 'rewind', value, value_text, :#actor, :#reason
      from gone
)
select coalesce(utc_text(value), value_text) as value, cursor
  from gone
