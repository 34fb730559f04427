-- REGRESS: a watermark fell.
-- In:  what the watcher saw and what the history says.
-- Out: one sentence per fall.
select format('the mark of %s/%s fell from %s to %s', store_id, stream, previous, value)
  from (select *, lag(value) over (partition by store_id, stream order by log_number) as previous
          from truth.watermark_log) log
 where value < previous
union all
select format('the history of %s/%s falls from %s to %s', store_id, stream, previous, value)
  from (select *, lag(value) over (partition by store_id, stream order by history_id) as previous
          from sync_watermark_history) history
 where value < previous and kind <> 'rewind'
union all
select format('the mark of %s/%s is %s and its history ends with %s', w.store_id, w.stream, w.value, h.value)
  from sync_watermark w
  left join lateral (select value from sync_watermark_history h
                      where h.store_id = w.store_id and h.stream = w.stream
                      order by history_id desc limit 1) h on true
 where w.value is distinct from h.value
