-- Notes that a store's app was uninstalled, so that its runs end with that word, and settles the delivery.
-- In:  :#store_id, :#delivery_id, :#epoch, :#reason, :#token_sha256 (of the token that is in use)
-- Out: one row (delivery_id); none when another claim has the delivery.
with settled as (
    update webhook_delivery
       set state = 'processed', outcome = 'suspended', settled_at = now(), claimed_until = null, error = null
     where store_id = :#store_id and delivery_id = :#delivery_id and state = 'processing' and epoch = cast(:#epoch as int8)
    returning store_id, delivery_id, source, coalesce(triggered_at, received_at) as suspended_at
), suspended as (
    insert into store_suspension as s (store_id, source, suspended_at, reason, delivery_id, token_sha256)
    select store_id, source, suspended_at, :#reason, delivery_id, :#token_sha256
      from settled
    on conflict (store_id, source) do update
       set (suspended_at, reason, delivery_id, token_sha256)
         = (excluded.suspended_at, excluded.reason, excluded.delivery_id, excluded.token_sha256)
     where s.suspended_at <= excluded.suspended_at
)
select delivery_id from settled
