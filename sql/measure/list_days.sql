-- Lists the days that the run has to measure again, in parts of 128 calendar days so that memory stays bounded.
-- In:  run_id, epoch.
-- Out: one row per part: store_id, zone, measured_at, sales_days and performance_days (date arrays as text), how
--      many they are, and lot_revisions (a bigint array as text, beside sales_days).
--      No row when nothing was touched, or when the run belongs to a later claim.
--
-- Sales of a day changed when an order of that day was touched. Performance looks back 30 days, so each touched day
-- changes the 30 days that begin with it; days after the scan began are not over and are not measured yet. Days that
-- began since the run before are due even when they saw no order. So are days on which lots were used up otherwise than
-- was last written: an older day's sales or a receipt changes what later days have cost.
with run as (
    select run.run_id,
           run.store_id,
           run.stream,
           coalesce(run.shop_time_zone, 'UTC') as zone,
           (coalesce(run.source_started_at, run.window_to, run.initiated_at)
               at time zone coalesce(run.shop_time_zone, 'UTC'))::date as as_of
      from sync_run run
      join sync_lease lease on lease.run_id = run.run_id
     where run.run_id = cast(:#run_id as uuid)
       and lease.epoch = cast(:#epoch as bigint)
),
measured_before as (
    select max((coalesce(earlier.source_started_at, earlier.window_to, earlier.initiated_at)
               at time zone run.zone)::date) as as_of
      from run
      join sync_run earlier on earlier.store_id = run.store_id and earlier.stream = run.stream
      join sync_step step on step.run_id = earlier.run_id
     where step.step = 'transforming' and step.outcome = 'done'
),
delivered as (
    -- Days that deliveries have touched since the last time, and in the day before it: one that was being written while the
    -- days were read is measured twice rather than never.
    select touched.day
      from run
      join webhook_day touched on touched.store_id = run.store_id and touched.stream = run.stream
     where touched.touched_at >= coalesce((
               select max(step.started_at) - interval '1 day'
                 from sync_run earlier
                 join sync_step step on step.run_id = earlier.run_id
                where earlier.store_id = run.store_id and earlier.stream = run.stream
                  and step.step = 'transforming' and step.outcome = 'done'), '-infinity')
),
touched as (
    select distinct touched.day
      from run
      join sync_transform_due due on due.run_id = run.run_id
      join sync_chunk chunk on chunk.run_id = due.due_run_id
     cross join unnest(chunk.touched_days) as touched (day)
     union
    select day from delivered
),
performed as (
    select touched.day + following.days as day
      from run
     cross join touched
     cross join generate_series(0, 29) as following (days)
     -- An archive of long ago that is loaded again changes days that were measured since.
     where touched.day + following.days <= greatest(run.as_of, (select as_of from measured_before))
     union
    select measured_before.as_of + following.days
      from run
     cross join measured_before
     cross join generate_series(1, run.as_of - measured_before.as_of) as following (days)
),
sold as (
    select day from touched
     union
    -- An order that is cancelled, or arrives after its refund, changes the days on which something of it came back.
    select (refund.created_at at time zone run.zone)::date
      from run
      join sync_transform_due due on due.run_id = run.run_id
      join lateral (select min(min_version) as version from sync_chunk where run_id = due.due_run_id) oldest on true
      join order_header header
        on header.store_id = run.store_id and header.updated_at >= oldest.version
       and header.run_number = due.due_run_number
      join refund on refund.store_id = header.store_id and refund.order_id = header.order_id
     where run.stream = 'shopify-orders' and refund.created_at is not null
     union
    -- The same of orders that were delivered: which of a day's it was is not noted, so all of them are looked at.
    select (refund.created_at at time zone run.zone)::date
      from run
     cross join delivered
      join order_header header
        on header.store_id = run.store_id
       and coalesce(header.processed_at, header.created_at) >= delivered.day::timestamp at time zone run.zone
       and coalesce(header.processed_at, header.created_at) < (delivered.day + 1)::timestamp at time zone run.zone
      join refund on refund.store_id = header.store_id and refund.order_id = header.order_id
     where run.stream = 'shopify-orders' and refund.created_at is not null
     union
    select lot_day.day
      from run
      join lot_day on lot_day.store_id = run.store_id and lot_day.revision <> lot_day.measured_revision
     -- Another stream's run may not know the shop's zone.
     where run.stream = 'shopify-orders'
),
sales_block as (
    select (sold.day - date '2000-01-01') / 128 as block,
           array_agg(sold.day order by sold.day) as days,
           array_agg(coalesce(lot_day.revision, 0) order by sold.day) as lot_revisions
      from run
     cross join sold
      left join lot_day on lot_day.store_id = run.store_id and lot_day.day = sold.day
     group by block
),
performance_block as (
    select (day - date '2000-01-01') / 128 as block, array_agg(day order by day) as days from performed group by block
)
select run.store_id,
       run.zone,
       now()::text                                         as measured_at,
       coalesce(sales_block.days, '{}')::text              as sales_days,
       coalesce(performance_block.days, '{}')::text        as performance_days,
       coalesce(sales_block.lot_revisions, '{}')::text     as lot_revisions,
       coalesce(cardinality(sales_block.days), 0)          as sales_count,
       coalesce(cardinality(performance_block.days), 0)    as performance_count
  from run
 cross join (sales_block full join performance_block using (block))
 order by block
