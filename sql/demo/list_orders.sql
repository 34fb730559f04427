-- Every order as the tables have it, to be compared with the shop's own truth.
-- In:  store.
-- Out: one row each: order_id, updated_at, total, line_items ('<id>x<quantity>=<total>' in the order of the ids).
select h.order_id, h.updated_at, h.total,
       coalesce((select string_agg(l.line_item_id || 'x' || l.quantity || '=' || trim_scale(l.total), ' ' order by l.line_item_id)
                   from order_line_item l
                  where l.store_id = h.store_id and l.order_id = h.order_id and l.removed_at is null), '') as line_items
  from order_header h
 where h.store_id = ? and h.deleted_at is null
 order by h.order_id
