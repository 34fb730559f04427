-- Marks the products that the shop says it has deleted, and their variants with them.
-- In:  run_id, epoch.
-- Out: one row: how many products were marked. No row when the run belongs to a later claim.
--
-- Every event of the store is applied, not only the run's own: a run of products that began before a deletion may have
-- written its product after the event was read.
with lease as materialized (
    select run.store_id
      from sync_lease lease
      join sync_run run on run.run_id = lease.run_id
     where lease.run_id = cast(:#run_id as uuid)
       and lease.epoch = cast(:#epoch as bigint)
       for share of lease
), told as materialized (
    select event.product_id, max(event.happened_at) as deleted_at
      from lease
      join product_deletion event on event.store_id = lease.store_id
     where event.product_id is not null and event.action = 'destroy'
     group by event.product_id
), marked as (
    update product
       set deleted_at = told.deleted_at
      from lease
     cross join told
     where product.store_id = lease.store_id and product.product_id = told.product_id
       and product.deleted_at is null
       and (product.updated_at is null or product.updated_at <= told.deleted_at)
    returning product.product_id, product.deleted_at
), followed as (
    update product_variant variant
       set removed_at = marked.deleted_at
      from lease
     cross join marked
     where variant.store_id = lease.store_id and variant.product_id = marked.product_id and variant.removed_at is null
)
select (select count(*) from marked) as marked from lease
