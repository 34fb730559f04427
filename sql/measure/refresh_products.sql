-- Refreshes the products that the run's order lines mention; products that stay as they were are not rewritten.
-- In:  run_id, epoch, due_runs, oldest_version (list_due.sql).
-- Out: the number of products written; 0 also when the run belongs to a later claim.
--
-- Run numbers tell which lines were written, but there is no index on them (every load would pay for it): the oldest
-- version that the run saw narrows the headers by their index first. It is a parameter, so that the planner knows whether
-- that is a day or all of history. The lease is read but not locked: this may take minutes, in which the lease has to be
-- renewed, and what a run writes here that was taken over meanwhile is what the tables say all the same.
with lease as (
    select run.store_id, run.run_number, run.stream
      from sync_lease lease
      join sync_run run on run.run_id = lease.run_id
     where lease.run_id = cast(:#run_id as uuid)
       and lease.epoch = cast(:#epoch as bigint)
),
titled as (
    select lease.store_id,
           lease.run_number,
           line.product_id,
           line.title,
           min(coalesce(header.processed_at, header.created_at)) as first_ordered_at,
           max(coalesce(header.processed_at, header.created_at)) as last_ordered_at
      from lease
      join order_header header
        on header.store_id = lease.store_id and header.updated_at >= cast(:#oldest_version as timestamptz)
      join order_line_item line on line.store_id = header.store_id and line.order_id = header.order_id
     where line.run_number = any (cast(:#due_runs as bigint[]))
       and line.product_id is not null
       and line.removed_at is null
       and header.deleted_at is null
     group by lease.store_id, lease.run_number, line.product_id, line.title
    union all
    -- Orders that were delivered since the last time: which of a day's they were is not noted, so all of them are looked at,
    -- and a day more on either side, whatever the shop's zone.
    select lease.store_id,
           lease.run_number,
           line.product_id,
           line.title,
           min(coalesce(header.processed_at, header.created_at)),
           max(coalesce(header.processed_at, header.created_at))
      from lease
      join webhook_day touched on touched.store_id = lease.store_id and touched.stream = lease.stream
      join order_header header
        on header.store_id = lease.store_id
       and coalesce(header.processed_at, header.created_at) >= (touched.day - 1)::timestamp at time zone 'UTC'
       and coalesce(header.processed_at, header.created_at) < (touched.day + 2)::timestamp at time zone 'UTC'
      join order_line_item line on line.store_id = header.store_id and line.order_id = header.order_id
     where touched.stream = 'shopify-orders'
       and touched.touched_at >= coalesce((
               select max(step.started_at) - interval '1 day'
                 from sync_run earlier
                 join sync_step step on step.run_id = earlier.run_id
                where earlier.store_id = lease.store_id and earlier.stream = lease.stream
                  and step.step = 'transforming' and step.outcome = 'done'), '-infinity')
       and line.product_id is not null
       and line.removed_at is null
       and header.deleted_at is null
     group by lease.store_id, lease.run_number, line.product_id, line.title
),
mentioned as (
    select distinct on (product_id)
           store_id,
           run_number,
           product_id,
           title,
           min(first_ordered_at) over (partition by product_id) as first_ordered_at,
           last_ordered_at
      from titled
     -- Two orders of one moment with different titles: the choice is arbitrary but always the same.
     order by product_id, last_ordered_at desc nulls last, title
)
insert into product as stored (store_id, product_id, title, first_ordered_at, last_ordered_at, run_number)
select store_id, product_id, title, first_ordered_at, last_ordered_at, run_number
  from mentioned
 order by product_id
    on conflict (store_id, product_id) do update
   -- The title is that of the newest order ever seen: an older order that is read again must not take it back.
   set title = case when stored.last_ordered_at > excluded.last_ordered_at then stored.title else excluded.title end,
       first_ordered_at = least(stored.first_ordered_at, excluded.first_ordered_at),
       last_ordered_at = greatest(stored.last_ordered_at, excluded.last_ordered_at),
       run_number = excluded.run_number
 where (stored.title, stored.first_ordered_at, stored.last_ordered_at) is distinct from (
       case when stored.last_ordered_at > excluded.last_ordered_at then stored.title else excluded.title end,
       least(stored.first_ordered_at, excluded.first_ordered_at),
       greatest(stored.last_ordered_at, excluded.last_ordered_at))
