-- Settles a delivery that changes no record.
-- In:  :#store_id, :#delivery_id, :#epoch, :#outcome
-- Out: one row (delivery_id); none when another claim has the delivery.
with settled as (
    update webhook_delivery
       set state = 'processed', outcome = :#outcome, settled_at = now(), claimed_until = null, error = null
     where store_id = :#store_id and delivery_id = :#delivery_id and state = 'processing' and epoch = cast(:#epoch as int8)
    returning store_id, delivery_id
), letters as (
    update dead_letter l
       set state = 'retried', settled_at = now(), settled_by = 'delivery',
           settled_reason = 'delivery ' || s.delivery_id || ' was processed'
      from settled s
     where l.store_id = s.store_id and l.delivery_id = s.delivery_id and l.state = 'open'
)
select delivery_id from settled
