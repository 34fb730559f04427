-- EXPLAIN: a row does not lead back to the run that wrote it and the archived record it was written from.
-- In:  order rows, runs, deliveries, and the archived objects as read from object storage.
-- Out: one sentence per row.
select format('order %s of %s says run number %s wrote it, whose archive %s',
              h.order_id, h.updated_at, h.run_number,
              case when r.run_id is null then 'belongs to no run' else 'does not hold that version' end)
  from order_header h
  left join sync_run r on r.run_number = h.run_number and r.store_id = h.store_id
 where not exists (select 1 from truth.archived_order a
                    where a.run_id = r.run_id and a.order_id = h.order_id and a.updated_at = h.updated_at)
   -- Or it leads back to the delivery that wrote it.
   and not exists (select 1 from webhook_delivery d
                    where d.store_id = h.store_id and d.run_number = h.run_number and d.state = 'processed'
                      and d.record_key = 'order_header:' || h.order_id)
