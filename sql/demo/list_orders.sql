-- Every order as the table has it, to be compared with the shop's own truth.
-- In:  store.
-- Out: one row each: order_id, updated_at, total, line_items (without removed ones).
select h.order_id, h.updated_at, h.total,
       (select count(*) from order_line_item l
         where l.store_id = h.store_id and l.order_id = h.order_id and l.removed_at is null) as line_items
  from order_header h
 where h.store_id = ? and h.deleted_at is null
 order by h.order_id
