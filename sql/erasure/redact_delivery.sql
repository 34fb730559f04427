-- Replaces a delivery's payload; its digest stays, so that the same event is still known when it comes again.
-- In:  payload, store, delivery
-- Out: number of deliveries changed.
update webhook_delivery set payload = ?, headers = '{}' where store_id = ? and delivery_id = ?
