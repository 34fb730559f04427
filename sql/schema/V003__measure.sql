-- What measurements are computed from, and which runs still owe their part of them.
-- In:  the ledger of V001 and the order tables of V002.
-- Out: sale_line, sync_transform_due, and the indexes that both need.

-- Telemetry that is still to be copied to object storage.
create index sync_step_telemetry_due on sync_step (run_id) where telemetry_at is null;

-- One line of an order that counts as a sale. Test, cancelled and deleted orders and removed lines are no sales;
-- refunds do not undo one. Amounts are shop money before tax: a line's own discounts are in net.
create view sale_line as
select header.store_id,
       header.order_id,
       coalesce(header.processed_at, header.created_at)                 as sold_at,
       line.line_item_id,
       line.product_id,
       line.variant_id,
       coalesce(line.currency, header.currency)                         as currency,
       coalesce(line.quantity, 0)                                       as units,
       coalesce(line.unit_price * line.quantity, line.total, 0)         as gross,
       coalesce(line.total, line.unit_price * line.quantity, 0)         as net
  from order_header header
  join order_line_item line using (store_id, order_id)
 where header.test is not true
   and header.cancelled_at is null
   and header.deleted_at is null
   and line.removed_at is null;

-- The runs whose records a run has to transform: its own, and those of runs that ended before their own transform,
-- because the next run reads their records again, finds them unchanged and would not know what they had touched.
create view sync_transform_due as
select run.run_id,
       due.run_id     as due_run_id,
       due.run_number as due_run_number
  from sync_run run
  join sync_run due on due.store_id = run.store_id and due.stream = run.stream
 where due.run_id = run.run_id
    or (due.finished_at is not null
        and not exists (
            select from sync_step step
             where step.run_id = due.run_id and step.step = 'transforming' and step.outcome = 'done')
        and not exists (
            select from sync_run later
              join sync_step step on step.run_id = later.run_id
             where later.store_id = due.store_id
               and later.stream = due.stream
               and step.step = 'transforming'
               and step.outcome = 'done'
               and step.started_at > due.finished_at));
