-- Keeps the levels of a store as they are today, once for each day, item and location.
-- In:  run_id, epoch.
-- Out: the number of rows written; 0 when the day's snapshot was the same, when the run is of another stream, and when it
--      belongs to a later claim.
--
-- The day is the shop's on which the scan began, so a step that is tried again after midnight writes the same day.
with lease as (
    select run.store_id,
           (coalesce(run.source_started_at, run.initiated_at) at time zone coalesce(run.shop_time_zone, 'UTC'))::date as day
      from sync_lease lease
      join sync_run run on run.run_id = lease.run_id
     where lease.run_id = cast(:#run_id as uuid)
       and lease.epoch = cast(:#epoch as bigint)
       and run.stream = 'shopify-inventory'
       for share of lease
)
insert into inventory_snapshot as stored
       (store_id, source_ref_id, day, inventory_item_id, location_id, available, on_hand, committed, incoming)
select lease.store_id, to_char(lease.day, 'YYYYMMDD')::integer, lease.day, level.inventory_item_id, level.location_id,
       level.available, level.on_hand, level.committed, level.incoming
  from lease
  join inventory_level level on level.store_id = lease.store_id and level.removed_at is null
    on conflict (store_id, source_ref_id, inventory_item_id, location_id) where source_ref_id is not null do update
   set available = excluded.available,
       on_hand = excluded.on_hand,
       committed = excluded.committed,
       incoming = excluded.incoming,
       taken_at = now()
 where (stored.available, stored.on_hand, stored.committed, stored.incoming)
       is distinct from (excluded.available, excluded.on_hand, excluded.committed, excluded.incoming)
