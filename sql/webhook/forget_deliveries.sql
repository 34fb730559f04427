-- Removes deliveries that were processed long ago, a bounded number of them.
-- In:  :#kept_millis (how long they are kept), :#limit
-- Out: one row (removed); fewer than the limit when no more are left
--
-- Dead letters and what waits are never removed, nor what suspended a source: that is the one event whose effect a
-- duplicate would repeat. A duplicate of any other is decided by its version, or names what is done already. Of an equal
-- version it would be decided by what happened later; that is why it is noted up to when nothing can be compared any more.
with old as materialized (
    select store_id, delivery_id
      from webhook_delivery
     where state = 'processed'
       and settled_at < now() - cast(:#kept_millis as int8) * interval '1 millisecond'
       -- It is settled after it was received, and the index knows which blocks were filled when.
       and received_at < now() - cast(:#kept_millis as int8) * interval '1 millisecond'
       and outcome is distinct from 'suspended'
     limit :#limit
       for update skip locked
), removed as (
    delete from webhook_delivery d
     using old
     where d.store_id = old.store_id and d.delivery_id = old.delivery_id
    -- A sender's clock that is ahead must not make us forget what is still to come.
    returning d.store_id, d.source, least(d.triggered_at, d.received_at) as happened_at
), noted as (
    insert into webhook_forgotten as f (store_id, source, happened_until, removed)
    select store_id, source, max(happened_at), count(*)
      from removed
     group by store_id, source
    on conflict (store_id, source) do update
       set happened_until = greatest(f.happened_until, excluded.happened_until),
           removed = f.removed + excluded.removed,
           removed_at = now()
)
select count(*) as removed from removed
