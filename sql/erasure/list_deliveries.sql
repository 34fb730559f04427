-- Lists a store's deliveries that are settled, page by page; others are looked at when they are processed.
-- In:  store, delivery that the page follows, limit
-- Out: rows (delivery_id, stream, payload).
select delivery_id, stream, payload
  from webhook_delivery
 where store_id = ? and delivery_id > ? and state <> 'processing'
 order by delivery_id
 limit ?
