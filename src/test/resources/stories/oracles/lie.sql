-- LIE: at or before the watermark less the overlap, something is missing or older than the source has it.
-- In:  the watermark and the truth, visible to searches or not: the mark vouches for it either way.
-- Out: one sentence per order.
select format('order %s of %s, before the mark %s, %s', v.order_id, v.updated_at, w.value, truth.difference(v))
  from truth.setting s
  join sync_watermark w on w.store_id = s.store_id and w.stream = s.stream
 cross join lateral truth.due(w.value - s.overlap, false) v
 where truth.difference(v) is not null
