-- Lets the days that the run touched use up the lots that were there, first in, first out.
-- In:  run_id, epoch.
-- Out: one row: how many days' depletion changed, later days that follow from an older one included. No row when nothing
--      was touched, or when the run belongs to a later claim.
--
-- What is written follows from the tables alone, so a retry, a doubled trigger or another order of days ends the same, and
-- so does a run that is taken over meanwhile: the lease is read but not locked, because this may take longer than a lease.
with lease as (
    select run.run_id, run.store_id, coalesce(run.shop_time_zone, 'UTC') as zone
      from sync_lease lease
      join sync_run run on run.run_id = lease.run_id
     where lease.run_id = cast(:#run_id as uuid)
       and lease.epoch = cast(:#epoch as bigint)
       -- Sales are orders; a run of another stream may not know the shop's zone.
       and run.stream = 'shopify-orders'
),
touched as (
    select lease.store_id, lease.zone, array_agg(distinct touched.day) as days
      from lease
      join sync_transform_due due on due.run_id = lease.run_id
      join sync_chunk chunk on chunk.run_id = due.due_run_id
     cross join unnest(chunk.touched_days) as touched (day)
     group by lease.store_id, lease.zone
)
select deplete_lots(store_id, zone, days) as changed_days from touched
