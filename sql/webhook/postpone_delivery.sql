-- Lets a delivery wait before it is tried again.
-- In:  :#store_id, :#delivery_id, :#epoch, :#pause_millis, :#reason, :#counts (false: this attempt does not count)
-- Out: one row (delivery_id); none when another claim has the delivery.
update webhook_delivery
   set due_at = now() + cast(:#pause_millis as int8) * interval '1 millisecond', claimed_until = null, error = :#reason,
       attempts = case when cast(:#counts as boolean) then attempts else greatest(attempts - 1, 0) end
 where store_id = :#store_id and delivery_id = :#delivery_id and state = 'processing' and epoch = cast(:#epoch as int8)
returning delivery_id
